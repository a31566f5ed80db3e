/* Times as the visitor's own clock has them; without this they are in UTC. */

(function () {
    "use strict";

    document.querySelectorAll("time[datetime]").forEach(function (t) {
        var when = new Date(t.dateTime);

        if (!isNaN(when)) {
            t.textContent = when.toLocaleString(document.documentElement.lang,
                { dateStyle: "full", timeStyle: "short" });
        }
    });
}());
