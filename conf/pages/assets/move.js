/*
 * Going on with another device, for any page of a guest in a call.  A page
 * that wants it includes move.css, qrcode.js, code.js and this, and has
 *
 *     <button type="button" data-xassist-move="CALL">...</button>
 *
 * Pressed, it shows a link that takes the guest's place over, as a code to
 * point a camera at: for two minutes, once.  A connection that closes with
 * 4401 while xassistMove.shown() was taken over there.
 */

(function () {
    "use strict";

    var all = {
        en: { head: "Go on with another device",
            text: "Point the camera of your phone or tablet at the code. You go on there, and this device leaves the call.",
            code: "QR code of the link", link: "Or open this link there",
            copy: "Copy the link", copied: "Copied.",
            left: "Counts for {seconds} seconds more, once.",
            over: "This code has run out.", again: "New code",
            close: "Stay here",
            failed: "That did not work. Please try again." },
        de: { head: "Mit einem anderen Gerät weitermachen",
            text: "Richten Sie die Kamera Ihres Telefons oder Tablets auf den Code. Dort geht es weiter, und dieses Gerät verlässt den Anruf.",
            code: "QR-Code des Links", link: "Oder öffnen Sie dort diesen Link",
            copy: "Link kopieren", copied: "Kopiert.",
            left: "Gilt noch {seconds} Sekunden, ein Mal.",
            over: "Dieser Code ist abgelaufen.", again: "Neuer Code",
            close: "Hier bleiben",
            failed: "Das hat nicht geklappt. Bitte versuchen Sie es erneut." },
        fr: { head: "Continuer sur un autre appareil",
            text: "Visez le code avec l’appareil photo de votre téléphone ou tablette. Vous continuez là-bas, et cet appareil quitte l’appel.",
            code: "QR code du lien", link: "Ou ouvrez ce lien là-bas",
            copy: "Copier le lien", copied: "Copié.",
            left: "Valable encore {seconds} secondes, une fois.",
            over: "Ce code a expiré.", again: "Nouveau code",
            close: "Rester ici",
            failed: "Cela n’a pas fonctionné. Veuillez réessayer." }
    };
    var words = all[document.documentElement.lang] || all.en;
    var api = (document.body.dataset.api || "/xassist/v1") + "/calls/";
    var parts = {};
    var ends = 0, clock = null, call = null;

    function make(tag, name, more) {
        parts[name] = Object.assign(document.createElement(tag), more);
        parts[name].classList.add("xassist-move-" + name);

        return parts[name];
    }

    function build() {
        var dialog = make("dialog", "dialog");
        var label = make("label", "label", { htmlFor: "xassist-move-link",
            textContent: words.link });

        dialog.classList.add("xassist-move");
        dialog.setAttribute("aria-labelledby", "xassist-move-head");
        dialog.append(
            make("h2", "head", { id: "xassist-move-head",
                textContent: words.head }),
            make("p", "text", { textContent: words.text }),
            make("div", "code"), label,
            make("input", "link", { id: "xassist-move-link", type: "text",
                readOnly: true }),
            make("p", "state"), make("div", "foot"));

        parts.code.setAttribute("role", "img");
        parts.code.setAttribute("aria-label", words.code);
        parts.state.setAttribute("role", "status");
        parts.foot.append(
            make("button", "copy", { type: "button",
                textContent: words.copy }),
            make("button", "again", { type: "button",
                textContent: words.again }),
            make("button", "close", { type: "button",
                textContent: words.close }));

        parts.copy.addEventListener("click", copy);
        parts.again.addEventListener("click", ask);
        parts.close.addEventListener("click", function () {
            dialog.close();
        });
        dialog.addEventListener("close", forget);
        document.body.append(dialog);
    }

    function usable(yes) {
        parts.code.hidden = !yes || !window.drawCode;
        parts.label.hidden = parts.link.hidden = parts.copy.hidden = !yes;
        parts.again.hidden = yes;
    }

    function forget() {
        clearInterval(clock);
        parts.link.value = "";
        parts.code.replaceChildren();
    }

    function tick() {
        var left = Math.ceil((ends - Date.now()) / 1000);

        if (left > 0) {
            parts.state.textContent = words.left.replace("{seconds}", left);
            return;
        }

        forget();
        usable(false);
        parts.state.textContent = words.over;
    }

    function show(made) {
        parts.link.value = made.link;
        usable(true);

        if (window.drawCode) {
            parts.code.append(window.drawCode(made.link));
        }

        /* by this device's clock, which may not be the edge's */
        ends = Date.now() + 120000;
        clock = setInterval(tick, 1000);
        tick();
    }

    function ask() {
        forget();
        parts.state.textContent = "";
        parts.again.hidden = true;

        fetch(api + call + "/transfer", { method: "POST", body: "{}",
            headers: { "Content-Type": "application/json" } })
            .then(function (answer) {
                return answer.ok ? answer.json() : Promise.reject();

            }).then(show).catch(function () {
                usable(false);
                parts.state.textContent = words.failed;
            });
    }

    /* Where the clipboard is not given to pages, what is selected is. */
    function copy() {
        parts.link.select();

        Promise.resolve().then(function () {
            return navigator.clipboard.writeText(parts.link.value);

        }).catch(function () {
            document.execCommand("copy");

        }).then(function () {
            parts.state.textContent = words.copied;
        });
    }

    function open(id) {
        if (!parts.dialog) {
            build();
        }

        call = id;
        usable(true);
        parts.dialog.showModal();
        ask();
    }

    document.addEventListener("click", function (event) {
        var button = event.target.closest("[data-xassist-move]");

        if (button) {
            open(button.dataset.xassistMove);
        }
    });

    window.xassistMove = {
        open: open,

        /* Whether a link that may have been used was shown of late. */
        shown: function () {
            return ends > Date.now();
        },

        close: function () {
            if (parts.dialog) {
                parts.dialog.close();
            }
        }
    };
}());
