/*
 * Signs in with an identity provider (OpenID Connect, authorization code with
 * PKCE, public client): leads there, comes back with a code, swaps it for an
 * ID token, and that for a session cookie at v1/login.  The token is in this
 * script alone; the edge verifies it, this page only that it is its own.
 */

(function () {
    "use strict";

    var data = document.body.dataset;
    var here = location.origin + location.pathname;
    var query = new URLSearchParams(location.search);

    function text(bytes) {
        return btoa(String.fromCharCode.apply(null, bytes))
            .replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
    }

    function random() {
        return text(crypto.getRandomValues(new Uint8Array(32)));
    }

    function problem(why) {
        var again = document.getElementById("again");

        document.getElementById("said").textContent = why;
        again.href = here;
        again.hidden = false;
    }

    function json(answer) {
        return answer.json().then(function (body) {
            if (!answer.ok) {
                throw new Error(body.title || body.error_description
                    || body.error || answer.status);
            }

            return body;
        });
    }

    function leave(provider) {
        var kept = { state: random(), nonce: random(), verifier: random(),
            next: query.get("next") || data.next };

        sessionStorage.setItem("xassist-provider", JSON.stringify(kept));

        return crypto.subtle.digest("SHA-256",
            new TextEncoder().encode(kept.verifier)).then(function (hash) {
            location.assign(provider.authorization_endpoint + "?"
                + new URLSearchParams({ response_type: "code",
                    client_id: data.client, redirect_uri: here,
                    scope: data.scope, state: kept.state, nonce: kept.nonce,
                    code_challenge: text(new Uint8Array(hash)),
                    code_challenge_method: "S256" }));
        });
    }

    function claims(token) {
        return JSON.parse(atob(token.split(".")[1].replace(/-/g, "+")
            .replace(/_/g, "/")));
    }

    function enter(provider, kept) {
        return fetch(provider.token_endpoint, { method: "POST",
            body: new URLSearchParams({ grant_type: "authorization_code",
                code: query.get("code"), redirect_uri: here,
                client_id: data.client, code_verifier: kept.verifier })
        }).then(json).then(function (answer) {
            if (claims(answer.id_token).nonce !== kept.nonce) {
                throw new Error("nonce");
            }

            return fetch(data.api + "/login"
                + (window.byTouch ? "?touch=1" : ""), { method: "POST",
                headers: { Authorization: "Bearer " + answer.id_token,
                    Accept: "application/json" } });

        }).then(json).then(function () {
            /* a path of this host, and no other */
            var next = new URL(kept.next, location.origin);

            location.replace(next.origin === location.origin ? next : "/");
        });
    }

    function back(provider) {
        var kept = JSON.parse(sessionStorage.getItem("xassist-provider"));

        sessionStorage.removeItem("xassist-provider");
        history.replaceState(null, "", here);

        if (!kept || kept.state !== query.get("state")) {
            throw new Error("state");
        }

        if (!query.has("code")) {
            throw new Error(query.get("error_description")
                || query.get("error"));
        }

        return enter(provider, kept);
    }

    fetch(data.issuer + "/.well-known/openid-configuration").then(json)
        .then(query.has("state") ? back : leave)
        .catch(function (e) {
            problem(e.message);
        });
}());
