/*
 * Who is assisted, on every page of an application.  One tag is all:
 *
 *     <script src="/xassist/assets/assist-bar.js" defer></script>
 *
 * It lives in a shadow of its own, so that neither side's styles touch the
 * other; it needs no more than script-src and connect-src 'self'.  Who is no
 * agent sees nothing of it.
 */

(function () {
    "use strict";

    var script = document.currentScript;
    var base = script.dataset.api
        || new URL("../v1", script.src).pathname;

    var words = {
        en: { bar: "Assistance", you: "You act for", anonymous: "Somebody "
            + "without an account", pause: "Pause", resume: "Resume",
            stop: "Finish", note: "Note", save: "Add note", cancel: "Cancel",
            paused: "Paused", text: "What happened?", outcome: "Outcome",
            resolved: "Resolved", unresolved: "Not resolved",
            unknown: "Not known", finish: "Finish now", saved: "The note "
            + "is kept.", ended: "The assistance has ended.", failed: "That "
            + "did not work. Try again.", time: "Time so far" },
        de: { bar: "Assistenz", you: "Sie handeln für", anonymous: "Jemand "
            + "ohne Konto", pause: "Pause", resume: "Fortsetzen",
            stop: "Beenden", note: "Notiz", save: "Notiz hinzufügen",
            cancel: "Abbrechen", paused: "Pausiert", text: "Was ist "
            + "geschehen?", outcome: "Ergebnis", resolved: "Gelöst",
            unresolved: "Nicht gelöst", unknown: "Unbekannt",
            finish: "Jetzt beenden", saved: "Die Notiz ist gespeichert.",
            ended: "Die Assistenz ist beendet.", failed: "Das ging nicht. "
            + "Versuchen Sie es erneut.", time: "Zeit bisher" },
        fr: { bar: "Assistance", you: "Vous agissez pour", anonymous:
            "Quelqu’un sans compte", pause: "Pause", resume: "Reprendre",
            stop: "Terminer", note: "Note", save: "Ajouter la note",
            cancel: "Annuler", paused: "En pause", text: "Que s’est-il "
            + "passé ?", outcome: "Résultat", resolved: "Résolu",
            unresolved: "Non résolu", unknown: "Inconnu",
            finish: "Terminer maintenant", saved: "La note est enregistrée.",
            ended: "L’assistance est terminée.", failed: "Cela n’a pas "
            + "marché. Réessayez.", time: "Temps écoulé" }
    };

    var style = ":host{all:initial;--card:#fff;--ink:#14212b;--soft:#51616d;"
        + "--edge:#d9e0e3;--accent:#0a6b5f;--strong:#07544a;--on:#fff;"
        + "--tint:#e0f1ee;--warn:#6b4300;--warnt:#fdf1d8;--field:#7d8c97;"
        + "position:fixed;z-index:2147483000;left:0;right:0;bottom:0;"
        + "color-scheme:light dark;font:16px/1.5 system-ui,-apple-system,"
        + "'Segoe UI',Roboto,'Noto Sans','DejaVu Sans',sans-serif}"
        + "@media(prefers-color-scheme:dark){:host{--card:#172127;"
        + "--ink:#edf2f4;--soft:#a5b4bd;--edge:#2a373f;--accent:#5fd3c1;"
        + "--strong:#86e3d4;--on:#06231f;--tint:#15332f;--warn:#f4cd84;"
        + "--warnt:#33270f;--field:#6d7f8a}}"
        + "*{box-sizing:border-box}[hidden]{display:none!important}"
        + "section{max-width:60rem;margin:0 auto;"
        + "padding:0 max(.75rem,env(safe-area-inset-right)) "
        + "max(.75rem,env(safe-area-inset-bottom)) "
        + "max(.75rem,env(safe-area-inset-left))}"
        + ".bar,.panel{border:1px solid var(--edge);border-radius:16px;"
        + "background:var(--card);color:var(--ink);"
        + "box-shadow:0 2px 6px rgba(0,0,0,.12),0 16px 40px rgba(0,0,0,.2)}"
        + ".bar{display:flex;flex-wrap:wrap;gap:.5rem .75rem;"
        + "align-items:center;padding:.625rem .75rem .625rem 1rem;"
        + "border-left:5px solid var(--accent)}"
        + ".bar[data-state=paused]{border-left-color:var(--warn)}"
        + ".who{flex:1 1 12rem;min-width:0;margin:0;line-height:1.3}"
        + ".who small{display:block;color:var(--soft);font-size:.8125rem}"
        + ".who b{display:block;overflow:hidden;text-overflow:ellipsis;"
        + "white-space:nowrap}"
        + ".time{padding:.25rem .75rem;border-radius:99px;"
        + "background:var(--tint);color:var(--accent);font-weight:600;"
        + "font-variant-numeric:tabular-nums}"
        + "[data-state=paused] .time{background:var(--warnt);"
        + "color:var(--warn)}"
        + "button,textarea,select{font:inherit}"
        + "button{min-height:2.75rem;padding:.375rem 1rem;"
        + "border:1px solid var(--field);border-radius:12px;background:none;"
        + "color:var(--ink);font-weight:600;cursor:pointer}"
        + "button:hover{border-color:var(--accent);color:var(--accent)}"
        + ".main{border-color:var(--accent);background:var(--accent);"
        + "color:var(--on)}.main:hover{border-color:var(--strong);"
        + "background:var(--strong);color:var(--on)}"
        + ":focus-visible{outline:3px solid var(--accent);outline-offset:2px}"
        + ".panel{margin-bottom:.625rem;padding:1rem}"
        + "label{display:block;margin-bottom:.25rem;font-weight:600}"
        + "textarea,select{display:block;width:100%;margin-bottom:.75rem;"
        + "padding:.5rem .75rem;border:1px solid var(--field);"
        + "border-radius:12px;background:var(--card);color:var(--ink)}"
        + "textarea{min-height:5rem;resize:vertical}"
        + ".row{display:flex;flex-wrap:wrap;gap:.5rem}"
        + ".said{margin:0 0 .5rem;padding:.5rem 1rem;border-radius:12px;"
        + "background:var(--ink);color:var(--card)}";

    var host, root, parts = {}, now = null, since = 0, panel = "", timer;
    var channel = window.BroadcastChannel
        && new BroadcastChannel("xassist-assist");

    function word(name) {
        var lang = (document.documentElement.lang || navigator.language
            || "en").slice(0, 2);
        return (words[lang] || words.en)[name];
    }

    function make(tag, more, children) {
        var element = document.createElement(tag);
        Object.keys(more || {}).forEach(function (name) {
            if (name === "on") {
                element.addEventListener("click", more.on);
            } else if (name in element) {
                element[name] = more[name];
            } else {
                element.setAttribute(name, more[name]);
            }
        });
        (children || []).forEach(function (child) {
            element.append(child);
        });
        return element;
    }

    function ask(method, path, body) {
        var init = { method: method, cache: "no-store",
            credentials: "same-origin",
            headers: { Accept: "application/json" } };
        if (body) {
            init.headers["Content-Type"] = "application/json";
            init.body = JSON.stringify(body);
        }
        return fetch(base + path, init).then(function (answer) {
            if (!answer.ok) {
                throw answer.status;
            }
            return answer.json();
        });
    }

    function name() {
        return now.subject === "anonymous" ? word("anonymous")
            : now.subject && now.subject.name || "";
    }

    function spent() {
        var s = now.spent;
        if (now.state === "active") {
            s += Math.floor((Date.now() - since) / 1000);
        }
        return [Math.floor(s / 3600), Math.floor(s / 60) % 60, s % 60]
            .map(function (n) { return String(n).padStart(2, "0"); })
            .join(":").replace(/^00:/, "");
    }

    function say(text) {
        parts.said.textContent = text;
        parts.said.hidden = !text;
        if (text) {
            setTimeout(function () {
                parts.said.hidden = true;
            }, 5000);
        }
    }

    function build() {
        host = make("div", { id: "xassist-bar" });
        root = host.attachShadow({ mode: "open" });
        if ("adoptedStyleSheets" in root) {
            var sheet = new CSSStyleSheet();
            sheet.replaceSync(style);
            root.adoptedStyleSheets = [sheet];
        }
        parts.said = make("p", { className: "said", role: "status",
            hidden: true });
        parts.section = make("section");
        root.append(parts.section);
        document.body.append(host);
    }

    function show() {
        if (!host) {
            build();
        }
        clearInterval(timer);
        document.documentElement.style.setProperty("--xassist-bar",
            now ? "5.5rem" : "0rem");
        if (!now) {
            parts.section.replaceChildren(parts.said);
            return;
        }
        var active = now.state === "active";
        parts.time = make("span", { className: "time", role: "timer",
            "aria-label": word("time"), textContent: spent() });
        parts.section.setAttribute("aria-label", word("bar"));
        parts.section.replaceChildren(parts.said, open(),
            make("div", { className: "bar", "data-state": now.state }, [
                make("p", { className: "who" }, [
                    make("small", { textContent: active ? word("you")
                        : word("paused") }),
                    make("b", { textContent: name() })]),
                parts.time,
                make("button", { type: "button", textContent: active
                    ? word("pause") : word("resume"), className: "turn",
                    on: turn }),
                make("button", { type: "button", textContent: word("note"),
                    className: "noting", "aria-expanded": panel === "note",
                    on: function () { toggle("note"); } }),
                make("button", { type: "button", textContent: word("stop"),
                    className: "main ending",
                    "aria-expanded": panel === "stop",
                    on: function () { toggle("stop"); } })]));
        if (active) {
            timer = setInterval(function () {
                parts.time.textContent = spent();
            }, 1000);
        }
    }

    function toggle(which) {
        panel = panel === which ? "" : which;
        show();
        var first = root.querySelector(".panel textarea, .panel select");
        if (first) {
            first.focus();
        }
    }

    function open() {
        if (!panel) {
            return "";
        }
        var text = make("textarea", { id: "text", maxLength: 1000 });
        var outcome = make("select", { id: "outcome" },
            ["resolved", "unresolved", "unknown"].map(function (value) {
                return make("option", { value: value,
                    textContent: word(value) });
            }));
        var form = make("form", { className: "panel" },
            (panel === "stop" ? [make("label", { htmlFor: "outcome",
                textContent: word("outcome") }), outcome] : []).concat([
                make("label", { htmlFor: "text", textContent: word("text") }),
                text,
                make("div", { className: "row" }, [
                    make("button", { type: "submit", className: "main",
                        textContent: word(panel === "stop" ? "finish"
                            : "save") }),
                    make("button", { type: "button",
                        textContent: word("cancel"),
                        on: function () { toggle(panel); } })])]));
        var kind = panel;
        form.addEventListener("submit", function (event) {
            event.preventDefault();
            if (kind === "stop") {
                stop(outcome.value, text.value.trim());
            } else if (text.value.trim()) {
                note(text.value.trim());
            }
        });
        form.addEventListener("keydown", function (event) {
            if (event.key === "Escape") {
                toggle(panel);
            }
        });
        return form;
    }

    function changed(said) {
        panel = "";
        say(said || "");
        if (channel) {
            channel.postMessage("changed");
        }
        document.dispatchEvent(new CustomEvent("xassist-assist"));
        return look();
    }

    function failed() {
        say(word("failed"));
        look();
    }

    function turn() {
        ask("POST", "/assistance/" + now.id + (now.state === "active"
            ? "/pause" : "/resume"), {}).then(function (answer) {
            remember(answer.state === "paused" ? answer.id : "");
            return changed();
        }).catch(failed);
    }

    function note(text) {
        ask("POST", "/interactions/" + now.id + "/notes", { note: text })
            .then(function () { return changed(word("saved")); })
            .catch(failed);
    }

    function stop(outcome, text) {
        var body = { outcome: outcome };
        if (text) {
            body.note = text;
        }
        ask("POST", "/assistance/" + now.id + "/stop", body)
            .then(function () {
                remember("");
                return changed(word("ended"));
            }).catch(failed);
    }

    /* What was paused here can be resumed from here. */
    function remember(id) {
        try {
            sessionStorage.setItem("xassist-paused", id);
        } catch (e) { /* a page without storage forgets */ }
    }

    function remembered() {
        try {
            return sessionStorage.getItem("xassist-paused") || "";
        } catch (e) {
            return "";
        }
    }

    function look() {
        return ask("GET", "/assistance").then(function (answer) {
            var id = remembered();
            if (answer.active) {
                return answer.assistance;
            }
            return id ? ask("GET", "/interactions/" + id)
                .catch(function () { return null; }) : null;
        }).then(function (found) {
            var before = now;
            if (found && found.state === "closed") {
                remember("");
                found = null;
            }
            now = found;
            since = Date.now();
            if (!panel || !now || !before || now.id !== before.id
                || now.state !== before.state)
            {
                panel = now ? panel : "";
                if (host || now) {
                    show();
                }
            }
            return true;
        }, function (status) {
            if (status === 401 || status === 403) {
                now = null;
                if (host) {
                    show();
                }
                return false;
            }
            return true;
        });
    }

    function again() {
        if (!document.hidden) {
            look();
        }
    }

    look().then(function (agent) {
        if (!agent) {
            return;
        }
        setInterval(again, 15000);
        document.addEventListener("visibilitychange", again);
        document.addEventListener("xassist-assist-look", look);
        if (channel) {
            channel.addEventListener("message", look);
        }
    });
}());
