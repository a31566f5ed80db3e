/* Colleagues asked to come: looked for, rung, and what came of it. */

window.colleagues = (function () {
    "use strict";

    var view = window.view;
    var words = window.words;
    var say = words.say;
    var api = window.api;
    var $ = view.$;

    var kinds = { "call.ringing": "ringing", "call.accepted": "accepted",
        "call.declined": "declined", "call.missed": "missed" };
    var names = {};                        /* of whom this page rang */
    var came = {};                         /* call and user -> of kinds */

    function key(call, user) {
        return call + " " + user;
    }

    /* What to say of somebody who was asked and is not there. */
    function said(call, person) {
        if (person.state !== "invited") {
            return "";
        }

        return person.ring_until && new Date(person.ring_until) > Date.now()
            ? "ringing" : came[key(call, person.user)] || "";
    }

    /* An event about a ring; tells of those that this page began. */
    function tell(kind, data) {
        var what = kinds[kind];
        var name = names[key(data.call, data.user)];

        if (!what || !data.user) {
            return;
        }

        came[key(data.call, data.user)] = what === "ringing" ? "" : what;

        if (name) {
            tidings(say("rungSaid." + what, { name: name }));
        }
    }

    function tidings(text) {
        $("rung").textContent = text;
        $("rung").hidden = !text;
    }

    function ring(call, user, name) {
        names[key(call, user)] = name;
        came[key(call, user)] = "";

        return api.ask("POST", "/calls/" + call + "/ring", { user: user })
            .then(function (answer) {
                if (answer.state === "invited") {
                    tidings(say("rungSaid.ringing", { name: name }));
                }
            });
    }

    function problem(p) {
        var line = $("ring-dialog").querySelector(".notice-error");

        line.textContent = p ? words.why(p) : "";
        line.hidden = !p;
    }

    function found(users, people, me, rung) {
        var rows = users.filter(function (u) {
            return !u.suspended && u.id !== me;

        }).map(function (u) {
            var name = u.display || u.name;
            var there = people.find(function (p) {
                return p.user === u.id && p.state !== "invited"
                    && p.state !== "left" && p.state !== "removed";
            });

            return view.row(name, [there ? say("states." + there.state) : "",
                u.mail || u.name], there ? []
                : [rung(u.id, name)]);
        });

        $("ring-found").replaceChildren.apply($("ring-found"), rows);
        $("ring-said").textContent = rows.length ? "" : say("ringNone");
    }

    /* Asks whom to ring into the call, and does. */
    function choose(call, people, me, done) {
        var dialog = $("ring-dialog");
        var field = $("ring-search");
        var round = 0;
        var later = null;

        function rung(user, name) {
            var button = view.act("", user, "small small-calm",
                say("ringNow"), name);

            button.removeAttribute("data-action");
            button.addEventListener("click", function () {
                ring(call, user, name).then(function () {
                    dialog.close();
                    done();
                }).catch(problem);
            });

            return button;
        }

        function look() {
            var typed = field.value.trim();
            var mine = ++round;

            clearTimeout(later);
            problem(null);

            if (typed.length < 2) {
                $("ring-found").replaceChildren();
                $("ring-said").textContent = say("ringType");
                return;
            }

            api.ask("GET", "/users?limit=8&q=" + encodeURIComponent(typed))
                .then(function (answer) {
                    if (mine === round) {
                        found(answer.users, people(), me, rung);
                    }
                }).catch(problem);
        }

        field.value = "";
        field.oninput = function () {
            clearTimeout(later);
            later = setTimeout(look, 200);
        };
        dialog.querySelector("form").onsubmit = function (event) {
            event.preventDefault();
            look();
        };

        look();
        dialog.showModal();
        field.focus();
    }

    return { said: said, tell: tell, tidings: tidings, ring: ring,
        choose: choose };
}());
