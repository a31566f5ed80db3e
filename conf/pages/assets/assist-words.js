/* What the agents' page says, in three languages; times and languages. */

window.words = (function () {
    "use strict";

    var all = {
        en: { language: "Language", heading: "Assistance", skip: "To the "
            + "results", search: "Find a user", searchHelp: "Name, login, "
            + "mail address or phone number; a part of it will do.",
            register: "Register a user", anonymous: "Somebody without an "
            + "account", found: "Users", paused: "Paused", choose: "Search, "
            + "and choose whom you help.", back: "Back", channel: "How they "
            + "came to you", service: "What it is about", reason: "Why",
            start: "Start assistance", startFor: "Assist", resume: "Resume",
            profile: "Profile", login: "Login", first: "Given name",
            last: "Family name", display: "Shown as", mail: "Mail address",
            phone: "Phone", signedIn: "Last sign-in", failed: "Failed "
            + "sign-ins since", never: "never", calls: "Open calls",
            noCalls: "No open calls.", tasks: "Latest tasks", noTasks: "No "
            + "tasks in the last 30 days.", edit: "Edit profile",
            save: "Save", cancel: "Cancel", saved: "The profile is saved.",
            started: "You act for this user now.", none: "Nobody fits.",
            one: "1 user", many: "{n} users", more: "There may be others: "
            + "type more.", alike: "This may be the same person:",
            registerNow: "Register", force: "Register all the same",
            registered: "The user is registered.", open: "{n} open calls",
            oneOpen: "1 open call", suspended: "suspended", by: "by {who}",
            phone_: "Phone", email: "Mail", face: "In person",
            letter: "Letter", social: "Social media", chat: "Chat",
            other: "Other", needMail: "A mail address is needed.",
            wrong: "That did not work. Try again.", offline: "No "
            + "connection.", signed_out: "You are signed out.",
            permission_missing: "You may not do that.", name_taken: "There "
            + "is a user of that address already.", invalid_request:
            "Something is missing or wrong.", assistance_ended: "You do not "
            + "assist this user any more.", needReason: "Say why." },
        de: { language: "Sprache", heading: "Assistenz", skip: "Zu den "
            + "Ergebnissen", search: "Person suchen", searchHelp: "Name, "
            + "Anmeldename, E-Mail oder Telefon; ein Teil genügt.",
            register: "Person registrieren", anonymous: "Jemand ohne Konto",
            found: "Personen", paused: "Pausiert", choose: "Suchen Sie, und "
            + "wählen Sie, wem Sie helfen.", back: "Zurück",
            channel: "Auf welchem Weg", service: "Worum es geht",
            reason: "Grund", start: "Assistenz beginnen", startFor:
            "Assistieren", resume: "Fortsetzen", profile: "Profil",
            login: "Anmeldename", first: "Vorname", last: "Nachname",
            display: "Angezeigt als", mail: "E-Mail", phone: "Telefon",
            signedIn: "Letzte Anmeldung", failed: "Seither fehlgeschlagen",
            never: "nie", calls: "Offene Anrufe", noCalls: "Keine offenen "
            + "Anrufe.", tasks: "Letzte Vorgänge", noTasks: "Keine Vorgänge "
            + "in den letzten 30 Tagen.", edit: "Profil bearbeiten",
            save: "Speichern", cancel: "Abbrechen", saved: "Das Profil ist "
            + "gespeichert.", started: "Sie handeln jetzt für diese Person.",
            none: "Niemand passt.", one: "1 Person", many: "{n} Personen",
            more: "Es kann weitere geben: Geben Sie mehr ein.",
            alike: "Das könnte dieselbe Person sein:", registerNow:
            "Registrieren", force: "Trotzdem registrieren",
            registered: "Die Person ist registriert.", open: "{n} offene "
            + "Anrufe", oneOpen: "1 offener Anruf", suspended: "gesperrt",
            by: "von {who}", phone_: "Telefon", email: "E-Mail",
            face: "Persönlich", letter: "Brief", social: "Soziale Medien",
            chat: "Chat", other: "Anders", needMail: "Eine E-Mail-Adresse "
            + "wird gebraucht.", wrong: "Das ging nicht. Versuchen Sie es "
            + "erneut.", offline: "Keine Verbindung.", signed_out: "Sie "
            + "sind abgemeldet.", permission_missing: "Das dürfen Sie "
            + "nicht.", name_taken: "Diese Adresse hat schon ein Konto.",
            invalid_request: "Etwas fehlt oder ist falsch.",
            assistance_ended: "Sie assistieren dieser Person nicht mehr.",
            needReason: "Nennen Sie den Grund." },
        fr: { language: "Langue", heading: "Assistance", skip: "Aux "
            + "résultats", search: "Chercher une personne", searchHelp:
            "Nom, identifiant, adresse ou téléphone ; une partie suffit.",
            register: "Enregistrer une personne", anonymous: "Quelqu’un "
            + "sans compte", found: "Personnes", paused: "En pause",
            choose: "Cherchez, et choisissez qui vous aidez.",
            back: "Retour", channel: "Par quel moyen", service: "À quel "
            + "sujet", reason: "Pourquoi", start: "Commencer l’assistance",
            startFor: "Assister", resume: "Reprendre", profile: "Profil",
            login: "Identifiant", first: "Prénom", last: "Nom",
            display: "Affiché comme", mail: "Adresse e-mail", phone:
            "Téléphone", signedIn: "Dernière connexion", failed: "Échecs "
            + "depuis", never: "jamais", calls: "Appels en cours",
            noCalls: "Aucun appel en cours.", tasks: "Dernières démarches",
            noTasks: "Aucune démarche ces 30 derniers jours.",
            edit: "Modifier le profil", save: "Enregistrer", cancel:
            "Annuler", saved: "Le profil est enregistré.", started: "Vous "
            + "agissez maintenant pour cette personne.", none: "Personne ne "
            + "correspond.", one: "1 personne", many: "{n} personnes",
            more: "Il peut y en avoir d’autres : précisez.", alike: "C’est "
            + "peut-être la même personne :", registerNow: "Enregistrer",
            force: "Enregistrer quand même", registered: "La personne est "
            + "enregistrée.", open: "{n} appels en cours", oneOpen:
            "1 appel en cours", suspended: "suspendu", by: "par {who}",
            phone_: "Téléphone", email: "E-mail", face: "En personne",
            letter: "Lettre", social: "Réseaux sociaux", chat: "Chat",
            other: "Autre", needMail: "Une adresse e-mail est nécessaire.",
            wrong: "Cela n’a pas marché. Réessayez.", offline: "Pas de "
            + "connexion.", signed_out: "Vous êtes déconnecté.",
            permission_missing: "Vous n’en avez pas le droit.",
            name_taken: "Cette adresse a déjà un compte.", invalid_request:
            "Quelque chose manque ou est faux.", assistance_ended: "Vous "
            + "n’assistez plus cette personne.", needReason: "Dites "
            + "pourquoi." }
    };

    var asked = new URLSearchParams(location.search).get("lang")
        || navigator.language || "en";
    var current = all[asked.slice(0, 2)] ? asked.slice(0, 2) : "en";

    function say(name, values) {
        var text = all[current][name] || all[current].wrong;

        Object.keys(values || {}).forEach(function (key) {
            text = text.replace("{" + key + "}", values[key]);
        });

        return text;
    }

    function time(text) {
        return text ? new Intl.DateTimeFormat(current, { dateStyle: "medium",
            timeStyle: "short" }).format(new Date(text)) : say("never");
    }

    function put() {
        document.documentElement.lang = current;
        document.title = say("heading");
        document.querySelectorAll("[data-word]").forEach(function (element) {
            element.textContent = say(element.dataset.word);
        });
        document.querySelectorAll("[data-label]").forEach(function (element) {
            element.setAttribute("aria-label", say(element.dataset.label));
        });
        document.querySelectorAll("#languages button").forEach(
            function (button) {
                button.setAttribute("aria-pressed",
                    String(button.value === current));
            });
    }

    function choose(language) {
        current = language;
        put();
    }

    return { say: say, time: time, put: put, choose: choose,
        channels: ["phone", "email", "face", "letter", "social", "chat",
            "other"] };
}());
