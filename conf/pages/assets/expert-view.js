/*
 * What the expert sees: rings, calls, people, invitations.  Each list is
 * written anew only when it changed, and the focus stays where it was.
 */

window.view = (function () {
    "use strict";

    var words = window.words;
    var say = words.say;
    var shown = {};                        /* list -> what it was made of */

    function $(id) {
        return document.getElementById(id);
    }

    /* An element; values of `more` are its properties, data or text. */
    function make(tag, more, children) {
        var e = document.createElement(tag);

        Object.keys(more || {}).forEach(function (k) {
            if (k === "data") {
                Object.assign(e.dataset, more.data);

            } else {
                e[k] = more[k];
            }
        });

        e.append.apply(e, (children || []).filter(Boolean));

        return e;
    }

    function ago(time) {
        var seconds = Math.max(0, (Date.now() - new Date(time)) / 1000);
        var format = new Intl.RelativeTimeFormat(words.lang,
            { numeric: "auto" });

        return seconds < 60 ? format.format(-Math.floor(seconds / 10) * 10,
                "second")
            : seconds < 7200 ? format.format(-Math.floor(seconds / 60),
                "minute")
            : format.format(-Math.floor(seconds / 3600), "hour");
    }

    function clock(time) {
        var when = new Date(time);
        var today = when.toDateString() === new Date().toDateString();

        return when.toLocaleString(words.lang, today ? { timeStyle: "short" }
            : { dateStyle: "medium", timeStyle: "short" });
    }

    /* Calls `write` when what it shows differs from the last time. */
    function renew(list, what, write) {
        var text = words.lang + JSON.stringify(what);
        var held = document.activeElement;
        var key = held && list.contains(held) ? held.dataset.key : null;

        if (shown[list.id] === text) {
            return;
        }

        shown[list.id] = text;
        list.replaceChildren.apply(list, write());

        if (key) {
            held = list.querySelector('[data-key="' + key + '"]');
            (held || $("calls-head")).focus();
        }
    }

    function here(person) {
        return person.state === "present" || person.state === "away"
            || person.state === "joining";
    }

    /* Who pressed Join counts from then on, connected or not. */
    function guests(call) {
        return call.people.filter(function (p) {
            return (here(p) || p.state === "invited") && p.kind !== "regular";
        });
    }

    function name(person) {
        return person.name || say("somebody");
    }

    function title(call) {
        return call.title || say(call.kind === "service" ? "service"
            : "untitled");
    }

    /* The one word for a call: what asks for the expert first. */
    function state(call) {
        return call.rings_me ? "ringsNow"
            : call.waiting_since ? "waiting" : call.state;
    }

    function summary(call) {
        var names = call.people.filter(here).map(name);

        if (call.waiting_since) {
            return make("span", { className: "who", data: {
                since: call.waiting_since,
                who: guests(call).map(name).join(", ") || say("somebody") } });
        }

        if (call.starts_at && new Date(call.starts_at) > Date.now()) {
            return make("span", { className: "who", textContent:
                say("planned", { when: clock(call.starts_at) }) });
        }

        return make("span", { className: "who",
            textContent: names.join(", ") || say("alone") });
    }

    function calls(list, chosen) {
        renew($("calls"), [list, chosen], function () {
            return list.map(function (call) {
                var button = make("button", { type: "button",
                    className: "call", data: { key: call.id,
                        call: call.id, state: state(call) } }, [
                    make("span", { className: "call-title",
                        textContent: title(call) }),
                    make("span", { className: "pill",
                        textContent: say(state(call)) }),
                    summary(call)]);

                button.setAttribute("aria-current", call.id === chosen);

                return make("li", {}, [button]);
            });
        });

        $("no-calls").hidden = list.length > 0;
        times();
    }

    /* A request is called by its guests, another call by who owns it. */
    function callers(call) {
        return call.mine || !call.owner ? guests(call).map(name).join(", ")
            : call.owner.name;
    }

    function rings(list) {
        renew($("rings"), list.map(function (c) {
            return [c.id, callers(c), c.title];
        }), function () {
            return list.map(function (call) {
                var who = callers(call);

                return make("div", { className: "ring" }, [
                    make("p", { className: "ring-who" }, [
                        make("b", { textContent: say("isCalling",
                            { name: who || say("somebody") }) }),
                        make("span", { textContent: title(call) })]),
                    act("accept", call.id, "button", say("accept")),
                    act("decline", call.id, "button button-second",
                        say("decline"))]);
            });
        });

        document.title = (list.length ? "(" + list.length + ") " : "")
            + say("calls");
    }

    /* A button that does `action` to `id`. */
    function act(action, id, look, text, about) {
        var button = make("button", { type: "button", className: look,
            textContent: text, data: { key: action + id, action: action,
                id: id } });

        if (about) {
            button.setAttribute("aria-label", text + ": " + about);
        }

        return button;
    }

    function row(strong, words, buttons) {
        return make("li", { className: "row" }, [
            make("p", {}, [make("b", { textContent: strong }),
                make("span", { textContent: words.filter(Boolean)
                    .join(" · ") })])].concat(buttons));
    }

    function person(p, call) {
        var buttons = [];
        var rung = p.kind === "regular"
            ? window.colleagues.said(call.id, p) : "";

        if (call.state !== "ended" && !p.me && p.kind === "regular"
            && rung !== "ringing"
            && (p.state === "invited" || p.state === "left"))
        {
            buttons.push(act("ringAgain", p.id, "small small-calm",
                say("ringAgain"), name(p)));
        }

        if (call.state !== "ended" && !p.me && p.state !== "removed") {
            if (call.mine && p.kind === "regular" && p.state === "present") {
                buttons.push(act("handOver", p.id, "small small-calm",
                    say("handOver"), name(p)));
            }

            buttons.push(act("remove", p.id, "small", say("remove"),
                name(p)));
        }

        return row(name(p) + (p.me ? " (" + say("you") + ")" : ""), [
            p.owner && p.kind === "regular"
                ? say("owner") : say("kinds." + p.kind),
            say(rung ? "rung." + rung : "states." + p.state),
            here(p) && p.since ? say("since", { when: clock(p.since) }) : ""
        ], buttons);
    }

    function invitation(i) {
        var usable = i.state === "unused" || i.state === "redeemed"
            || i.state === "used";

        return row(i.name || say(i.kind === "external" ? "external"
            : i.kind === "service_request" ? "service" : "guest"), [
            i.comment, say("links." + i.state),
            i.delivery ? say("delivery." + i.delivery) : "",
            i.expires && usable ? say("until", { when: clock(i.expires) }) : ""
        ], usable ? [act("withdraw", i.id, "small", say("withdraw"),
            i.name || i.comment || clock(i.created))] : []);
    }

    function detail(call, people, invitations) {
        $("detail-head").textContent = title(call);
        $("facts").textContent = [say(call.kind), say(state(call)),
            call.owner && call.owner.name].filter(Boolean).join(" · ");
        $("enter").href = document.body.dataset.callPage + call.id;

        renew($("people"), [people, call.state, people.map(function (p) {
            return window.colleagues.said(call.id, p);
        })], function () {
            return people.map(function (p) {
                return person(p, call);
            });
        });
        renew($("invitations"), invitations, function () {
            return invitations.map(invitation);
        });

        $("no-people").hidden = people.length > 0;
        $("no-invitations").hidden = invitations.length > 0;
    }

    function requests(list) {
        renew($("requests"), list, function () {
            return list.map(invitation);
        });
        $("requests-part").hidden = !list.length;
    }

    /* Which of the two columns a phone shows. */
    function choose(open) {
        $("columns").classList.toggle("chosen", open);
        $("detail").hidden = !open;
        $("detail-none").hidden = open;
    }

    function times() {
        document.querySelectorAll("[data-since]").forEach(function (e) {
            e.textContent = say("waits", { name: e.dataset.who,
                ago: ago(e.dataset.since) });
        });
    }

    function toast(text) {
        $("toast").textContent = text;
        $("toast").hidden = !text;
    }

    setInterval(times, 10000);

    return { $: $, make: make, calls: calls, rings: rings, detail: detail,
        requests: requests, choose: choose, toast: toast, name: name,
        row: row, act: act };
}());
