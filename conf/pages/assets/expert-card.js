/*
 * A code that signs another device in: glasses, a phone.  It counts once, and
 * for two minutes; closing the dialog leaves it to run out.
 */

(function () {
    "use strict";

    var $ = window.view.$;
    var words = window.words;
    var say = words.say;
    var dialog = $("card-dialog");
    var problem = dialog.querySelector(".notice-error");
    var ends = 0;
    var clock = null;

    function clear() {
        clearInterval(clock);
        $("card-link").value = "";
        $("card-code").replaceChildren();
        $("card-code").hidden = true;
    }

    function tick() {
        var left = Math.ceil((ends - Date.now()) / 1000);

        if (left > 0) {
            $("card-left").textContent = say("cardLeft", { seconds: left });
            return;
        }

        clear();
        $("card-left").textContent = say("cardOver");
        $("card-new").hidden = false;
    }

    function show(answer) {
        $("card-link").value = answer.url;

        if (window.drawCode) {
            $("card-code").append(window.drawCode(answer.url));
            $("card-code").hidden = false;
        }

        /* by this device's clock, which may not be the edge's */
        ends = Date.now() + 120000;
        clock = setInterval(tick, 1000);
        tick();
    }

    function make() {
        clear();
        problem.hidden = true;
        $("card-new").hidden = true;
        $("card-left").textContent = "";

        window.api.ask("POST", "/cards", {}).then(show, function (p) {
            problem.textContent = words.why(p);
            problem.hidden = false;
            $("card-new").hidden = false;
        });
    }

    $("another").addEventListener("click", function () {
        dialog.showModal();
        make();
    });
    $("card-new").addEventListener("click", make);
    dialog.addEventListener("close", clear);
}());
