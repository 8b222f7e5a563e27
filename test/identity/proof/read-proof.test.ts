import assert from "node:assert/strict";
import { createHmac, randomUUID } from "node:crypto";
import { before, describe, it } from "node:test";

import { exportJWK, exportSPKI, generateKeyPair, SignJWT, UnsecuredJWT } from "jose";

import type { ProvenPerson } from "../../../shared/core/contracts/proof.ts";
import { OperatorError } from "../../../shared/core/errors.ts";
import { createProofReader } from "../../../shared/identity/proof/read-proof.ts";
import { decisionNonce } from "../../../shared/records/decisions/decision.ts";
import { decision } from "../../records/decisions.ts";

const tenant = "0b0e5c0e-1111-4222-a333-444455556666";
const foreign = "cccccccc-0000-4000-8000-000000000003";
const clientId = "dddddddd-0000-4000-8000-000000000004";
const oid = "eeeeeeee-0000-4000-8000-000000000005";
const loginHost = "login.microsoftonline.com";
const nonce = decisionNonce(decision());
const nowMs = Date.parse("2026-11-21T14:30:00Z");
const now = nowMs / 1000;

type Pair = Awaited<ReturnType<typeof generateKeyPair>>;
let own: Pair;
let theirs: Pair;
let weak: Pair;
before(async () => {
  own = await generateKeyPair("RS256", { extractable: true });
  theirs = await generateKeyPair("RS256", { extractable: true });
  weak = await generateKeyPair("ES256", { extractable: true });
});

/** The claims of a good ID token. */
const good = {
  iss: `https://${loginHost}/${tenant}/v2.0`,
  aud: clientId,
  tid: tenant,
  oid,
  ver: "2.0",
  nonce,
  roles: ["Batch.Decide"],
  preferred_username: "ann@contoso.com",
  sub: "s",
  iat: now - 300,
  nbf: now - 300,
  exp: now + 3_000,
};
type Claims = Readonly<Record<string, unknown>>;

const signed = (claims: Claims, header: object = {}, pair = own): Promise<string> =>
  new SignJWT(JSON.parse(JSON.stringify(claims)))
    .setProtectedHeader({ alg: "RS256", typ: "JWT", kid: "k1", ...header })
    .sign(pair.privateKey);

let fetched = 0;
const published = async (url: string): Promise<Response> => {
  fetched += 1;
  assert.equal(url, `https://${loginHost}/${tenant}/discovery/v2.0/keys`);
  const key = { ...(await exportJWK(own.publicKey)), kid: "k1", use: "sig", kty: "RSA" };
  return Response.json({ keys: [key] });
};

const read = (token: string, fetch = published, atMs = nowMs): Promise<ProvenPerson> =>
  createProofReader({ loginHost, tenant, clientId, clock: { now: () => atMs }, fetch })({
    token,
    nonce,
    role: "Batch.Decide",
  });

/** The refusal, which quotes neither the token nor a claim. */
async function refused(token: string, fetch = published, atMs = nowMs): Promise<OperatorError> {
  const error: unknown = await read(token, fetch, atMs).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof OperatorError, "it was accepted");
  assert.deepEqual([error.code, error.disposition], ["PROOF_REFUSED", "refuse"]);
  const shown = `${error.message} ${String(error.stack)} ${JSON.stringify(error.cause ?? "")}`;
  assert.ok(token.length < 40 || !shown.includes(token.slice(-20)), "the token is in the error");
  assert.doesNotMatch(shown, /ann@contoso/);
  return error;
}

