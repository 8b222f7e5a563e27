import assert from "node:assert/strict";
import { before, describe, it } from "node:test";

import { createClientCertificate } from "../certificates/client-certificate.ts";
import { createPkcs12 } from "../certificates/pkcs12.ts";
import { createVaultFixture, type VaultAnswer, type VaultFixture } from "./vault-fixture.ts";

const version = "api-version=7.6";
let fixture: VaultFixture;

const send = (method: string, path: string, body?: object): Promise<VaultAnswer> =>
  fixture.call(method, `${path}?${version}`, { body });
const idsIn = ({ body }: VaultAnswer): unknown[] =>
  (body.value as { id?: string; kid?: string }[]).map(
    ({ id, kid }) => new URL(id ?? kid ?? "").pathname,
  );
const known = (answer: VaultAnswer): Record<string, unknown> => ({ ...answer.body });

const ask = (path: string, query: string): Promise<VaultAnswer> =>
  fixture.call("GET", `${path}?api-version=${query}`);
const manyTags = (count: number): Record<string, string> =>
  Object.fromEntries(Array.from({ length: count }, (_, at) => [`t${at}`, "x"]));

before(async () => {
  fixture = await createVaultFixture();
  fixture.grant("Key Vault Administrator");
});

describe("a secret", () => {
  const life = { enabled: true, nbf: 1_700_000_000, exp: 2_000_000_000 };

  it("keeps the type, tags and lifetime it was set with [set-secret]", async () => {
    const set = { value: "x", contentType: "text/plain", tags: { a: "1" }, attributes: life };
    const { body } = await send("PUT", "/secrets/kept", set);
    const { contentType, tags, attributes } = body as Record<string, unknown> & {
      attributes: object;
    };
    assert.deepEqual([contentType, tags], ["text/plain", { a: "1" }]);
    assert.partialDeepStrictEqual(attributes, life);
    assert.partialDeepStrictEqual(known(await send("GET", "/secrets/kept")), {
      contentType: "text/plain",
      tags: { a: "1" },
      attributes: life,
    });
  });

  it("changes only what a PATCH names [update-secret]", async () => {
    await send("PATCH", "/secrets/kept", {
      contentType: "text/html",
      attributes: { exp: 2_100_000_000 },
    });
    assert.partialDeepStrictEqual(known(await send("GET", "/secrets/kept")), {
      value: "x",
      contentType: "text/html",
      tags: { a: "1" },
      attributes: { enabled: true, nbf: life.nbf, exp: 2_100_000_000 },
    });
    await send("PATCH", "/secrets/kept", { tags: {} });
    assert.deepEqual(known(await send("GET", "/secrets/kept"))["tags"], {});
  });

  it("refuses a lifetime that is no instant [set-secret]", async () => {
    for (const attributes of [{ exp: "tomorrow" }, { nbf: -1 }, { enabled: "yes" }]) {
      const { status, body } = await send("PUT", "/secrets/odd", { value: "x", attributes });
      assert.deepEqual(
        [status, body.error?.code],
        [400, "BadParameter"],
        JSON.stringify(attributes),
      );
    }
  });

  it("tells the version before it, and its certificate as PEM, since June 2025 [get-secret]", async () => {
    const first = new URL((await send("PUT", "/secrets/twice", { value: "1" })).body.id ?? "");
    await send("PUT", "/secrets/twice", { value: "2" });
    const later = known(await ask("/secrets/twice", "2025-07-01"));
    assert.equal(later["previousVersion"], first.pathname.split("/").at(-1));
    assert.equal(known(await ask("/secrets/twice", "7.6"))["previousVersion"], undefined);
    const policy = { x509_props: { subject: "CN=pfx" }, issuer: { name: "Self" } };
    await send("POST", "/certificates/as-pfx/create", { policy });
    const type = "application/x-pem-file";
    const pem = (await ask("/secrets/as-pfx", `2025-07-01&outContentType=${type}`)).body;
    assert.equal(pem.contentType, type);
    assert.match(String(pem.value), /^-----BEGIN PRIVATE KEY-----[^]*-----BEGIN CERTIFICATE-----/u);
    const plain = await ask("/secrets/twice", `2025-07-01&outContentType=${type}`);
    assert.deepEqual([plain.status, plain.body.error?.code], [400, "BadParameter"]);
  });

  it("is at most 25,600 bytes, with at most 15 tags [about-secrets]", async () => {
    const cases: readonly [object, number][] = [
      [{ value: "x".repeat(25_600) }, 200],
      [{ value: "ä".repeat(12_801) }, 400],
      [{ value: "x", tags: manyTags(15) }, 200],
      [{ value: "x", tags: manyTags(16) }, 400],
      [{ value: "x", tags: { long: "x".repeat(513) } }, 400],
    ];
    for (const [body, status] of cases)
      assert.equal((await send("PUT", "/secrets/size", body)).status, status);
  });

  it("is listed while it is deleted, without its value [get-deleted-secrets]", async () => {
    await send("PUT", "/secrets/away", { value: "hidden", tags: { b: "2" } });
    await send("DELETE", "/secrets/away");
    const listed = await send("GET", "/deletedsecrets");
    assert.deepEqual(idsIn(listed), ["/secrets/away"]);
    assert.ok(!JSON.stringify(listed.body).includes("hidden"));
    assert.partialDeepStrictEqual((listed.body.value as object[])[0] ?? {}, { tags: { b: "2" } });
    await send("POST", "/deletedsecrets/away/recover");
    assert.deepEqual(idsIn(await send("GET", "/deletedsecrets")), []);
  });
});

