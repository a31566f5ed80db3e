/*
 * A tablet may say that it is a desktop; its screen does not.  What a form
 * with data-touch sends says so to the edge (touch=1).
 */

(function () {
    "use strict";

    window.byTouch = navigator.maxTouchPoints > 0
        && matchMedia("(pointer: coarse)").matches;

    Array.from(document.querySelectorAll("form[data-touch]"), function (form) {
        var action = new URL(form.getAttribute("action"), location.href);

        if (window.byTouch) {
            action.searchParams.set("touch", "1");
            form.action = action.href;
        }
    });
}());
