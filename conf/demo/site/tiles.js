/* A tile is a person's place in the room: picture, name and sound. */

window.tiles = (function () {
    "use strict";

    function add(name) {
        var figure = document.createElement("figure");
        var video = document.createElement("video");
        var caption = document.createElement("figcaption");

        /* A picture that is muted may start without a touch; the sound is an
           element of its own. */
        video.muted = true;
        video.autoplay = true;
        video.playsInline = true;

        figure.className = "tile";
        figure.dataset.name = caption.textContent = name;
        caption.dataset.note = window.words.muted;
        figure.append(video, caption);
        document.getElementById("stage").append(figure);

        return { figure: figure, video: video, audio: null, shown: null };
    }

    /* The same track is announced again whenever it flows again; a picture
       that is set twice may stay paused. */
    function show(tile, track) {
        if (tile.shown === track.id) {
            return;
        }

        tile.shown = track.id;
        tile.video.srcObject = new MediaStream([track]);
        tile.video.play().catch(function () {});
    }

    /* Sound without a touch may be refused: then `refused` is called. */
    function hear(tile, track, refused) {
        if (tile.audio) {
            return;
        }

        tile.audio = new Audio();
        tile.audio.srcObject = new MediaStream([track]);
        tile.audio.play().catch(refused);
    }

    return { add: add, show: show, hear: hear };
}());