describe("a certificate", () => {
  it("is imported from PEM in base64, as Azure's SDK for Python sends it [import-certificate]", async () => {
    const made = await createClientCertificate({
      subject: "python",
      notBefore: new Date(Date.now() - 1000),
      notAfter: new Date(Date.now() + 86_400_000),
    });
    const value = Buffer.from(made.privateKeyPem + made.certificate.pem).toString("base64");
    const answer = await send("POST", "/certificates/python/import", { value });
    assert.equal(answer.body.cer, made.certificate.der.toString("base64"));
    assert.partialDeepStrictEqual(known(await send("GET", "/certificates/python/policy")), {
      issuer: { name: "Unknown" },
    });
  });

  for (const encryption of ["aes-256", "3des"] as const)
    it(`is imported from a PKCS#12 file with a password, ${encryption} [import-certificate]`, async () => {
      const made = await createClientCertificate({
        subject: "locked",
        notBefore: new Date(Date.now() - 1000),
        notAfter: new Date(Date.now() + 86_400_000),
      });
      const value = createPkcs12({
        privateKey: made.keys.privateKey,
        certificates: [made.certificate],
        encryption,
        password: "gehe\u00efm",
      }).toString("base64");
      const answer = await send("POST", "/certificates/locked/import", {
        value,
        pwd: "gehe\u00efm",
      });
      assert.equal(answer.body.cer, made.certificate.der.toString("base64"));
      for (const pwd of ["other", undefined]) {
        const wrong = await send("POST", "/certificates/locked/import", { value, pwd });
        assert.deepEqual([wrong.status, wrong.body.error?.code], [400, "BadParameter"]);
      }
    });

  it("is imported from a PKCS#12 file without a password [import-certificate]", async () => {
    const made = await createClientCertificate({
      subject: "brought",
      notBefore: new Date(Date.now() - 1000),
      notAfter: new Date(Date.now() + 86_400_000),
    });
    const pfx = createPkcs12({
      privateKey: made.keys.privateKey,
      certificates: [made.certificate],
      encryption: "aes-256",
    });
    const answer = await send("POST", "/certificates/pfx/import", {
      value: pfx.toString("base64"),
      tags: { from: "file" },
    });
    assert.equal(answer.body.cer, made.certificate.der.toString("base64"));
    assert.equal((await send("GET", "/secrets/pfx")).body.contentType, "application/x-pkcs12");
    const broken = await send("POST", "/certificates/bad/import", { value: "AAAA" });
    assert.deepEqual([broken.status, broken.body.error?.code], [400, "BadParameter"]);
  });

  it("keeps its own lifetime when attributes and tags are changed [update-certificate]", async () => {
    const earlier = known(await send("GET", "/certificates/pfx"))["attributes"] as { exp: number };
    const changed = await send("PATCH", "/certificates/pfx", {
      attributes: { exp: 5 },
      tags: { owner: "ops" },
    });
    assert.partialDeepStrictEqual(known(changed), {
      tags: { owner: "ops" },
      attributes: { exp: earlier.exp },
    });
  });

  it("is listed while it is deleted [get-deleted-certificates]", async () => {
    await send("DELETE", "/certificates/pfx");
    assert.deepEqual(idsIn(await send("GET", "/deletedcertificates")), ["/certificates/pfx"]);
    await send("POST", "/deletedcertificates/pfx/recover");
    assert.deepEqual(idsIn(await send("GET", "/deletedcertificates")), []);
  });

  it("has issuers whose password is never shown, and contacts [set-certificate-issuer]", async () => {
    assert.equal((await send("GET", "/certificates/issuers/ca")).status, 404);
    const given = { provider: "Test", credentials: { account_id: "me", pwd: "hidden" } };
    await send("PUT", "/certificates/issuers/ca", given);
    const shown = await send("GET", "/certificates/issuers/ca");
    assert.partialDeepStrictEqual(known(shown), {
      provider: "Test",
      credentials: { account_id: "me" },
    });
    assert.ok(!JSON.stringify(shown.body).includes("hidden"));
    await send("PATCH", "/certificates/issuers/ca", { attributes: { enabled: false } });
    assert.equal(
      (await send("DELETE", "/certificates/issuers/ca")).body.attributes?.enabled,
      false,
    );
    assert.equal((await send("GET", "/certificates/contacts")).status, 404);
    await send("PUT", "/certificates/contacts", { contacts: [{ email: "ops@contoso.com" }] });
    assert.deepEqual(known(await send("GET", "/certificates/contacts"))["contacts"], [
      { email: "ops@contoso.com" },
    ]);
  });

  it("cannot be made by an issuer that the vault does not know [create-certificate]", async () => {
    const policy = { x509_props: { subject: "CN=x" }, issuer: { name: "nobody" } };
    const { status, body } = await send("POST", "/certificates/x/create", { policy });
    assert.deepEqual([status, body.error?.code], [404, "CertificateIssuerNotFound"]);
  });
});

