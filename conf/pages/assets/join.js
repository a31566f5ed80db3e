/*
 * The join page works without this.  It only looks, before anything is spent,
 * whether a call could work here, and says so; it sends nothing.
 */

(function () {
    "use strict";

    function hint(name) {
        var note = document.querySelector('[data-hint="' + name + '"]');
        var group = note.closest("#hints");

        note.hidden = false;

        if (group) {
            group.hidden = false;

        } else {
            document.querySelector('[data-hint="ready"]').hidden = true;
        }
    }

    /* Apps that open links in a window of their own, often without camera. */
    function insideApp() {
        return /FBAN|FBAV|FB_IAB|Instagram|Line\/|MicroMessenger|Snapchat|; wv\)/
            .test(navigator.userAgent);
    }

    /* Asks what there is, not for leave to use it: no prompt is shown. */
    function devices() {
        if (!navigator.mediaDevices || !navigator.mediaDevices.enumerateDevices)
        {
            hint("webrtc");
            return;
        }

        navigator.mediaDevices.enumerateDevices().then(function (list) {
            var camera = list.some(function (d) {
                return d.kind === "videoinput";
            });
            var microphone = list.some(function (d) {
                return d.kind === "audioinput";
            });

            if (!camera && !microphone) {
                hint("devices");

            } else if (!camera) {
                hint("camera");

            } else if (!microphone) {
                hint("microphone");
            }
        }, function () {});
    }

    function localTimes() {
        document.querySelectorAll("time[datetime]").forEach(function (t) {
            var when = new Date(t.dateTime);

            if (!isNaN(when)) {
                t.textContent = when.toLocaleString(
                    document.documentElement.lang,
                    { dateStyle: "full", timeStyle: "short" });
            }
        });
    }

    /* Marks and opens the field that a refused try was about. */
    function mend(form) {
        var problem = document.getElementById("problem");
        var field = form.elements[{ terms_required: "terms",
            name_required: "name" }[form.dataset.reason]];

        if (problem && field) {
            field.setAttribute("aria-invalid", "true");
            field.setAttribute("aria-describedby", "problem");
            field.focus();
        }
    }

    /* One press is one try. */
    function once(form) {
        var button = form.querySelector("button");

        form.addEventListener("submit", function (event) {
            if (button.getAttribute("aria-disabled") === "true") {
                event.preventDefault();
                return;
            }
            button.setAttribute("aria-disabled", "true");
        });

        window.addEventListener("pageshow", function () {
            button.removeAttribute("aria-disabled");
        });
    }

    var form = document.querySelector("form");

    if (!navigator.cookieEnabled) {
        hint("cookies");
    }

    if (insideApp()) {
        hint("inapp");

    } else if (!window.RTCPeerConnection) {
        hint("webrtc");

    } else {
        devices();
    }

    localTimes();
    mend(form);
    once(form);
}());
