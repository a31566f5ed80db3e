/* Registering a user: who it may be is told while one types. */

window.register = (function () {
    "use strict";

    var words = window.words, view = window.view, at = view.at;
    var fields = ["first", "last", "mail", "phone"];
    var timer, shown, told = "";

    function body() {
        var all = {};

        fields.forEach(function (name) {
            var text = at("new-" + name).value.trim();

            if (text) {
                all[name] = text;
            }
        });

        return all;
    }

    function alike(list) {
        at("alike-part").hidden = list.length === 0;
        at("alike").replaceChildren.apply(at("alike"), list.map(
            function (user) {
                var sure = view.make("span", "sure", user.confidence + " %");
                var item = view.row(view.name(user), [user.mail, user.phone,
                    words.time(user.signed_in)].filter(Boolean).join(" · "),
                    sure);

                item.append(view.button(words.say("startFor"), "small "
                    + "small-calm", function () {
                    at("register-dialog").close();
                    shown(user);
                }));

                return item;
            }));
        told = list.length ? JSON.stringify(body()) : "";
        at("register-now").textContent = words.say(list.length ? "force"
            : "registerNow");
    }

    function look() {
        var all = body();

        clearTimeout(timer);

        if (Object.keys(all).length === 0) {
            alike([]);
            return;
        }

        timer = setTimeout(function () {
            all.check = true;
            window.api.ask("POST", "/users", all).then(function (answer) {
                alike(answer.duplicates);
            }, function () { /* the press of the button tells */ });
        }, 300);
    }

    function failed(error) {
        if (error.duplicates) {
            alike(error.duplicates);
            return;
        }

        at("register-error").textContent = view.problem(error);
        at("register-error").hidden = false;
    }

    function submit(event) {
        var all = body();

        event.preventDefault();
        clearTimeout(timer);
        at("register-error").hidden = true;

        if (!all.mail) {
            at("register-error").textContent = words.say("needMail");
            at("register-error").hidden = false;
            at("new-mail").focus();
            return;
        }

        /* What was shown of this very person has been seen. */

        if (told === JSON.stringify(all)) {
            all.force = true;
        }

        window.api.ask("POST", "/users", all).then(function (user) {
            at("register-dialog").close();
            view.toast(words.say("registered"));
            shown(user);
        }, failed);
    }

    function open(whenShown) {
        shown = whenShown;
        at("register-form").reset();
        at("register-error").hidden = true;
        alike([]);
        at("register-dialog").showModal();
        at("new-first").focus();
    }

    at("register-form").addEventListener("submit", submit);
    at("register-form").addEventListener("input", look);
    at("register-cancel").addEventListener("click", function () {
        at("register-dialog").close();
    });

    return { open: open };
}());
