/*
 * A text as a code to point a camera at: an SVG element.  The squares come
 * from qrcode.js, which a host may not have: then there is no drawCode.
 */

(function () {
    "use strict";

    function draw(text) {
        var qr = window.qrcode(0, "M");
        var n, row, column, path = "";
        var svg = document.createElementNS("http://www.w3.org/2000/svg",
            "svg");
        var squares = document.createElementNS("http://www.w3.org/2000/svg",
            "path");

        qr.addData(text);
        qr.make();
        n = qr.getModuleCount();

        for (row = 0; row < n; row++) {
            for (column = 0; column < n; column++) {
                if (qr.isDark(row, column)) {
                    path += "M" + (column + 4) + " " + (row + 4) + "h1v1h-1z";
                }
            }
        }

        squares.setAttribute("d", path);
        svg.setAttribute("viewBox", "0 0 " + (n + 8) + " " + (n + 8));
        svg.setAttribute("shape-rendering", "crispEdges");
        svg.append(squares);

        return svg;
    }

    window.drawCode = window.qrcode ? draw : null;
}());
