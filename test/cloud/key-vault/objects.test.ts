import assert from "node:assert/strict";
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  verify,
  constants,
  X509Certificate,
} from "node:crypto";
import { before, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { createSecureContext } from "node:tls";

import { createClientCertificate } from "../certificates/client-certificate.ts";
import { createVaultFixture, type VaultAnswer, type VaultFixture } from "./vault-fixture.ts";

const version = "api-version=7.6";
const pem = "application/x-pem-file";
const pfx = "application/x-pkcs12";
let fixture: VaultFixture;

/** Creates a version by policy and polls the operation until it ends, as the SDK does. */
async function create(name: string, policy: object = {}): Promise<VaultAnswer> {
  const issuer = { name: "Self" };
  const body = { policy: { x509_props: { subject: `CN=${name}` }, issuer, ...policy } };
  const started = await fixture.call("POST", `/certificates/${name}/create?${version}`, { body });
  assert.equal(started.status, 202, JSON.stringify(started.body));
  for (;;) {
    const pending = await fixture.call("GET", `/certificates/${name}/pending?${version}`);
    if (pending.body.status === "completed") break;
    await sleep(5);
  }
  return fixture.call("GET", `/certificates/${name}?${version}`);
}

const get = (path: string): Promise<VaultAnswer> => fixture.call("GET", `${path}?${version}`);
const modulus = async (): Promise<string | undefined> => (await get("/keys/kept")).body.key?.n;
const pathOf = (url: string | undefined): string => new URL(url ?? "").pathname;

before(async () => {
  fixture = await createVaultFixture();
  fixture.grant("Key Vault Administrator");
});

describe("a certificate in the vault", () => {
  it("is created by policy, with a key and a secret under the same version [about-certificates]", async () => {
    const { body } = await create("pem", { secret_props: { contentType: pem } });
    const secret = await get(pathOf(body.sid));
    const text = String(secret.body.value);
    const certificate = new X509Certificate(text);
    assert.equal(certificate.raw.toString("base64"), body.cer);
    assert.ok(certificate.checkPrivateKey(createPrivateKey(text)));
    assert.ok(text.startsWith("-----BEGIN PRIVATE KEY-----"), "PKCS#8 key first");
    assert.deepEqual([secret.body.contentType, secret.body.managed], [pem, true]);
    const key = await get(pathOf(body.kid));
    assert.equal(key.body.key?.n, certificate.publicKey.export({ format: "jwk" }).n);
    assert.deepEqual(fixture.announced, ["pem"]);
  });

  it("is served as a PFX without password if the policy says so [about-certificates]", async () => {
    const { body } = await create("pfx", { secret_props: { contentType: pfx } });
    const secret = await get(pathOf(body.sid));
    assert.equal(secret.body.contentType, pfx);
    const file = Buffer.from(String(secret.body.value), "base64");
    assert.ok(createSecureContext({ pfx: file, passphrase: "" }));
  });

  it("does not reveal its key if it is not exportable [about-certificates]", async () => {
    const { body } = await create("sealed", {
      key_props: { exportable: false },
      secret_props: { contentType: pem },
    });
    const secret = await get(pathOf(body.sid));
    assert.ok(!String(secret.body.value).includes("PRIVATE KEY"));
    assert.ok(new X509Certificate(String(secret.body.value)));
  });

  it("makes a new version the current one at once, and still serves the old version by its id [about-keys-secrets-certificates]", async () => {
    const first = await create("rolled");
    const second = await create("rolled");
    assert.notEqual(first.body.id, second.body.id);
    assert.equal((await get(pathOf(first.body.id))).body.cer, first.body.cer);
    const versions = await get("/certificates/rolled/versions");
    assert.equal((versions.body.value as unknown[]).length, 2);
    const [one, two] = (versions.body.value as { id: string }[]).map((item) => item.id);
    assert.ok(
      String(one) < String(two),
      "in the order of their ids, which does not reflect their age",
    );
  });

  it("keeps its key on renewal only if the policy says so [about-certificates]", async () => {
    await create("kept", { key_props: { reuse_key: true } });
    const first = await modulus();
    await create("kept", { key_props: { reuse_key: true } });
    assert.equal(await modulus(), first);
    await create("kept", { key_props: { reuse_key: false } });
    assert.notEqual(await modulus(), first);
  });

  it("disables its secret and key when it is disabled [about-certificates]", async () => {
    const { body } = await create("off");
    const path = pathOf(body.id);
    const attributes = { attributes: { enabled: false } };
    await fixture.call("PATCH", `${path}?${version}`, { body: attributes });
    const secret = await get("/secrets/off");
    assert.equal(secret.status, 403);
    assert.equal(secret.body.error?.innererror?.code, "SecretDisabled");
    const signed = await fixture.call("POST", `${pathOf(body.kid)}/sign?${version}`, {
      body: { alg: "RS256", value: Buffer.alloc(32).toString("base64url") },
    });
    assert.equal(signed.body.error?.innererror?.code, "KeyDisabled");
    assert.equal((await get(path)).body.attributes?.enabled, false);
  });

  it("can be imported as PEM [import-certificate]", async () => {
    const made = await createClientCertificate({
      subject: "brought",
      notBefore: new Date(Date.now() - 1000),
      notAfter: new Date(Date.now() + 86_400_000),
    });
    const value = made.privateKeyPem + made.certificate.pem;
    const path = `/certificates/brought/import?${version}`;
    const answer = await fixture.call("POST", path, { body: { value } });
    assert.equal(answer.body.cer, made.certificate.der.toString("base64"));
    const wrong = await fixture.call("POST", path, { body: { value: made.certificate.pem } });
    assert.equal(wrong.status, 400);
  });

  it("is refused if its policy is invalid [create-certificate]", async () => {
    for (const policy of [
      { key_props: { key_size: 1024 } },
      { secret_props: { contentType: "text/plain" } },
      { x509_props: { subject: "no name" } },
    ]) {
      const path = `/certificates/bad/create?${version}`;
      const answer = await fixture.call("POST", path, { body: { policy } });
      assert.deepEqual([answer.status, answer.body.error?.code], [400, "BadParameter"]);
    }
  });

  it("is deleted with its secret, keeps its name reserved, and can be recovered [soft-delete-overview]", async () => {
    await create("gone");
    const deleted = await fixture.call("DELETE", `/certificates/gone?${version}`);
    assert.match(deleted.body.recoveryId ?? "", /\/deletedcertificates\/gone$/u);
    assert.deepEqual(
      [(await get("/certificates/gone")).status, (await get("/secrets/gone")).status],
      [404, 404],
    );
    const again = await fixture.call("POST", `/certificates/gone/create?${version}`, { body: {} });
    assert.equal(again.body.error?.innererror?.code, "ObjectIsDeletedButRecoverable");
    await fixture.call("POST", `/deletedcertificates/gone/recover?${version}`);
    assert.equal((await get("/secrets/gone")).status, 200);
    await fixture.call("DELETE", `/certificates/gone?${version}`);
    const purged = await fixture.call("DELETE", `/deletedcertificates/gone?${version}`);
    assert.equal(purged.status, 204);
    assert.equal((await get("/deletedcertificates/gone")).status, 404);
  });
});

describe("a key in the vault signs", () => {
  let made: VaultAnswer["body"];
  before(async () => {
    made = (await create("signer")).body;
  });

  for (const algorithm of ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"])
    it(`${algorithm}, and the signature verifies elsewhere [sign]`, async () => {
      const message = Buffer.from("header.payload");
      const hash = `sha${algorithm.slice(2)}`;
      const value = createHash(hash).update(message).digest("base64url");
      const answer = await fixture.call("POST", `${pathOf(made.kid)}/sign?${version}`, {
        body: { alg: algorithm, value },
      });
      const key = createPublicKey(
        new X509Certificate(Buffer.from(made.cer ?? "", "base64")).publicKey.export({
          type: "spki",
          format: "pem",
        }),
      );
      const padding = algorithm.startsWith("PS")
        ? { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST }
        : {};
      const signature = Buffer.from(String(answer.body.value), "base64url");
      assert.ok(verify(hash, message, { key, ...padding }, signature));
      assert.equal(answer.body.kid, made.kid);
    });

  it("only digests of the right length and with known algorithms [sign]", async () => {
    for (const given of [
      { alg: "RS256", value: Buffer.alloc(31).toString("base64url") },
      { alg: "ES256", value: Buffer.alloc(32).toString("base64url") },
    ]) {
      const answer = await fixture.call("POST", `/keys/signer/sign?${version}`, { body: given });
      assert.deepEqual([answer.status, answer.body.error?.code], [400, "BadParameter"]);
    }
  });
});

const createKey = (body: object): Promise<VaultAnswer> =>
  fixture.call("POST", `/keys/own/create?${version}`, { body: { kty: "RSA", ...body } });

describe("a key of its own in the vault", () => {
  it("is made with a version, and signs by it [create-key]", async () => {
    const made = await createKey({ key_size: 2048, key_ops: ["sign", "verify"] });
    assert.equal(made.status, 200);
    const kid = made.body.key?.kid ?? "";
    assert.match(kid, /\/keys\/own\/[0-9a-f]{32}$/);
    assert.equal(made.body.managed, undefined);
    const body = { alg: "PS256", value: Buffer.alloc(32).toString("base64url") };
    const signed = await fixture.call("POST", `${new URL(kid).pathname}/sign?${version}`, { body });
    assert.deepEqual([signed.status, signed.body.kid], [200, kid]);
  });

  it("refuses what it was not made for, and a size that does not exist [create-key]", async () => {
    await createKey({ key_ops: ["verify"] });
    const body = { alg: "PS256", value: Buffer.alloc(32).toString("base64url") };
    const refused = await fixture.call("POST", `/keys/own/sign?${version}`, { body });
    assert.deepEqual([refused.status, refused.body.error?.code], [403, "Forbidden"]);
    const odd = await createKey({ key_size: 1000 });
    assert.deepEqual([odd.status, odd.body.error?.code], [400, "BadParameter"]);
  });
});

describe("a secret in the vault", () => {
  it("is a 404 for an unknown name or version [get-secret]", async () => {
    await fixture.call("PUT", `/secrets/plain?${version}`, { body: { value: "1" } });
    for (const path of ["/secrets/none", `/secrets/plain/${"0".repeat(32)}`]) {
      const answer = await get(path);
      assert.deepEqual([answer.status, answer.body.error?.code], [404, "SecretNotFound"]);
    }
  });

  it("is found by the path that the SDK writes [seen in the SDK]", async () => {
    const answer = await fixture.call("GET", "/secrets/plain/?api%2Dversion=7.6");
    assert.equal(answer.body.value, "1");
  });

  it("lists its versions in pages of at most 25 [get-secret-versions]", async () => {
    for (let round = 0; round < 30; round += 1)
      await fixture.call("PUT", `/secrets/many?${version}`, { body: { value: String(round) } });
    const first = await get("/secrets/many/versions");
    assert.equal((first.body.value as unknown[]).length, 25);
    const next = new URL(first.body.nextLink ?? "");
    const second = await fixture.call("GET", `${next.pathname}${next.search}`);
    assert.equal((second.body.value as unknown[]).length, 5);
    assert.equal(second.body.nextLink, null);
    assert.equal((await get("/secrets/many")).body.value, "29", "the last one set is current");
    const greedy = await fixture.call("GET", `/secrets/many/versions?${version}&maxresults=26`);
    assert.equal(greedy.status, 400);
  });

  it("of a certificate cannot be set, changed or deleted separately [about-certificates]", async () => {
    await create("managed");
    const set = await fixture.call("PUT", `/secrets/managed?${version}`, { body: { value: "x" } });
    const removed = await fixture.call("DELETE", `/secrets/managed?${version}`);
    assert.deepEqual([set.status, removed.status], [403, 403]);
  });
});
