/*
 * The agents' page: search, choose, assist.  Call-centre software opens it
 * with ?q= (searched at once; one result is chosen), ?channel= and ?service=
 * (filled in), and ?formid= (the shortcut that is led to when it has begun).
 */

(function () {
    "use strict";

    var words = window.words, view = window.view, api = window.api;
    var at = view.at, given = new URLSearchParams(location.search);
    var chosen = null, answer = { users: [], more: false }, turn = 0, timer;
    var anonymous = false, now = null, shortcuts = [];

    function failed(error) {
        view.toast(view.problem(error));
    }

    function search(first) {
        var text = at("q").value.trim(), mine = ++turn;

        clearTimeout(timer);

        if (!text) {
            answer = { users: [], more: false };
            at("users").replaceChildren();
            at("count").textContent = "";
            return;
        }

        api.ask("GET", "/users?q=" + encodeURIComponent(text)).then(
            function (found) {
                if (mine !== turn) {
                    return;
                }

                answer = found;
                shortcuts = found.shortcuts || [];
                list();

                if (first && found.users.length === 1) {
                    choose(found.users[0]);
                }
            }, failed);
    }

    function list() {
        view.users(answer, chosen && chosen.id, choose);
    }

    function show(detail) {
        at("detail").hidden = !detail;
        at("detail-none").hidden = detail;
        at("columns").classList.toggle("chosen", detail);
    }

    function choose(user) {
        anonymous = false;
        return api.ask("GET", "/users/" + user.id).then(function (whole) {
            chosen = whole;
            shortcuts = whole.shortcuts || shortcuts;
            list();
            show(true);
            draw();
            at("detail-head").focus();
        }, failed);
    }

    function nobody() {
        anonymous = true;
        chosen = null;
        list();
        show(true);
        draw();
        at("detail-head").focus();
    }

    function assisted() {
        return now && (anonymous ? now.subject === "anonymous"
            : chosen && now.subject && now.subject.id === chosen.id);
    }

    function draw() {
        var actions = at("actions");

        at("profile-part").hidden = anonymous;
        at("edit").hidden = true;

        if (anonymous) {
            at("detail-head").textContent = words.say("anonymous");
            at("facts").textContent = "";
        } else if (chosen) {
            view.user(chosen);
        }

        actions.replaceChildren();
        at("start").hidden = Boolean(assisted());

        if (!assisted() || anonymous) {
            return;
        }

        actions.append(view.button(words.say("edit"), "button button-second",
            edit));
        shortcuts.forEach(function (name) {
            var link = view.make("a", "button button-second shortcut", name);

            link.href = document.body.dataset.shortcutPage
                + encodeURIComponent(name);
            actions.append(link);
        });
    }

    function start(event) {
        var body = { channel: at("channel").value };

        event.preventDefault();
        at("start-error").hidden = true;

        if (anonymous) {
            body.anonymous = true;
        } else {
            body.user = chosen.id;
        }

        ["service", "reason"].forEach(function (name) {
            if (at(name).value.trim()) {
                body[name] = at(name).value.trim();
            }
        });

        api.ask("POST", "/assistance", body).then(function (made) {
            now = made;
            at("reason").value = "";
            view.toast(words.say("started"));
            document.dispatchEvent(new CustomEvent("xassist-assist-look"));
            draw();
            paused();

            if (given.get("formid")) {
                location.href = document.body.dataset.shortcutPage
                    + encodeURIComponent(given.get("formid"));
            }
        }, function (error) {
            at("start-error").textContent = error.reason === "invalid_request"
                && !body.reason ? words.say("needReason")
                : view.problem(error);
            at("start-error").hidden = false;
        });
    }

    function edit() {
        var form = at("edit"), buttons = view.make("div", "actions");
        var save = view.make("button", "button", words.say("save"));

        form.replaceChildren();
        ["display", "first", "last", "mail", "phone"].forEach(function (name) {
            var box = view.make("div", "field");
            var label = view.make("label", "", words.say(name));
            var input = view.make("input");

            input.type = "text";
            input.id = "edit-" + name;
            input.value = chosen[name];
            label.htmlFor = input.id;
            box.append(label, input);
            form.append(box);
        });
        save.type = "submit";
        buttons.append(save, view.button(words.say("cancel"),
            "button button-second", draw));
        form.append(buttons);
        form.hidden = false;
        at("edit-display").focus();
    }

    function saved(event) {
        var body = {};

        event.preventDefault();
        at("edit").querySelectorAll("input").forEach(function (input) {
            var name = input.id.slice(5);

            if (input.value.trim() !== chosen[name]) {
                body[name] = input.value.trim();
            }
        });

        api.ask("PATCH", "/users/" + chosen.id, body).then(function () {
            view.toast(words.say("saved"));
            return choose(chosen);
        }).catch(failed);
    }

    function paused() {
        api.ask("GET", "/interactions?state=paused").then(function (found) {
            var rows = found.interactions.map(function (one) {
                return view.row(one.subject === "anonymous"
                    ? words.say("anonymous") : one.subject.name,
                    [one.service, words.time(one.started)].filter(Boolean)
                        .join(" · "),
                    view.button(words.say("resume"), "small small-calm",
                        function () { resume(one); }));
            });

            at("paused").replaceChildren.apply(at("paused"), rows);
            at("paused-part").hidden = rows.length === 0;
        }, function () { /* the search still works */ });
    }

    function resume(one) {
        api.ask("POST", "/assistance/" + one.id + "/resume", {}).then(
            function (made) {
                now = made;
                document.dispatchEvent(
                    new CustomEvent("xassist-assist-look"));
                paused();
                return made.subject === "anonymous" ? nobody()
                    : choose(made.subject);
            }).catch(failed);
    }

    /* Whom one assists may have changed: by the bar, or elsewhere. */
    function look() {
        return api.ask("GET", "/assistance").then(function (answer) {
            now = answer.active ? answer.assistance : null;
            if (chosen || anonymous) {
                draw();
            }
            paused();
        }, failed);
    }

    function language(value) {
        words.choose(value);
        channels();
        list();
        paused();
        if (chosen || anonymous) {
            draw();
        }
        document.dispatchEvent(new CustomEvent("xassist-assist-look"));
    }

    function channels() {
        var before = at("channel").value;

        at("channel").replaceChildren.apply(at("channel"),
            words.channels.map(function (name) {
                return new Option(words.say(name === "phone" ? "phone_"
                    : name), name);
            }));
        at("channel").value = before || (words.channels.indexOf(
            given.get("channel")) < 0 ? "phone" : given.get("channel"));
    }

    words.put();
    channels();
    show(false);
    at("service").value = (given.get("service") || "").slice(0, 64);
    at("q").value = (given.get("q") || "").slice(0, 200);

    at("search").addEventListener("submit", function (event) {
        event.preventDefault();
        search(true);
    });
    at("q").addEventListener("input", function () {
        clearTimeout(timer);
        timer = setTimeout(search, 200);
    });
    at("start").addEventListener("submit", start);
    at("edit").addEventListener("submit", saved);
    at("anonymous").addEventListener("click", nobody);
    at("register").addEventListener("click", function () {
        window.register.open(choose);
    });
    at("back").addEventListener("click", function () {
        show(false);
        at("q").focus();
    });
    at("languages").addEventListener("click", function (event) {
        if (event.target.value) {
            language(event.target.value);
        }
    });
    document.addEventListener("xassist-assist", look);

    api.ask("GET", "/me").then(function (me) {
        at("me").textContent = me.name || "";
    }, failed);
    look().then(function () {
        if (at("q").value) {
            search(true);
        } else {
            at("q").focus();
        }
    });
}());
