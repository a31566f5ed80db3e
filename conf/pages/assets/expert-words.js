/* What the expert's page says, in three languages. */

window.words = (function () {
    "use strict";

    var all = {
        en: {
            rung: { ringing: "is being called", accepted: "is coming", declined: "declined", missed: "did not answer" },
            rungSaid: { ringing: "{name} is being called.", accepted: "{name} is coming.", declined: "{name} declined.", missed: "{name} did not answer." },
            ringColleague: "Call a colleague", ringHelp: "It rings on their page until they accept or decline.",
            ringSearch: "Name, mail address or telephone", ringNow: "Call", ringAgain: "Call again",
            ringNone: "Nobody fits.", ringType: "Type two characters or more.",
            another: "Sign in another device", anotherHelp: "Point the camera of the glasses or phone at this code. It signs you in there, once.",
            cardCode: "QR code that signs you in", cardLink: "Or open this address there", cardLeft: "Counts for {seconds} seconds more.", cardOver: "This code has run out.", cardNew: "New code",
            calls: "Calls", skip: "To the calls", language: "Language",
            ringing: "Who is calling", newCall: "Start a conference",
            newRequest: "Make a service request",
            openCalls: "Open and live calls",
            requests: "Service requests not yet called",
            noCalls: "No call is open. Start one, or wait for a service request.",
            choose: "Choose a call to see who is in it.", back: "All calls",
            enter: "Enter the call", invite: "Invite", end: "End for everybody",
            people: "People", noPeople: "Nobody has joined yet.",
            invitations: "Invitations", noInvitations: "Nobody is invited yet.",
            title: "Title", titleHelp: "The invited see it on their page.",
            startsAt: "Start", startsHelp: "Leave it empty to start now. Guests are let in from this time on.",
            start: "Start", cancel: "Cancel", who: "Who is it?",
            guest: "A guest", guestHelp: "May come as long as the call lasts; the link works for several people.",
            external: "An outside expert", externalHelp: "One person, one time, with the rights of a profile; out when you leave.",
            notPresent: "Enter the call first: an outside expert is invited from inside it.",
            profile: "What may they do?", name: "Name", optional: "(optional)",
            nameHelp: "Empty: they type it themselves.", comment: "Comment",
            channel: "How do you send it?", channelLink: "Copy the link",
            channelMail: "Mail", channelSms: "SMS",
            toMail: "Mail address", toSms: "Telephone number",
            toHelp: "For your own program, or for the system that sends for you; not kept longer than that.",
            makeLink: "Make the link", made: "The link is ready",
            madeSent: "It is being sent.",
            delivery: { queued: "sending", delivered: "sent", failed: "could not be sent" },
            madeLead: "Send it yourself: nothing was sent yet.",
            madeRequest: "When they press “Call now”, you are called here.",
            link: "Link", messageIn: "Language of the message",
            message: "Message", asCode: "Show it as a QR code", linkCode: "QR code of the link",
            copyLink: "Copy the link",
            copyText: "Copy the message", copied: "Copied.",
            openMail: "Open the mail program", openSms: "Open the messages",
            done: "Done", requestHelp: "A link for somebody who needs help. It works for 24 hours; opening it calls nobody.",
            accept: "Accept", decline: "Decline", isCalling: "{name} is calling",
            somebody: "Somebody", untitled: "Call without a title",
            service: "Service request", conference: "Conference",
            live: "Live", open: "Open", waiting: "Waiting", ringsNow: "Ringing",
            planned: "Starts {when}", since: "since {when}",
            waits: "{name} is waiting, {ago}", alone: "Nobody there",
            you: "you", owner: "owner", remove: "Remove",
            withdraw: "Withdraw", missed: "missed",
            states: { invited: "invited", joining: "joining", present: "in the call", away: "connection lost", left: "left", removed: "removed" },
            kinds: { regular: "team", guest: "guest", external: "outside expert", service: "service" },
            links: { unused: "not opened by anybody yet", redeemed: "in use", used: "used", withdrawn: "withdrawn", expired: "expired", dead: "over" },
            until: "until {when}",
            sureEnd: "End the call for everybody?", sureEndText: "All are out at once, and all links end.",
            handOver: "Hand over", sureHandOver: "Hand the call over to {name}?", sureHandOverText: "They can then remove people and end the call. You stay in it.",
            sureRemove: "Remove {name}?", sureRemoveText: "They are out at once and cannot come back.",
            sureWithdraw: "Withdraw this link?", sureWithdrawText: "It lets nobody in any more. Those in the call stay.",
            offerWithdraw: "Withdraw the link, too?", offerWithdrawText: "{name} came by a link that others can use.",
            signedIn: "Signed in as {name}", missedRing: "You missed a call. It is in the list.",
            need: "Please fill in: {what}.",
            reasons: { offline: "There is no connection. It is tried again by itself.", signed_out: "You are signed out. Sign in again.", permission_missing: "You do not have the permission for this.", call_ended: "The call has ended.", channel_not_allowed: "This way of sending is not allowed here.", not_a_member: "You are not in this call.", inviter_left: "Enter the call first.", failed: "That did not work." }
        },
        de: {
            rung: { ringing: "wird angerufen", accepted: "kommt", declined: "hat abgelehnt", missed: "hat nicht geantwortet" },
            rungSaid: { ringing: "{name} wird angerufen.", accepted: "{name} kommt.", declined: "{name} hat abgelehnt.", missed: "{name} hat nicht geantwortet." },
            ringColleague: "Team dazurufen", ringHelp: "Es klingelt auf der Seite der Person, bis sie annimmt oder ablehnt.",
            ringSearch: "Name, E-Mail-Adresse oder Telefon", ringNow: "Rufen", ringAgain: "Noch einmal rufen",
            ringNone: "Niemand passt dazu.", ringType: "Geben Sie mindestens zwei Zeichen ein.",
            another: "Weiteres Gerät anmelden", anotherHelp: "Richten Sie die Kamera der Brille oder des Telefons auf diesen Code. Er meldet Sie dort an, ein Mal.",
            cardCode: "QR-Code, der Sie anmeldet", cardLink: "Oder öffnen Sie dort diese Adresse", cardLeft: "Gilt noch {seconds} Sekunden.", cardOver: "Dieser Code ist abgelaufen.", cardNew: "Neuer Code",
            calls: "Anrufe", skip: "Zu den Anrufen", language: "Sprache",
            ringing: "Wer anruft", newCall: "Konferenz beginnen",
            newRequest: "Serviceanfrage anlegen",
            openCalls: "Offene und laufende Anrufe",
            requests: "Serviceanfragen ohne Anruf bisher",
            noCalls: "Kein Anruf ist offen. Beginnen Sie einen, oder warten Sie auf eine Serviceanfrage.",
            choose: "Wählen Sie einen Anruf, um zu sehen, wer dabei ist.",
            back: "Alle Anrufe", enter: "Anruf betreten", invite: "Einladen",
            end: "Für alle beenden", people: "Personen",
            noPeople: "Noch niemand ist beigetreten.",
            invitations: "Einladungen", noInvitations: "Noch niemand ist eingeladen.",
            title: "Titel", titleHelp: "Die Eingeladenen sehen ihn auf ihrer Seite.",
            startsAt: "Beginn", startsHelp: "Leer lassen, um jetzt zu beginnen. Gäste kommen ab dieser Zeit hinein.",
            start: "Beginnen", cancel: "Abbrechen", who: "Wer ist es?",
            guest: "Ein Gast", guestHelp: "Darf kommen, solange der Anruf dauert; der Link gilt für mehrere Personen.",
            external: "Fachperson von außen", externalHelp: "Eine Person, ein Mal, mit den Rechten eines Profils; draußen, wenn Sie gehen.",
            notPresent: "Betreten Sie zuerst den Anruf: Fachleute von außen werden von innen eingeladen.",
            profile: "Was ist erlaubt?", name: "Name", optional: "(freiwillig)",
            nameHelp: "Leer: Er wird beim Beitreten eingegeben.", comment: "Kommentar",
            channel: "Wie senden Sie ihn?", channelLink: "Link kopieren",
            channelMail: "E-Mail", channelSms: "SMS",
            toMail: "E-Mail-Adresse", toSms: "Telefonnummer",
            toHelp: "Für Ihr eigenes Programm oder das System, das für Sie sendet; nicht länger gespeichert.",
            makeLink: "Link erzeugen", made: "Der Link ist fertig",
            madeSent: "Die Einladung wird gesendet.",
            delivery: { queued: "wird gesendet", delivered: "gesendet", failed: "konnte nicht gesendet werden" },
            madeLead: "Senden Sie ihn selbst: Noch ist nichts verschickt.",
            madeRequest: "Wer „Jetzt anrufen“ drückt, ruft Sie hier an.",
            link: "Link", messageIn: "Sprache der Nachricht",
            message: "Nachricht", asCode: "Als QR-Code zeigen", linkCode: "QR-Code des Links",
            copyLink: "Link kopieren",
            copyText: "Nachricht kopieren", copied: "Kopiert.",
            openMail: "E-Mail-Programm öffnen", openSms: "Nachrichten öffnen",
            done: "Fertig", requestHelp: "Ein Link für jemanden, der Hilfe braucht. Er gilt 24 Stunden; ihn zu öffnen ruft niemanden an.",
            accept: "Annehmen", decline: "Ablehnen", isCalling: "{name} ruft an",
            somebody: "Jemand", untitled: "Anruf ohne Titel",
            service: "Serviceanfrage", conference: "Konferenz",
            live: "Läuft", open: "Offen", waiting: "Wartet", ringsNow: "Klingelt",
            planned: "Beginnt {when}", since: "seit {when}",
            waits: "{name} wartet, {ago}", alone: "Niemand da",
            you: "Sie", owner: "Leitung", remove: "Entfernen",
            withdraw: "Zurückziehen", missed: "verpasst",
            states: { invited: "eingeladen", joining: "tritt bei", present: "im Anruf", away: "Verbindung verloren", left: "gegangen", removed: "entfernt" },
            kinds: { regular: "Team", guest: "Gast", external: "von außen", service: "Dienst" },
            links: { unused: "noch von niemandem benutzt", redeemed: "in Gebrauch", used: "benutzt", withdrawn: "zurückgezogen", expired: "abgelaufen", dead: "vorbei" },
            until: "bis {when}",
            sureEnd: "Den Anruf für alle beenden?", sureEndText: "Alle sind sofort draußen, und alle Links enden.",
            handOver: "Übergeben", sureHandOver: "Den Anruf an {name} übergeben?", sureHandOverText: "Dann kann diese Person andere entfernen und den Anruf beenden. Sie bleiben dabei.",
            sureRemove: "{name} entfernen?", sureRemoveText: "Die Person ist sofort draußen und kann nicht zurückkommen.",
            sureWithdraw: "Diesen Link zurückziehen?", sureWithdrawText: "Er lässt niemanden mehr hinein. Wer im Anruf ist, bleibt.",
            offerWithdraw: "Auch den Link zurückziehen?", offerWithdrawText: "{name} kam über einen Link, den andere benutzen können.",
            signedIn: "Angemeldet als {name}", missedRing: "Sie haben einen Anruf verpasst. Er steht in der Liste.",
            need: "Bitte ausfüllen: {what}.",
            reasons: { offline: "Keine Verbindung. Es wird von selbst wieder versucht.", signed_out: "Sie sind abgemeldet. Melden Sie sich neu an.", permission_missing: "Dafür fehlt Ihnen die Berechtigung.", call_ended: "Der Anruf ist beendet.", channel_not_allowed: "Dieser Weg ist hier nicht erlaubt.", not_a_member: "Sie sind nicht in diesem Anruf.", inviter_left: "Betreten Sie zuerst den Anruf.", failed: "Das hat nicht geklappt." }
        },
        fr: {
            rung: { ringing: "appel en cours", accepted: "arrive", declined: "a refusé", missed: "n’a pas répondu" },
            rungSaid: { ringing: "Appel de {name} en cours.", accepted: "{name} arrive.", declined: "{name} a refusé.", missed: "{name} n’a pas répondu." },
            ringColleague: "Appeler un collègue", ringHelp: "Cela sonne sur sa page jusqu’à ce qu’il accepte ou refuse.",
            ringSearch: "Nom, adresse e-mail ou téléphone", ringNow: "Appeler", ringAgain: "Rappeler",
            ringNone: "Personne ne correspond.", ringType: "Saisissez au moins deux caractères.",
            another: "Connecter un autre appareil", anotherHelp: "Visez ce code avec la caméra des lunettes ou du téléphone. Il vous y connecte, une fois.",
            cardCode: "QR code qui vous connecte", cardLink: "Ou ouvrez cette adresse là-bas", cardLeft: "Valable encore {seconds} secondes.", cardOver: "Ce code a expiré.", cardNew: "Nouveau code",
            calls: "Appels", skip: "Aux appels", language: "Langue",
            ringing: "Qui appelle", newCall: "Démarrer une conférence",
            newRequest: "Créer une demande d’assistance",
            openCalls: "Appels ouverts et en cours",
            requests: "Demandes sans appel à ce jour",
            noCalls: "Aucun appel n’est ouvert. Démarrez-en un ou attendez une demande d’assistance.",
            choose: "Choisissez un appel pour voir qui y participe.",
            back: "Tous les appels", enter: "Entrer dans l’appel", invite: "Inviter",
            end: "Terminer pour tous", people: "Personnes",
            noPeople: "Personne n’a encore rejoint l’appel.",
            invitations: "Invitations", noInvitations: "Personne n’est encore invité.",
            title: "Titre", titleHelp: "Les invités le voient sur leur page.",
            startsAt: "Début", startsHelp: "Laissez vide pour démarrer maintenant. Les invités entrent à partir de cette heure.",
            start: "Démarrer", cancel: "Annuler", who: "Qui est-ce\u00a0?",
            guest: "Un invité", guestHelp: "Peut venir tant que dure l’appel\u00a0; le lien sert à plusieurs personnes.",
            external: "Spécialiste externe", externalHelp: "Une personne, une fois, avec les droits d’un profil\u00a0; sort quand vous partez.",
            notPresent: "Entrez d’abord dans l’appel\u00a0: un externe est invité de l’intérieur.",
            profile: "Que peut-on faire\u00a0?", name: "Nom", optional: "(facultatif)",
            nameHelp: "Vide\u00a0: la personne le saisit elle-même.", comment: "Commentaire",
            channel: "Comment l’envoyez-vous\u00a0?", channelLink: "Copier le lien",
            channelMail: "E-mail", channelSms: "SMS",
            toMail: "Adresse e-mail", toSms: "Numéro de téléphone",
            toHelp: "Pour votre propre programme ou le système qui envoie pour vous ; non conservé au-delà.",
            makeLink: "Créer le lien", made: "Le lien est prêt",
            madeSent: "L’invitation est en cours d’envoi.",
            delivery: { queued: "en cours d’envoi", delivered: "envoyée", failed: "n’a pas pu être envoyée" },
            madeLead: "Envoyez-le vous-même\u00a0: rien n’est encore parti.",
            madeRequest: "Qui appuie sur «\u00a0Appeler maintenant\u00a0» vous appelle ici.",
            link: "Lien", messageIn: "Langue du message",
            message: "Message", asCode: "Afficher en QR code", linkCode: "QR code du lien",
            copyLink: "Copier le lien",
            copyText: "Copier le message", copied: "Copié.",
            openMail: "Ouvrir la messagerie", openSms: "Ouvrir les SMS",
            done: "Terminé", requestHelp: "Un lien pour qui a besoin d’aide. Il vaut 24 heures\u00a0; l’ouvrir n’appelle personne.",
            accept: "Accepter", decline: "Refuser", isCalling: "{name} appelle",
            somebody: "Quelqu’un", untitled: "Appel sans titre",
            service: "Demande d’assistance", conference: "Conférence",
            live: "En cours", open: "Ouvert", waiting: "En attente", ringsNow: "Sonne",
            planned: "Débute {when}", since: "depuis {when}",
            waits: "{name} attend, {ago}", alone: "Personne",
            you: "vous", owner: "hôte", remove: "Retirer",
            withdraw: "Annuler le lien", missed: "manqué",
            states: { invited: "invité", joining: "arrive", present: "dans l’appel", away: "connexion perdue", left: "parti", removed: "retiré" },
            kinds: { regular: "équipe", guest: "invité", external: "externe", service: "service" },
            links: { unused: "pas encore utilisé", redeemed: "en usage", used: "utilisé", withdrawn: "annulé", expired: "expiré", dead: "terminé" },
            until: "jusqu’à {when}",
            sureEnd: "Terminer l’appel pour tous\u00a0?", sureEndText: "Tous sortent aussitôt et tous les liens prennent fin.",
            handOver: "Confier", sureHandOver: "Confier l’appel à {name} ?", sureHandOverText: "Cette personne pourra alors retirer des participants et terminer l’appel. Vous y restez.",
            sureRemove: "Retirer {name}\u00a0?", sureRemoveText: "La personne sort aussitôt et ne peut pas revenir.",
            sureWithdraw: "Annuler ce lien\u00a0?", sureWithdrawText: "Il ne laisse plus entrer personne. Les présents restent.",
            offerWithdraw: "Annuler aussi le lien\u00a0?", offerWithdrawText: "{name} est venu par un lien que d’autres peuvent utiliser.",
            signedIn: "Connecté\u00a0: {name}", missedRing: "Vous avez manqué un appel. Il est dans la liste.",
            need: "À remplir\u00a0: {what}.",
            reasons: { offline: "Pas de connexion. Nouvel essai automatique.", signed_out: "Vous êtes déconnecté. Reconnectez-vous.", permission_missing: "Vous n’avez pas l’autorisation nécessaire.", call_ended: "L’appel est terminé.", channel_not_allowed: "Ce mode d’envoi n’est pas permis ici.", not_a_member: "Vous n’êtes pas dans cet appel.", inviter_left: "Entrez d’abord dans l’appel.", failed: "Cela n’a pas fonctionné." }
        }
    };

    var chosen = null;

    try {
        chosen = localStorage.getItem("xassist-language");

    } catch (e) {
        chosen = null;
    }

    function language() {
        var asked = new URLSearchParams(location.search).get("lang");
        var wanted = [asked, chosen].concat(navigator.languages || []);

        return wanted.map(function (l) {
            return (l || "").slice(0, 2).toLowerCase();
        }).find(function (l) {
            return all[l];
        }) || "en";
    }

    var words = {
        lang: language(),

        /* A sentence with {names} filled in; the key where there is none. */
        say: function (key, values) {
            var text = key.split(".").reduce(function (o, k) {
                return o && o[k];
            }, all[words.lang]);

            return (text || key).replace(/\{(\w+)\}/g, function (m, k) {
                return values && values[k] !== undefined ? values[k] : m;
            });
        },

        /* Why something was refused; the API's own words as a last resort. */
        why: function (problem) {
            return all[words.lang].reasons[problem.reason]
                || [problem.title, problem.detail].filter(Boolean).join(" ")
                || all[words.lang].reasons.failed;
        },

        choose: function (language) {
            words.lang = language;

            try {
                localStorage.setItem("xassist-language", language);

            } catch (e) {
                chosen = language;
            }

            words.fill();
        },

        fill: function () {
            document.documentElement.lang = words.lang;

            document.querySelectorAll("[data-word]").forEach(function (e) {
                e.textContent = words.say(e.dataset.word);
            });

            document.querySelectorAll("[data-label]").forEach(function (e) {
                e.setAttribute("aria-label", words.say(e.dataset.label));
            });

            document.querySelectorAll("#languages button")
                .forEach(function (b) {
                    b.setAttribute("aria-pressed", b.value === words.lang);
                });
        }
    };

    return words;
}());
