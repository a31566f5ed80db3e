/*
 * A call in a browser, as an application behind the edge would write it: ask
 * the edge for this call's media tokens, open the WebSocket of this call,
 * publish, see the others, and say why when it is over.
 *
 * ?canvas=COLOUR publishes a picture in that colour instead of the camera,
 * ?relay lets media through TURN alone.
 */

(function () {
    "use strict";

    var words = window.words;
    var tiles = window.tiles;
    var call = location.pathname.split("/").pop();
    var api = "/xassist/v1/calls/" + call;
    var asked = new URLSearchParams(location.search);
    var canvasColour = asked.get("canvas");
    var relay = asked.has("relay");
    var tries = 12;                        /* to come back, 20 s or so */

    /* What others may look at: tests do. */
    var room = window.room = {
        state: "connecting", close: null, reason: null, connections: [],
        ice: null, socket: null, tries: 0,
        frames: frames, others: others
    };
    var people = new Map();                /* feed -> tile and handle */
    var janus, publisher, self;
    var local = { audio: null, video: null, card: null, plain: false };
    var started = 0;
    var ringing = null;
    var guest = false;

    function $(id) {
        return document.getElementById(id);
    }

    function state(name) {
        room.state = document.body.dataset.state = name;
        $("status").textContent = words[name] || words.call;
        $("waiting").hidden = name !== "alone";
        $("move").hidden = !guest || name === "over";
        ring(name === "alone");
        $("controls").hidden = name === "connecting";
    }

    function arrange() {
        var n = people.size;

        $("stage").dataset.others = n > 8 ? "many" : n;
        document.title = words.call + (n ? " (" + (n + 1) + ")" : "");

        if (room.state !== "over") {
            state(n ? "together" : "alone");
        }
    }

    function others() {
        return Array.from(people.values(), function (p) {
            return p.name;
        });
    }

    /* Alone in a call that was asked for by a request: whether the expert is
       being rung, did not answer yet, or comes. */
    function ring(alone) {
        if (!alone) {
            clearInterval(ringing);
            ringing = null;

        } else if (!ringing) {
            ringing = setInterval(rung, 2000);
            rung();
        }
    }

    function rung() {
        fetch(api, { headers: { Accept: "application/json" } })
            .then(function (answer) {
                return answer.ok ? answer.json() : {};
            })
            .then(function (call) {
                var text = call.kind !== "service" ? words.waiting
                    : call.ringing ? words.rings
                    : call.answered_at ? words.comes : words.missed;

                if (call.owner) {
                    $("waiting").firstElementChild.textContent =
                        text.replaceAll("{name}", call.owner.name);
                }
            })
            .catch(function () {});
    }

    /* Guests have no account to sign in with elsewhere: they move over. */
    function offerMove() {
        fetch(api, { headers: { Accept: "application/json" } })
            .then(function (answer) {
                return answer.json();
            })
            .then(function (call) {
                guest = call.people.some(function (p) {
                    return p.me && p.kind !== "regular";
                });
                $("move").hidden = !guest || room.state === "over";
            })
            .catch(function () {});
    }

    /* The browser wants a touch before it plays sound. */
    function silent() {
        $("sound").hidden = false;
    }


    /* ---- what we send -------------------------------------------------- */

    async function prepare(name) {
        var stream = canvasColour ? null : await window.picture.devices();

        local.card = window.picture.card(name, canvasColour);

        if (stream) {
            local.audio = stream.getAudioTracks()[0] || null;
            local.video = stream.getVideoTracks()[0] || null;
        }

        self = tiles.add(words.you);
        self.figure.dataset.self = "";
        send(local.video || local.card);
        $("microphone").disabled = !local.audio;
        $("camera").disabled = !local.video;
        controls();
    }

    /* The picture that goes out: the camera, or the card in its place. */
    function send(track) {
        var pc = publisher && publisher.webrtcStuff.pc;
        var sender = pc && pc.getSenders().find(function (s) {
            return s.track && s.track.kind === "video";
        });

        tiles.show(self, track);
        self.figure.toggleAttribute("data-plain", track === local.card);
        local.plain = track === local.card;

        if (sender) {
            sender.replaceTrack(track);
        }
    }

    function controls() {
        var sound = local.audio && local.audio.enabled;
        var seen = local.video && !local.plain;

        label("microphone", sound, !local.audio ? words.noMicrophone
            : sound ? words.mute : words.unmute);
        label("camera", seen, !local.video ? words.noCamera
            : seen ? words.cameraOff : words.cameraOn);
        label("leave", null, words.leave);
        self.figure.toggleAttribute("data-muted", !!local.audio && !sound);
    }

    function label(id, pressed, text) {
        var button = $(id);

        button.querySelector("span").textContent = text;

        if (pressed !== null) {
            button.setAttribute("aria-pressed", pressed ? "true" : "false");
        }
    }

    function stop() {
        window.picture.stop();

        [local.audio, local.video, local.card].forEach(function (track) {
            if (track) {
                track.stop();
            }
        });

        room.connections.forEach(function (pc) {
            pc.close();
        });

        people.forEach(function (p) {
            if (p.tile.audio) {
                p.tile.audio.pause();
            }
        });
    }


    /* ---- the media room ------------------------------------------------ */

    function connect(ice) {
        var dependencies = Janus.useDefaultDependencies();

        dependencies.newWebSocket = function (server, protocol) {
            var socket = room.socket = new WebSocket(server, protocol);

            socket.addEventListener("close", function (event) {
                if (room.socket === socket) {
                    closed(event);
                }
            });

            return socket;
        };

        Janus.init({ debug: ["warn", "error"], dependencies: dependencies,
            callback: function () {
                janus = new Janus({
                    server: location.origin.replace(/^http/, "ws") + "/ws/"
                        + call,
                    iceServers: ice.ice_servers,
                    iceTransportPolicy: relay ? "relay" : "all",
                    token: ice.janus.token,
                    success: publish,
                    error: failed
                });
            } });
    }

    /* The socket's own end says why; this is for what happens inside. */
    function failed(error) {
        if (room.socket && room.socket.readyState === WebSocket.OPEN) {
            room.socket.close(1000);
            again("lost", String(error));
        }
    }

    function enter() {
        publisher.send({ message: { request: "join", ptype: "publisher",
            room: room.ice.room, display: room.ice.display,
            token: room.ice.janus.room_token } });
    }

    function publish() {
        janus.attach({
            plugin: "janus.plugin.videoroom",
            success: function (handle) {
                publisher = handle;
                enter();
            },
            error: failed,
            onmessage: function (message, jsep) {
                if (message.error) {
                    failed(message.error);
                    return;
                }

                if (message.videoroom === "joined") {
                    started = started || Date.now();
                    room.tries = 0;
                    arrange();
                    offerMove();
                    offer();
                }

                (message.publishers || []).forEach(subscribe);
                gone(message.unpublished);
                gone(message.leaving);

                if (jsep) {
                    publisher.handleRemoteJsep({ jsep: jsep, error: failed });
                }
            }
        });
    }

    function offer() {
        var tracks = [{ type: "video", capture: local.video || local.card,
            recv: false }];

        if (local.audio) {
            tracks.unshift({ type: "audio", capture: local.audio,
                recv: false });
        }

        publisher.createOffer({
            tracks: tracks,
            success: function (jsep) {
                room.connections.push(publisher.webrtcStuff.pc);
                publisher.send({ message: { request: "publish" },
                    jsep: jsep });
            },
            error: failed
        });
    }

    function subscribe(feed) {
        var person = { name: feed.display || words.guest, handle: null };

        if (people.has(feed.id)) {
            return;
        }

        people.set(feed.id, person);
        person.tile = tiles.add(person.name);
        arrange();

        janus.attach({
            plugin: "janus.plugin.videoroom",
            success: function (handle) {
                person.handle = handle;
                handle.send({ message: { request: "join",
                    ptype: "subscriber", room: room.ice.room,
                    token: room.ice.janus.room_token,
                    streams: [{ feed: feed.id }] } });
            },
            error: failed,
            onmessage: function (message, jsep) {
                if (jsep) {
                    answer(person, jsep);
                }
            },
            onremotetrack: function (track, mid, on) {
                if (on && track.kind === "video") {
                    tiles.show(person.tile, track);

                } else if (on) {
                    tiles.hear(person.tile, track, silent);
                }
            }
        });
    }

    function answer(person, jsep) {
        person.handle.createAnswer({
            jsep: jsep,
            success: function (reply) {
                room.connections.push(person.handle.webrtcStuff.pc);
                person.handle.send({ message: { request: "start" },
                    jsep: reply });
            },
            error: failed
        });
    }

    function gone(feed) {
        var person = people.get(feed);

        if (person) {
            people.delete(feed);
            person.tile.figure.remove();
            person.handle && room.socket && person.handle.detach();
            arrange();
        }
    }

    /* Decoded frames of every picture that came in, summed. */
    async function frames() {
        var sum = 0;

        for (var pc of room.connections) {
            (await pc.getStats()).forEach(function (s) {
                if (s.type === "inbound-rtp" && s.kind === "video") {
                    sum += s.framesDecoded || 0;
                }
            });
        }

        return sum;
    }


    /* ---- the end ------------------------------------------------------- */

    /* A refused handshake tells a browser nothing, and a closed connection
       only a code: the edge is asked for the reason. */
    async function closed(event) {
        var reason = "lost";

        room.close = { code: event.code, reason: event.reason };

        if (room.state === "over") {
            return;
        }

        if (event.code === 4401 && window.xassistMove.shown()) {
            over("moved");
            return;
        }

        try {
            var answer = await (await fetch(api + "/admission")).json();

            if (!answer.admitted && answer.reason) {
                over(answer.reason);
                return;
            }

        } catch (e) {
            /* It may be the network that is gone. */
        }

        /* Still admitted: it is the way there that ended. */
        if (event.code >= 4400 && event.reason !== "media_moved"
            && words[event.reason])
        {
            over(event.reason);
            return;
        }

        again("lost");
    }

    /* A media server that goes takes its connections with it; the call is led
       to another one, and everybody meets there. */
    function again(reason, detail) {
        if (room.tries++ >= tries) {
            over(reason, detail);
            return;
        }

        room.socket = null;
        Array.from(people.keys()).forEach(gone);
        room.connections.splice(0).forEach(function (pc) {
            pc.close();
        });

        state("connecting");
        setTimeout(begin, Math.min(200 * room.tries, 2000)
            * (0.5 + Math.random()));
    }

    async function begin() {
        try {
            var answer = await fetch(api + "/ice");
            var reply = await answer.json();

        } catch (e) {
            again("lost");
            return;
        }

        if (room.state === "over") {
            return;
        }

        if (!answer.ok) {
            (answer.status === 503 ? again : over)(reply.reason
                || "signed_out");
            return;
        }

        room.ice = reply;

        if (!self) {
            await prepare(reply.display || words.guest);
        }

        connect(reply);
    }

    function over(reason, detail) {
        var said = words[reason] || words.lost;
        var again = ["left", "lost", "call_full", "too_many", "idle",
            "max_age", "store_unavailable"].includes(reason)
            || !words[reason];

        if (room.state === "over") {
            return;
        }

        stop();
        state("over");
        room.reason = reason;
        document.title = said[0];
        $("controls").hidden = $("sound").hidden = true;
        window.xassistMove.close();
        $("over-title").textContent = said[0];
        $("over-text").textContent = said[1] || detail || "";
        $("over-next").textContent = said[2];
        $("again").textContent = reason === "left" ? words.again
            : words.retry;
        $("again").hidden = !again;
        $("over").hidden = false;
    }

    function leave() {
        over("left");

        if (janus) {
            janus.destroy();
        }

        if (room.socket) {
            room.socket.close(1000);
        }
    }

    function tick() {
        var s = started ? Math.floor((Date.now() - started) / 1000) : 0;

        if (started && room.state !== "over") {
            $("clock").textContent = Math.floor(s / 60) + ":"
                + String(s % 60).padStart(2, "0");
        }
    }

    function start() {
        state("connecting");
        $("waiting").firstElementChild.textContent = words.waiting;
        $("sound").textContent = words.sound;
        $("move").textContent = words.move;
        $("move").dataset.xassistMove = call;
        begin();
    }

    $("microphone").addEventListener("click", function () {
        local.audio.enabled = !local.audio.enabled;
        controls();
    });

    $("camera").addEventListener("click", function () {
        send(local.plain ? local.video : local.card);
        controls();
    });

    $("sound").addEventListener("click", function () {
        $("sound").hidden = true;
        people.forEach(function (p) {
            if (p.tile.audio) {
                p.tile.audio.play();
            }
        });
    });

    $("leave").addEventListener("click", leave);

    $("again").addEventListener("click", function () {
        location.reload();
    });

    setInterval(tick, 500);
    start();
}());
