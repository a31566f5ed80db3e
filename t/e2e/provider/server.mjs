/*
 * An identity provider for the test: oidc-provider with one public client,
 * people whose login is their subject, and its own forms to sign in.
 *
 *     node server.mjs FOLDER PORT REDIRECT_URI JWKS_FILE
 *
 * FOLDER has node_modules; the public keys go to JWKS_FILE.
 */

import { createRequire } from "node:module";
import { writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const [folder, port, redirect, file] = process.argv.slice(2);
const require = createRequire(folder + "/node_modules/x");
const load = async (name) =>
    import(pathToFileURL(require.resolve(name)).href);

const { generateKeyPair, exportJWK } = await load("jose");
const { default: Provider } = await load("oidc-provider");

const { publicKey, privateKey } = await generateKeyPair("RS256",
    { extractable: true });
const named = { kid: "one", use: "sig", alg: "RS256" };

writeFileSync(file, JSON.stringify({ keys: [
    { ...await exportJWK(publicKey), ...named } ] }));

const provider = new Provider("http://localhost:" + port, {
    jwks: { keys: [{ ...await exportJWK(privateKey), ...named }] },
    clients: [{ client_id: "xassist", redirect_uris: [redirect],
        application_type: "native", token_endpoint_auth_method: "none",
        grant_types: ["authorization_code"], response_types: ["code"] }],
    pkce: { methods: ["S256"], required: () => true },
    clientBasedCORS: () => true,
    conformIdTokenClaims: false,
    claims: { openid: ["sub"], email: ["email", "email_verified"],
        profile: ["name", "preferred_username", "groups"] },
    findAccount: (ctx, sub) => ({ accountId: sub, claims: () => ({ sub,
        preferred_username: sub, name: sub[0].toUpperCase() + sub.slice(1),
        email: sub + "@example.com", email_verified: true,
        groups: ["agent"] }) }),
});

provider.listen(Number(port), "127.0.0.1", () => console.log("ready"));
