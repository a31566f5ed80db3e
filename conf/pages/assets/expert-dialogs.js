/* The questions that the expert's page asks, each a dialog. */

window.dialogs = (function () {
    "use strict";

    var $ = window.view.$;
    var words = window.words;
    var say = words.say;
    var api = window.api;

    function form(dialog) {
        return dialog.querySelector("form");
    }

    function problem(dialog, text) {
        var line = dialog.querySelector(".notice-error");

        line.textContent = text;
        line.hidden = !text;
    }

    /* Opens a dialog whose form is sent by `send`; a refusal stays in it. */
    function open(dialog, send) {
        var sending = false;

        problem(dialog, "");
        form(dialog).onsubmit = function (event) {
            event.preventDefault();

            if (sending) {
                return;
            }

            sending = true;
            problem(dialog, "");

            Promise.resolve().then(send).then(function () {
                dialog.close();

            }).catch(function (p) {
                problem(dialog, p.missing ? say("need", { what: p.missing })
                    : words.why(p));

            }).finally(function () {
                sending = false;
            });
        };

        dialog.showModal();
    }

    function given(element) {
        return element.value.trim();
    }

    function newCall(made) {
        var dialog = $("call-dialog");
        var f = form(dialog).elements;

        form(dialog).reset();
        open(dialog, function () {
            var body = {};

            if (given(f.title)) {
                body.title = given(f.title);
            }

            if (f.starts_at.value) {
                body.starts_at = new Date(f.starts_at.value).toISOString()
                    .replace(/\.\d+Z$/, "Z");
            }

            return api.ask("POST", "/calls", body).then(made);
        });
    }


    /* ---- inviting ------------------------------------------------------- */

    function external() {
        return form($("invite-dialog")).elements.kind.value === "external";
    }

    function profiles() {
        var set = $("profiles");

        return api.ask("GET", "/profiles?for=invite").then(function (answer) {
            set.replaceChildren(set.firstElementChild);

            answer.profiles.forEach(function (p, i) {
                var input = window.view.make("input", { type: "radio",
                    name: "profile", value: p.name, checked: i === 0 });
                var text = window.view.make("span", {}, [
                    window.view.make("b", { textContent: p.title || p.name }),
                    window.view.make("span", { textContent: p.description })]);

                set.append(window.view.make("label", { className: "choice" },
                    [input, text]));
            });
        });
    }

    /* What is asked follows what was chosen. */
    function follow(present) {
        var dialog = $("invite-dialog");
        var f = form(dialog).elements;
        var out = external();
        var channel = f.channel.value;

        $("profiles").hidden = !out;
        $("not-present").hidden = !out || present;
        $("to-field").hidden = channel === "link";
        $("to-label").textContent = say(channel === "sms" ? "toSms"
            : "toMail");
        f.to.type = channel === "sms" ? "tel" : "email";
        f.name.required = f.comment.required = out;
        $("invite-name-help").hidden = out;
        dialog.querySelectorAll(".optional").forEach(function (e) {
            e.hidden = out;
        });
    }

    function invitation(out) {
        var f = form($("invite-dialog")).elements;
        var body = { channel: f.channel.value };

        if (out && (!given(f.name) || !given(f.comment))) {
            (given(f.name) ? f.comment : f.name).focus();
            throw { missing: say("name") + ", " + say("comment") };
        }

        ["name", "comment"].forEach(function (k) {
            if (given(f[k])) {
                body[k] = given(f[k]);
            }
        });

        if (given(f.to) && body.channel !== "link") {
            body.to = given(f.to);
        }

        return body;
    }

    function invite(call, present, made) {
        var dialog = $("invite-dialog");
        var f = form(dialog).elements;

        form(dialog).reset();
        $("invite-dialog-head").textContent = say("invite");
        $("request-lead").hidden = true;
        $("kinds").hidden = false;
        form(dialog).onchange = function () {
            follow(present);
        };
        follow(present);
        profiles().catch(function () {
            $("profiles").replaceChildren($("profiles").firstElementChild);
        });

        open(dialog, function () {
            var body = invitation(external());

            body.kind = f.kind.value;

            if (external()) {
                body.profile = f.profile ? f.profile.value : "";
            }

            return api.ask("POST", "/calls/" + call + "/invitations", body)
                .then(function (answer) {
                    show(answer, say("madeLead"));
                    made(answer);
                });
        });
    }

    function newRequest(made) {
        var dialog = $("invite-dialog");

        form(dialog).reset();
        $("invite-dialog-head").textContent = say("newRequest");
        $("request-lead").hidden = false;
        $("kinds").hidden = true;
        form(dialog).onchange = function () {
            follow(true);
        };
        follow(true);

        open(dialog, function () {
            return api.ask("POST", "/service-requests", invitation(false))
                .then(function (answer) {
                    show(answer, say("madeRequest"));
                    made(answer);
                });
        });
    }


    /* ---- what was made -------------------------------------------------- */

    /* Where the clipboard is not given to pages, what is selected is. */
    function copy(field) {
        field.select();

        return navigator.clipboard.writeText(field.value).catch(function () {
            if (!document.execCommand("copy")) {
                throw new Error("not copied");
            }

        }).then(function () {
            $("copied").textContent = say("copied");

        }, function () {});
    }

    function show(answer, lead) {
        var dialog = $("made-dialog");
        var messages = answer.messages || [];
        var channel = answer.invitation.channel;
        var sent;

        function pick() {
            var m = messages.find(function (m) {
                return m.lang === $("made-lang").value;
            }) || messages[0] || { text: answer.link, address: "" };

            $("made-text").value = m.text;
            $("made-send").href = m.address;
        }

        /* The operator's system may have taken it over. */
        sent = !!answer.invitation.delivery;

        $("made-lead").textContent = sent ? say("madeSent") : lead;
        $("made-link").value = answer.link;
        $("made-lang").value = words.lang;
        $("made-lang").onchange = pick;
        $("copied").textContent = "";
        $("made-send").hidden = channel === "link" || sent;
        $("made-send").textContent = say(channel === "sms" ? "openSms"
            : "openMail");
        $("copy-link").className = $("made-send").hidden ? "button"
            : "button button-second";
        pick();

        $("copy-link").onclick = function () {
            copy($("made-link"));
        };
        $("copy-text").onclick = function () {
            copy($("made-text"));
        };

        if (window.drawCode) {
            $("made-code").open = false;
            $("made-code").hidden = false;
            $("made-code").querySelector(".qr").replaceChildren(
                window.drawCode(answer.link));
        }

        dialog.showModal();
    }

    /* Yes or no; resolves only with yes. */
    function sure(head, text, yes) {
        var dialog = $("sure-dialog");

        $("sure-head").textContent = head;
        $("sure-text").textContent = text;
        $("sure-yes").textContent = yes;
        dialog.returnValue = "no";

        return new Promise(function (resolve) {
            dialog.onclose = function () {
                if (dialog.returnValue === "yes") {
                    resolve();
                }
            };
            dialog.showModal();
        });
    }

    document.querySelectorAll("[data-close]").forEach(function (b) {
        b.addEventListener("click", function () {
            b.closest("dialog").close();
        });
    });

    return { newCall: newCall, newRequest: newRequest, invite: invite,
        sure: sure };
}());
