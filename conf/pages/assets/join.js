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

    /* Which browser can do it is known where there is one of the system. */
    function advise() {
        var own = /iPhone|iPad/.test(navigator.userAgent) ? "Safari"
            : /Android/.test(navigator.userAgent) ? "Chrome" : null;
        var copy = document.getElementById("copy");

        document.querySelectorAll("[data-browser]").forEach(function (e) {
            e.textContent = own || e.textContent;
        });

        copy.hidden = !navigator.clipboard;
        copy.addEventListener("click", function () {
            navigator.clipboard.writeText(copy.dataset.link).then(function () {
                copy.textContent = copy.dataset.done;
            });
        });
    }

    /* A page may have been refused before, for good. */
    function blocked() {
        return Promise.all(["camera", "microphone"].map(function (name) {
            return navigator.permissions.query({ name: name });

        })).then(function (all) {
            return all.every(function (p) {
                return p.state === "denied";
            });
        });
    }

    /* Asks what there is, not for leave to use it: no prompt is shown. */
    function devices() {
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

    /* A page that lies open for long is renewed before it is sent, so that
       the press is not lost. */
    function renew(form) {
        var made = Date.now();

        form.addEventListener("submit", function (event) {
            if (Date.now() - made < 600000) {
                return;
            }

            made = Date.now();
            event.preventDefault();

            fetch(location.href, { cache: "no-store",
                headers: { Accept: "text/html" } }).then(function (answer) {
                return answer.text();

            }).then(function (text) {
                var page = new DOMParser().parseFromString(text, "text/html");
                var nonce = page.querySelector("input[name=nonce]");

                form.elements.nonce.value = nonce ? nonce.value : "";

            }).catch(function () {}).then(function () {
                form.submit();
            });
        });
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

    /* The link for another device, as a code to point a camera at. */
    function code(box) {
        document.getElementById("qr").append(
            window.drawCode(box.dataset.link));
        box.hidden = false;
        box.addEventListener("toggle", function () {
            box.scrollIntoView({ block: "nearest" });
        });
    }

    /* Who is still here a moment after the tap was not taken to the app. */
    function app(link) {
        link.addEventListener("click", function () {
            setTimeout(function () {
                if (!document.hidden) {
                    document.getElementById("app-missing").hidden = false;
                }
            }, 2500);
        });
    }

    var form = document.getElementById("guest");
    var move = document.getElementById("move");

    if (window.byTouch) {
        form.elements.touch.value = "1";

    } else if (move && window.drawCode) {
        code(move);
    }

    if (document.getElementById("app")) {
        app(document.getElementById("app"));
    }

    if (!navigator.cookieEnabled) {
        hint("cookies");
    }

    if (insideApp()) {
        hint("inapp");
        advise();

    } else if (!window.RTCPeerConnection || !navigator.mediaDevices) {
        hint("webrtc");
        advise();

    } else {
        Promise.resolve().then(blocked).catch(function () {
            return false;

        }).then(function (yes) {
            if (yes) {
                hint("blocked");

            } else {
                devices();
            }
        });
    }

    mend(form);

    Array.from(document.forms, function (f) {
        once(f);
        renew(f);
    });
}());
