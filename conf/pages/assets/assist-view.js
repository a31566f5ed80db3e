/* How the agents' page shows users. */

window.view = (function () {
    "use strict";

    var words = window.words;

    function at(id) {
        return document.getElementById(id);
    }

    function make(tag, className, text) {
        var element = document.createElement(tag);

        element.className = className || "";
        if (text !== undefined) {
            element.textContent = text;
        }

        return element;
    }

    function name(user) {
        return user.display || user.name;
    }

    function button(text, className, pressed) {
        var element = make("button", className, text);

        element.type = "button";
        element.addEventListener("click", pressed);

        return element;
    }

    function card(user, chosen, choose) {
        var item = make("li"), open;
        var box = button("", "call", function () { choose(user); });

        box.dataset.id = user.id;
        box.setAttribute("aria-current", String(chosen === user.id));
        box.append(make("span", "call-title", name(user)));

        if (user.open_calls) {
            open = make("span", "pill", user.open_calls === 1
                ? words.say("oneOpen")
                : words.say("open", { n: user.open_calls }));
            box.dataset.state = "live";
            box.append(open);
        }

        box.append(make("span", "who", [user.mail, user.phone, user.name]
            .filter(function (text, i, list) {
                return text && list.indexOf(text) === i;
            }).slice(0, 2).join(" · ")));
        item.append(box);

        return item;
    }

    function users(answer, chosen, choose) {
        at("users").replaceChildren.apply(at("users"),
            answer.users.map(function (user) {
                return card(user, chosen, choose);
            }));
        at("count").textContent = [answer.users.length === 0
            ? words.say("none") : answer.users.length === 1
            ? words.say("one")
            : words.say("many", { n: answer.users.length }),
            answer.more ? words.say("more") : ""].join(" ").trim();
    }

    function fact(list, word, text, className) {
        var box = make("div");

        box.append(make("dt", "", words.say(word)),
            make("dd", className, text || "–"));
        list.append(box);
    }

    function user(whole) {
        var list = at("profile");

        at("detail-head").textContent = name(whole);
        at("facts").textContent = [whole.name, whole.suspended
            ? words.say("suspended") : ""].filter(Boolean).join(" · ");
        list.replaceChildren();
        fact(list, "mail", whole.mail);
        fact(list, "phone", whole.phone);
        fact(list, "first", whole.first);
        fact(list, "last", whole.last);
        fact(list, "signedIn", words.time(whole.signed_in));
        fact(list, "failed", String(whole.failed_sign_ins)
            + (whole.failed_sign_ins
                ? " (" + words.time(whole.failed_at) + ")" : ""),
            whole.failed_sign_ins ? "warn" : "");
        rows("calls", whole.calls || [], function (call) {
            return [call.title || call.id, words.time(call.created)];
        });
        rows("tasks", whole.tasks || [], function (task) {
            return [task.name + (task.detail ? ": " + task.detail : ""),
                words.time(task.time) + " · " + words.say("by",
                    { who: task.actor && task.actor.name || "" })];
        });
    }

    function row(title, more, press) {
        var item = make("li", "row"), text = make("p");

        text.append(make("b", "", title), make("span", "", more));
        item.append(text);

        if (press) {
            item.append(press);
        }

        return item;
    }

    function rows(id, list, both) {
        at("no-" + id).hidden = list.length !== 0;
        at(id).replaceChildren.apply(at(id), list.map(function (one) {
            var texts = both(one);

            return row(texts[0], texts[1]);
        }));
    }

    function toast(text) {
        at("toast").textContent = text;
        at("toast").hidden = false;
        clearTimeout(toast.timer);
        toast.timer = setTimeout(function () {
            at("toast").hidden = true;
        }, 6000);
    }

    function problem(error) {
        return words.say(error && error.reason || "wrong");
    }

    return { at: at, make: make, button: button, name: name, users: users,
        user: user, row: row, toast: toast, problem: problem };
}());
