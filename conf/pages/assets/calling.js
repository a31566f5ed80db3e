/*
 * The page of who pressed Join and waits for an answer.  Its event stream
 * counts as being in the call; an event only says that it is time to look.
 */

(function () {
    "use strict";

    var box = document.getElementById("calling");
    var call = document.body.dataset.api + "/calls/" + box.dataset.call;
    var key = "xassist-waits-" + box.dataset.call;
    var since = Number(sessionStorage.getItem(key)) || Date.now();
    var declined = sessionStorage.getItem(key + "-declined");
    var giveUp = document.getElementById("give-up");
    var sure = document.getElementById("sure");
    var stream, leaving = false;

    function show(state) {
        box.dataset.state = state;

        box.querySelectorAll("[data-when]").forEach(function (e) {
            e.hidden = !e.dataset.when.split(" ").includes(state);
        });
    }

    function reached(yes) {
        document.getElementById("offline").hidden = yes;
    }

    /* Once, whatever else is still on its way. */
    function go(url) {
        if (!leaving) {
            leaving = true;
            stream.close();
            location.replace(url);
        }
    }

    /* What has become of the call is for the page itself to say. */
    function again() {
        go(location.href);
    }

    function came(person) {
        return person.kind === "regular"
            && ["joining", "present", "away"].includes(person.state);
    }

    function pressed(person) {
        return person.me && person.owner;
    }

    function told(seen) {
        reached(true);
        giveUp.hidden = !seen.people.some(pressed);

        if (seen.state === "ended") {
            again();

        } else if (seen.answered_at || seen.people.some(came)) {
            show("comes");
            giveUp.hidden = true;
            document.title = box.querySelector(
                'h1 [data-when="comes"]').textContent;
            setTimeout(go, 700, box.dataset.callUrl);

        } else {
            show(seen.ringing ? "rings" : declined ? "declined" : "missed");
        }
    }

    function look() {
        return fetch(call, { headers: { Accept: "application/json" },
            cache: "no-store" }).then(function (answer) {
            return answer.ok ? answer.json().then(told)
                : answer.status >= 500 ? reached(false) : again();

        }, function () {
            reached(false);
        });
    }

    function watch() {
        stream = new EventSource(document.body.dataset.api + "/events?call="
            + box.dataset.call + "&present=1");

        ["call.accepted", "call.missed", "call.ended", "call.live",
            "participant.joining", "participant.present", "reset"].forEach(
            function (kind) {
                stream.addEventListener(kind, look);
            });

        stream.addEventListener("call.declined", function () {
            declined = "1";
            sessionStorage.setItem(key + "-declined", declined);
            look();
        });

        stream.addEventListener("open", look);
        stream.addEventListener("end", again);

        /* A refusal is final for a stream: the link is the way back in. */
        stream.addEventListener("error", function () {
            reached(false);

            if (stream.readyState === EventSource.CLOSED) {
                setTimeout(go, 3000, location.pathname + "?lang="
                    + document.documentElement.lang);
            }
        });
    }

    function tick() {
        var s = Math.floor((Date.now() - since) / 1000);

        document.getElementById("waited").textContent = Math.floor(s / 60)
            + ":" + String(s % 60).padStart(2, "0");
    }

    giveUp.addEventListener("click", function () {
        sure.returnValue = "no";
        sure.showModal();
    });

    sure.addEventListener("close", function () {
        if (sure.returnValue === "yes") {
            giveUp.setAttribute("aria-disabled", "true");
            fetch(call + "/end", { method: "POST", body: "{}", headers: {
                "Content-Type": "application/json" } }).then(again, function () {
                giveUp.removeAttribute("aria-disabled");
                reached(false);
            });
        }
    });

    sessionStorage.setItem(key, String(since));
    show(box.dataset.state);
    tick();
    setInterval(tick, 1000);
    setInterval(look, 15000);
    window.addEventListener("online", look);
    watch();
}());
