/*
 * The page of a call that has not started: counts down, looks now and then
 * whether the link lets one in, and goes on when it does.  Looking changes
 * nothing.
 */

(function () {
    "use strict";

    var language = document.documentElement.lang;
    var line = document.getElementById("countdown");
    var start = line ? new Date(line.dataset.start) : null;
    var looking = false;

    function words(seconds) {
        var format = new Intl.RelativeTimeFormat(language);
        var units = [["day", 86400], ["hour", 3600], ["minute", 60]];
        var unit = units.find(function (u) {
            return seconds >= 2 * u[1];
        });

        return unit ? format.format(Math.floor(seconds / unit[1]), unit[0])
            : format.format(seconds, "second");
    }

    function left() {
        return start ? Math.ceil((start - Date.now()) / 1000) : 0;
    }

    function show() {
        if (line) {
            line.textContent = left() > 0 ? words(left())
                : line.dataset.soon;
            line.hidden = false;
        }
    }

    /* Anything but "not yet" is for the page itself to say. */
    function look() {
        if (looking) {
            return;
        }

        looking = true;

        fetch(location.href, { headers: { Accept: "application/json" },
            cache: "no-store" })
            .then(function (answer) {
                return answer.ok ? {} : answer.json();
            })
            .then(function (problem) {
                looking = false;

                if (problem.reason !== "not_yet"
                    && problem.reason !== "store_unavailable")
                {
                    location.reload();
                }
            })
            .catch(function () {
                looking = false;
            });
    }

    function tick() {
        var seconds = left();

        show();
        setTimeout(tick, seconds > 120 ? 15000 : 1000);

        if (start && seconds <= 0 && seconds > -5) {
            look();
        }
    }

    tick();
    setInterval(look, 30000);
    window.addEventListener("online", look);
}());
