/* What we send: camera and microphone, or a card in their place. */

window.picture = (function () {
    "use strict";

    var timer;

    function draw(paint, colour, initial, step) {
        paint.fillStyle = colour;
        paint.fillRect(0, 0, 640, 480);
        paint.fillStyle = "rgba(255, 255, 255, 0.14)";
        paint.beginPath();
        paint.arc(320, 240, 104 + 6 * Math.sin(step), 0, 7);
        paint.fill();
        paint.fillStyle = "#fff";
        paint.font = "600 104px system-ui, sans-serif";
        paint.textAlign = "center";
        paint.textBaseline = "middle";
        paint.fillText(initial, 320, 248);
    }

    /* The initial, in `colour` or one that belongs to the name; it moves a
       little, so that there are frames to send. */
    function card(name, colour) {
        var canvas = document.createElement("canvas");
        var paint = canvas.getContext("2d");
        var initial = (Array.from(name)[0] || "?").toUpperCase();
        var hue = Array.from(name).reduce(function (h, c) {
            return (h * 31 + c.codePointAt(0)) % 360;
        }, 7);
        var step = 0;

        canvas.width = 640;
        canvas.height = 480;
        colour = colour || "hsl(" + hue + " 42% 34%)";
        draw(paint, colour, initial, step);

        timer = setInterval(function () {
            step += 0.08;
            draw(paint, colour, initial, step);
        }, 66);

        return canvas.captureStream(15).getVideoTracks()[0];
    }

    /* The best stream that this device and its owner give, or null. */
    async function devices() {
        var size = { width: 640, height: 480 };
        var wishes = [{ audio: true, video: size }, { audio: true },
            { video: size }];

        if (!navigator.mediaDevices) {
            return null;
        }

        for (var wish of wishes) {
            try {
                return await navigator.mediaDevices.getUserMedia(wish);

            } catch (e) {
                if (e.name === "NotAllowedError") {
                    return null;
                }
            }
        }

        return null;
    }

    function stop() {
        clearInterval(timer);
    }

    return { card: card, devices: devices, stop: stop };
}());
