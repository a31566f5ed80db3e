/* The API, as the expert's page uses it: one request, one stream. */

window.api = (function () {
    "use strict";

    var base = document.body.dataset.api;

    /* Kinds that change what this page shows; a stream names each event. */
    var kinds = ["call.created", "call.live", "call.ended", "call.ringing",
        "call.accepted", "call.declined", "call.missed", "call.handed_over",
        "participant.joining", "participant.present", "participant.away",
        "participant.left", "participant.removed", "participant.failed",
        "invitation.created", "invitation.redeemed", "invitation.withdrawn",
        "invitation.expired", "invitation.dead", "invitation.used", "reset"];

    /* The answer; what is refused rejects with the problem of it. */
    function ask(method, path, body) {
        var init = { method: method, cache: "no-store",
            headers: { Accept: "application/json" } };

        if (body) {
            init.headers["Content-Type"] = "application/json";
            init.body = JSON.stringify(body);
        }

        return fetch(base + path, init).then(function (answer) {
            return answer.json().catch(function () {
                return {};
            }).then(function (json) {
                if (!answer.ok) {
                    json.reason = json.reason || "failed";
                    json.status = answer.status;
                    throw json;
                }

                return json;
            });
        }, function () {
            throw { reason: "offline", status: 0 };
        });
    }

    /* Without a stream the page still looks on its own now and then. */
    function watch(changed, ended) {
        var stream = new EventSource(base + "/events");

        kinds.forEach(function (kind) {
            stream.addEventListener(kind, changed);
        });

        stream.addEventListener("open", changed);
        stream.addEventListener("end", function (event) {
            stream.close();
            ended(event);
        });

        return stream;
    }

    return { ask: ask, watch: watch };
}());