describe("a key", () => {
  it("is listed, changed, deleted and recovered [get-keys, update-key, delete-key]", async () => {
    await send("POST", "/keys/own/create", { kty: "RSA", attributes: { exp: 2_000_000_000 } });
    assert.ok(idsIn(await send("GET", "/keys")).includes("/keys/own"));
    const changed = await send("PATCH", "/keys/own", { key_ops: ["verify"], tags: { a: "1" } });
    assert.partialDeepStrictEqual(known(changed), {
      key: { key_ops: ["verify"] },
      tags: { a: "1" },
      attributes: { exp: 2_000_000_000 },
    });
    await send("DELETE", "/keys/own");
    assert.equal((await send("GET", "/keys/own")).status, 404);
    assert.deepEqual(idsIn(await send("GET", "/deletedkeys")), ["/keys/own"]);
    assert.equal((await send("POST", "/keys/own/create", { kty: "RSA" })).status, 409);
    await send("POST", "/deletedkeys/own/recover");
    assert.equal((await send("GET", "/keys/own")).status, 200);
  });

  it("gets a new version by rotation, with the life that its policy says [rotate-key]", async () => {
    const first = (await send("GET", "/keys/own")).body.key?.kid;
    const policy = { lifetimeActions: [], attributes: { expiryTime: "P90D" } };
    await send("PUT", "/keys/own/rotationpolicy", policy);
    const rotated = await send("POST", "/keys/own/rotate");
    assert.notEqual(rotated.body.key?.kid, first);
    assert.partialDeepStrictEqual(known(rotated), {
      key: { key_ops: ["verify"] },
      tags: { a: "1" },
    });
    const days = ((rotated.body.attributes?.exp ?? 0) * 1000 - Date.now()) / 86_400_000;
    assert.ok(Math.abs(days - 90) < 1, String(days));
    assert.equal(idsIn(await send("GET", "/keys/own/versions")).length, 2);
    const short = { attributes: { expiryTime: "P27D" } };
    assert.equal((await send("PUT", "/keys/own/rotationpolicy", short)).status, 400);
    assert.equal((await send("POST", "/keys/none/rotate")).status, 404);
  });

  it("of a certificate cannot be changed or deleted separately [about-certificates]", async () => {
    const changed = await send("PATCH", "/keys/pfx", { tags: {} });
    const deleted = await send("DELETE", "/keys/pfx");
    assert.deepEqual([changed.status, deleted.status], [403, 403]);
  });

  it("is changed only by somebody whose role allows it [rbac-guide]", async () => {
    fixture.grant("Key Vault Crypto User");
    const refused = await Promise.all([
      send("POST", "/keys/own/rotate"),
      send("DELETE", "/keys/own"),
      send("PUT", "/keys/own/rotationpolicy", {}),
    ]);
    assert.deepEqual(new Set(refused.map(({ status }) => status)), new Set([403]));
    assert.equal((await send("PATCH", "/keys/own", {})).status, 200);
    fixture.grant("Key Vault Crypto Officer");
    assert.equal((await send("POST", "/keys/own/rotate")).status, 200);
  });
});