describe("a proof", () => {
  it("says who signed exactly this decision", async () => {
    assert.deepEqual(await read(await signed(good)), {
      kind: "person",
      oid,
      name: "ann@contoso.com",
    });
  });

  it("is verified with keys that are read once", async () => {
    const reader = createProofReader({
      loginHost,
      tenant,
      clientId,
      clock: { now: () => nowMs },
      fetch: published,
    });
    fetched = 0;
    const token = await signed(good);
    for (let at = 0; at < 3; at++) await reader({ token, nonce, role: "Batch.Decide" });
    assert.equal(fetched, 1);
  });

  const claims: Readonly<Record<string, Claims>> = {
    "for another decision": { nonce: decisionNonce(decision({ decision: "cancel" })) },
    "without a nonce": { nonce: undefined },
    "with the nonce in another case": { nonce: nonce.toUpperCase() },
    "that has expired": { exp: now - 61 },
    "without an expiry": { exp: undefined },
    "that is not valid yet": { nbf: now + 600 },
    "that was issued in the future": { iat: now + 600 },
    "that was issued long ago and never expires": { iat: now - 8_000, exp: now + 1e9 },
    "of another tenant": { tid: foreign, iss: `https://${loginHost}/${foreign}/v2.0` },
    "of another tenant, which calls itself by our issuer": { tid: foreign },
    "of the v1.0 issuer": { iss: `https://sts.windows.net/${tenant}/`, ver: "1.0" },
    "of another cloud": { iss: `https://login.microsoftonline.us/${tenant}/v2.0` },
    "of version 1.0": { ver: "1.0" },
    "for another application": { aud: "ffffffff-0000-4000-8000-000000000006" },
    "for several applications": { aud: [clientId, "ffffffff-0000-4000-8000-000000000006"] },
    "for Graph": { aud: "https://graph.microsoft.com" },
    "of somebody without a role": { roles: undefined },
    "of somebody who may only submit": { roles: ["Batch.Submit"] },
    "whose role is a text that contains it": { roles: "Batch.Decide" },
    "whose role is in the scopes": { roles: undefined, scp: "Batch.Decide" },
    "of nobody": { oid: undefined },
    "of somebody whose id is no id": { oid: "ann" },
  };
  for (const [which, change] of Object.entries(claims)) {
    it(`${which} is refused`, async () => {
      await refused(await signed({ ...good, ...change }));
    });
  }

  const forged: Readonly<Record<string, () => Promise<string> | string>> = {
    "signed by nobody (alg none)": () => new UnsecuredJWT(good).encode(),
    "with alg none and a signature": async () => {
      const [, payload, signature] = (await signed(good)).split(".");
      const header = Buffer.from('{"alg":"none","typ":"JWT","kid":"k1"}').toString("base64url");
      return `${header}.${payload}.${signature}`;
    },
    "signed by HS256 with the public key as its secret": async () => {
      const pem = await exportSPKI(own.publicKey);
      const head = Buffer.from('{"alg":"HS256","typ":"JWT","kid":"k1"}').toString("base64url");
      const body = Buffer.from(JSON.stringify(good)).toString("base64url");
      const mac = createHmac("sha256", pem).update(`${head}.${body}`).digest("base64url");
      return `${head}.${body}.${mac}`;
    },
    "signed by a key of somebody else under the same id": () => signed(good, {}, theirs),
    "signed by a key that it brings along": async () =>
      signed(good, { jwk: await exportJWK(theirs.publicKey) }, theirs),
    "signed by a key behind an address that it names": () =>
      signed(good, { jku: "https://evil.example/keys" }, theirs),
    "signed by a certificate that it brings along": () =>
      signed(good, { x5c: ["MIIB"], x5u: "https://evil.example/c" }, theirs),
    "signed by another algorithm": () => signed(good, { alg: "ES256" }, weak),
    "signed by PS256 with our own key": async () => {
      const pair = await generateKeyPair("PS256", { extractable: true });
      return signed(good, { alg: "PS256" }, pair);
    },
    "with an unknown critical header": () =>
      signed(good, { crit: ["exp2"], exp2: 1 }).catch(() => "a.b.c"),
    "of which a claim was changed": async () => {
      const [header, , signature] = (await signed(good)).split(".");
      const body = Buffer.from(JSON.stringify({ ...good, oid: randomUUID() })).toString(
        "base64url",
      );
      return `${header}.${body}.${signature}`;
    },
    "of which the signature is missing": async () =>
      (await signed(good)).split(".").slice(0, 2).join(".") + ".",
    "that is encrypted": () => "a.b.c.d.e",
    "that is no token": () => "proof",
    "that is empty": () => "",
  };
  for (const [which, make] of Object.entries(forged)) {
    it(`${which} is refused`, async () => {
      await refused(await make());
    });
  }

  it("is refused if this deployment takes none", async () => {
    const reader = createProofReader({
      loginHost,
      tenant,
      clientId: "",
      clock: { now: () => nowMs },
      fetch: published,
    });
    const token = await signed(good);
    await assert.rejects(reader({ token, nonce, role: "Batch.Decide" }), { code: "PROOF_REFUSED" });
  });

  const outages: Readonly<Record<string, (url: string) => Promise<Response>>> = {
    "does not answer": () => Promise.reject(new TypeError("fetch failed")),
    "answers 503": async () => new Response("", { status: 503 }),
    "answers with a page": async () => new Response("<html>"),
    "answers without keys": async () => Response.json({}),
  };
  for (const [how, fetch] of Object.entries(outages)) {
    it(`is tried again later while the sign-in service ${how}`, async () => {
      const token = await signed(good);
      await assert.rejects(read(token, fetch), {
        code: "TOKEN_UNREACHABLE",
        disposition: "retry",
      });
    });
  }

  it("has a role of its own for each purpose", async () => {
    const reader = createProofReader({
      loginHost,
      tenant,
      clientId,
      clock: { now: () => nowMs },
      fetch: published,
    });
    const token = await signed({ ...good, roles: ["Batch.Submit"] });
    assert.equal((await reader({ token, nonce, role: "Batch.Submit" })).oid, oid);
    const error = await reader({ token, nonce, role: "Batch.Decide" }).catch((thrown) => thrown);
    assert.match((error as OperatorError).fix, /assign the role Batch\.Decide/);
  });
});
