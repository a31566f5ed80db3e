/*
 * The expert's page: who rings, which calls are open and live and who waits,
 * who is in one of them; and what the expert can do about it.  All that is
 * known comes from the API; an event only says that it is time to look.
 */

(function () {
    "use strict";

    var api = window.api;
    var view = window.view;
    var words = window.words;
    var dialogs = window.dialogs;
    var colleagues = window.colleagues;
    var say = words.say;
    var $ = view.$;

    var calls = [];
    var requests = [];
    var people = [];
    var invitations = [];
    var chosen = location.hash.slice(1) || null;
    var me = null;
    var later = null;
    var round = 0;

    function find(id) {
        return calls.find(function (c) {
            return c.id === id;
        });
    }

    function failed(problem) {
        view.toast(words.why(problem));
    }

    function show() {
        var call = find(chosen);

        view.rings(calls.filter(function (c) {
            return c.rings_me;
        }));
        view.calls(calls, chosen);
        view.requests(requests);
        view.choose(!!call);

        if (call) {
            view.detail(call, people, invitations);
        }
    }

    function rest(call) {
        if (!call) {
            people = invitations = [];
            return null;
        }

        return Promise.all([
            api.ask("GET", "/calls/" + call.id + "/participants"),
            api.ask("GET", "/calls/" + call.id + "/invitations")
        ]).then(function (answers) {
            people = answers[0].participants;
            invitations = answers[1].invitations;
        });
    }

    /* A newer round makes the older one's answers void. */
    function look() {
        var mine = ++round;

        return Promise.all([
            api.ask("GET", "/calls?state=open,live"),
            api.ask("GET", "/invitations")
        ]).then(function (answers) {
            calls = answers[0].calls;
            requests = answers[1].invitations.filter(function (i) {
                return i.kind === "service_request"
                    && i.request === "waiting";
            });

            return rest(find(chosen));

        }).then(function () {
            if (mine === round) {
                view.toast("");
                show();
            }
        }).catch(failed);
    }

    function soon() {
        clearTimeout(later);
        later = setTimeout(look, 120);
    }

    function choose(id) {
        chosen = id;
        people = invitations = [];
        colleagues.tidings("");
        history.replaceState(null, "", id ? "#" + id : location.pathname
            + location.search);
        show();

        return look().then(function () {
            (id ? $("detail-head") : $("calls-head")).focus();
        });
    }

    function enter(id) {
        window.open(document.body.dataset.callPage + id, "_blank",
            "noopener");
    }

    function done() {
        view.toast("");
        look();
    }


    /* ---- what buttons do ------------------------------------------------ */

    function remove(id) {
        var person = people.find(function (p) {
            return p.id === id;
        });
        var named = { name: view.name(person) };

        dialogs.sure(say("sureRemove", named), say("sureRemoveText"),
            say("remove")).then(function () {
            return api.ask("DELETE", "/calls/" + chosen + "/participants/"
                + id);

        }).then(function (answer) {
            look();

            if (answer.offer_withdraw && answer.invitation) {
                return dialogs.sure(say("offerWithdraw"),
                    say("offerWithdrawText", named), say("withdraw"))
                    .then(function () {
                        return api.ask("POST", "/invitations/"
                            + answer.invitation + "/withdraw");
                    }).then(done);
            }
        }).catch(failed);
    }

    function handOver(id) {
        var person = people.find(function (p) {
            return p.id === id;
        });

        dialogs.sure(say("sureHandOver", { name: view.name(person) }),
            say("sureHandOverText"), say("handOver")).then(function () {
            return api.ask("POST", "/calls/" + chosen + "/hand-over",
                { user: person.user });
        }).then(done).catch(failed);
    }

    var actions = {
        accept: function (id) {
            enter(id);
            api.ask("POST", "/calls/" + id + "/accept").then(function () {
                return choose(id);
            }).catch(failed);
        },

        decline: function (id) {
            api.ask("POST", "/calls/" + id + "/decline").then(done)
                .catch(failed);
        },

        handOver: handOver,

        ringAgain: function (id) {
            var person = people.find(function (p) {
                return p.id === id;
            });

            colleagues.ring(chosen, person.user, view.name(person))
                .then(done).catch(failed);
        },

        remove: remove,

        withdraw: function (id) {
            dialogs.sure(say("sureWithdraw"), say("sureWithdrawText"),
                say("withdraw")).then(function () {
                return api.ask("POST", "/invitations/" + id + "/withdraw");
            }).then(done).catch(failed);
        }
    };

    document.addEventListener("click", function (event) {
        var button = event.target.closest("button[data-action]");
        var call = event.target.closest("button[data-call]");

        if (button) {
            actions[button.dataset.action](button.dataset.id);

        } else if (call) {
            choose(call.dataset.call);
        }
    });

    $("new-call").addEventListener("click", function () {
        dialogs.newCall(function (call) {
            choose(call.id);
        });
    });

    $("new-request").addEventListener("click", function () {
        dialogs.newRequest(done);
    });

    $("invite").addEventListener("click", function () {
        dialogs.invite(chosen, people.some(function (p) {
            return p.me && p.state === "present";
        }), done);
    });

    $("ring").addEventListener("click", function () {
        colleagues.choose(chosen, function () {
            return people;
        }, me && me.user, done);
    });

    $("end").addEventListener("click", function () {
        var id = chosen;

        dialogs.sure(say("sureEnd"), say("sureEndText"), say("end"))
            .then(function () {
                return api.ask("POST", "/calls/" + id + "/end");
            }).then(function () {
                return choose(null);
            }).catch(failed);
    });

    $("back").addEventListener("click", function () {
        choose(null);
    });

    function greet() {
        $("me").textContent = me ? say("signedIn", { name: me.name }) : "";
    }

    $("languages").addEventListener("click", function (event) {
        if (event.target.value) {
            words.choose(event.target.value);
            greet();
            show();
        }
    });


    /* ---- start ---------------------------------------------------------- */

    words.fill();
    show();

    api.ask("GET", "/me").then(function (answer) {
        me = answer;
        greet();
    }).catch(failed);

    look();
    api.watch(function (event) {
        var data = event.data ? JSON.parse(event.data) : {};

        colleagues.tell(event.type, data);

        /* a colleague may have missed it, too */

        if (event.type === "call.missed" && me && data.user === me.user) {
            setTimeout(function () {
                view.toast(say("missedRing"));
            }, 600);
        }

        soon();
    }, function () {
        failed({ reason: "signed_out" });
    });
    setInterval(look, 20000);
    window.addEventListener("online", look);
}());
