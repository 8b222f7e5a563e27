import assert from "node:assert/strict";
import {
  createHash,
  createPublicKey,
  generateKeyPairSync,
  randomBytes,
  sign,
  verify,
  type JsonWebKey,
} from "node:crypto";
import { before, describe, it } from "node:test";

import fc from "fast-check";

import { createVaultFixture, type VaultAnswer, type VaultFixture } from "./vault-fixture.ts";

const version = "api-version=7.6";
let fixture: VaultFixture;

const send = (method: string, path: string, body?: object): Promise<VaultAnswer> =>
  fixture.call(method, `${path}?${version}`, { body });
const create = (name: string, body: object): Promise<VaultAnswer> =>
  send("POST", `/keys/${name}/create`, body);
const operate = (name: string, operation: string, body: object): Promise<VaultAnswer> =>
  send("POST", `/keys/${name}/${operation}`, body);
const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString("base64url");
const jwkOf = ({ body }: VaultAnswer): JsonWebKey & { key_ops?: string[] } => ({ ...body.key });

const curves = [
  { curve: "P-256", algorithm: "ES256", hash: "sha256", node: "P-256" },
  { curve: "P-384", algorithm: "ES384", hash: "sha384", node: "P-384" },
  { curve: "P-521", algorithm: "ES512", hash: "sha512", node: "P-521" },
  { curve: "P-256K", algorithm: "ES256K", hash: "sha256", node: "secp256k1" },
] as const;

before(async () => {
  fixture = await createVaultFixture();
  fixture.grant("Key Vault Administrator");
});

describe("an elliptic-curve key", () => {
  it("is made on P-256 unless another curve is named, to sign and verify [create-key]", async () => {
    const made = jwkOf(await create("plain", { kty: "EC" }));
    assert.deepEqual([made.kty, made.crv, made.key_ops], ["EC", "P-256", ["sign", "verify"]]);
    const odd = await create("odd", { kty: "EC", crv: "P-192" });
    assert.deepEqual([odd.status, odd.body.error?.code], [400, "BadParameter"]);
  });

  for (const { curve, algorithm, hash, node } of curves)
    it(`${curve}: ${algorithm} signs here and verifies there, and the other way round [sign, verify]`, async () => {
      const made = jwkOf(await create(`ec-${curve}`, { kty: "EC", crv: curve }));
      const key = createPublicKey({ key: { ...made, crv: node }, format: "jwk" });
      const data = randomBytes(20);
      const value = text(createHash(hash).update(data).digest());
      const signed = await operate(`ec-${curve}`, "sign", { alg: algorithm, value });
      const signature = Buffer.from(String(signed.body.value), "base64url");
      assert.ok(verify(hash, data, { key, dsaEncoding: "ieee-p1363" }, signature));
      const check = async (given: Uint8Array): Promise<unknown> =>
        (
          await operate(`ec-${curve}`, "verify", {
            alg: algorithm,
            digest: value,
            value: text(given),
          })
        ).body.value;
      assert.equal(await check(signature), true);
      signature[5] = (signature[5] ?? 0) ^ 1;
      assert.equal(await check(signature), false);
    });

  it("verifies what Node signed with it, and nothing else [import-key, verify]", async () => {
    const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    await send("PUT", "/keys/brought-ec", { key: privateKey.export({ format: "jwk" }) });
    await fc.assert(
      fc.asyncProperty(fc.uint8Array(), fc.boolean(), async (data, isOther) => {
        const signature = sign("sha256", data, { key: privateKey, dsaEncoding: "ieee-p1363" });
        const seen = isOther ? Buffer.concat([data, Buffer.from("x")]) : data;
        const { body } = await operate("brought-ec", "verify", {
          alg: "ES256",
          digest: text(createHash("sha256").update(seen).digest()),
          value: text(signature),
        });
        assert.equal(body.value, !isOther);
      }),
      { numRuns: 10 },
    );
  });

  it("neither encrypts nor signs by another curve's algorithm [encrypt, sign]", async () => {
    const value = text(Buffer.alloc(32));
    const wrong = await operate("plain", "sign", { alg: "ES256K", value });
    assert.deepEqual([wrong.status, wrong.body.error?.code], [400, "BadParameter"]);
    const encrypted = await operate("plain", "encrypt", { alg: "RSA-OAEP", value });
    assert.equal(encrypted.body.error?.innererror?.code, "KeyOperationForbidden");
    const asked = await create("asked", { kty: "EC", key_ops: ["encrypt"] });
    assert.equal(asked.status, 400);
  });

  it("takes no name that every object has for a curve, an algorithm or a collection [ours]", async () => {
    await create("rsa-names", { kty: "RSA" });
    for (const name of ["constructor", "__proto__", "toString"]) {
      const odd = await create("names", { kty: "EC", crv: name });
      assert.deepEqual([odd.status, odd.body.error?.code], [400, "BadParameter"]);
      const sealed = await operate("rsa-names", "encrypt", { alg: name, value: "eA" });
      assert.deepEqual([sealed.status, sealed.body.error?.code], [400, "BadParameter"]);
      assert.equal((await send("GET", `/${name}`)).status, 501);
    }
  });
});

describe("an RSA key", () => {
  before(async () => void (await create("rsa", { kty: "RSA" })));

  for (const alg of ["RSA1_5", "RSA-OAEP", "RSA-OAEP-256"])
    for (const [there, back] of [
      ["encrypt", "decrypt"],
      ["wrapkey", "unwrapkey"],
    ] as const)
      it(`${there}s and ${back}s by ${alg} [${there}, ${back}]`, async () => {
        const value = text(randomBytes(32));
        const { body } = await operate("rsa", there, { alg, value });
        assert.match(body.kid ?? "", /\/keys\/rsa\/[0-9a-f]{32}$/);
        assert.notEqual(body.value, value);
        const opened = await operate("rsa", back, { alg, value: body.value });
        assert.equal(opened.body.value, value);
      });

  for (const alg of ["RS256", "RS512", "PS256", "PS384"])
    it(`verifies what it signed by ${alg}, and nothing else [verify]`, async () => {
      const hash = `sha${alg.slice(2)}`;
      const digest = text(createHash(hash).update("one").digest());
      const other = text(createHash(hash).update("two").digest());
      const { body } = await operate("rsa", "sign", { alg, value: digest });
      const answers = [];
      for (const each of [digest, other])
        answers.push(
          (await operate("rsa", "verify", { alg, digest: each, value: body.value })).body.value,
        );
      assert.deepEqual(answers, [true, false]);
      const junk = text(randomBytes(256));
      assert.equal(
        (await operate("rsa", "verify", { alg, digest, value: junk })).body.value,
        false,
      );
    });

  it("refuses what was encrypted for another key, and an unknown algorithm [decrypt]", async () => {
    for (const body of [
      { alg: "RSA-OAEP", value: text(randomBytes(256)) },
      { alg: "A256GCM", value: text(randomBytes(16)) },
    ]) {
      const { status, body: answer } = await operate("rsa", "decrypt", body);
      assert.deepEqual([status, answer.error?.code], [400, "BadParameter"]);
    }
  });

  it("opens and verifies after its end, but neither signs nor encrypts [about-keys-details]", async () => {
    const { body } = await operate("rsa", "encrypt", {
      alg: "RSA-OAEP",
      value: text(Buffer.from("x")),
    });
    await send("PATCH", "/keys/rsa", { attributes: { exp: 1_600_000_000 } });
    const opened = await operate("rsa", "decrypt", { alg: "RSA-OAEP", value: body.value });
    assert.equal(opened.status, 200);
    const closed = await operate("rsa", "encrypt", { alg: "RSA-OAEP", value: "eA" });
    assert.equal(closed.body.error?.innererror?.code, "KeyExpired");
  });
});

describe("a key that is brought", () => {
  it("keeps its id, operations, tags and life, and shows no private part [import-key]", async () => {
    const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const given = privateKey.export({ format: "jwk" });
    const answer = await send("PUT", "/keys/brought", {
      key: { ...given, key_ops: ["sign"] },
      attributes: { exp: 2_000_000_000 },
      tags: { from: "file" },
    });
    const jwk = jwkOf(answer);
    assert.deepEqual([jwk.n, jwk.key_ops, jwk.d], [given.n, ["sign"], undefined]);
    assert.equal(answer.body.attributes?.exp, 2_000_000_000);
    const half = await send("PUT", "/keys/half", { key: { kty: "RSA", n: given.n, e: given.e } });
    assert.deepEqual([half.status, half.body.error?.code], [400, "BadParameter"]);
  });
});

describe("a backup", () => {
  const kinds = [
    { kind: "keys", make: () => create("saved", { kty: "EC", tags: { a: "1" } }) },
    {
      kind: "secrets",
      make: () => send("PUT", "/secrets/saved", { value: "hidden", contentType: "text/plain" }),
    },
  ] as const;
  for (const { kind, make } of kinds)
    it(`of ${kind}: every version comes back after the purge, and only then [backup, restore]`, async () => {
      await make();
      await make();
      const saved = await send("GET", `/${kind}/saved`);
      const { body } = await send("POST", `/${kind}/saved/backup`);
      const value = String(body.value);
      assert.ok(!Buffer.from(value, "base64url").toString("latin1").includes("hidden"));
      const conflict = await send("POST", `/${kind}/restore`, { value });
      assert.deepEqual([conflict.status, conflict.body.error?.code], [409, "Conflict"]);
      await send("DELETE", `/${kind}/saved`);
      await send("DELETE", `/deleted${kind}/saved`);
      const restored = await send("POST", `/${kind}/restore`, { value });
      assert.equal(restored.status, 200, JSON.stringify(restored.body));
      assert.deepEqual((await send("GET", `/${kind}/saved`)).body, saved.body);
      const { body: versions } = await send("GET", `/${kind}/saved/versions`);
      assert.equal((versions.value as unknown[]).length, 2);
    });

  it("that is none is refused, and one of another kind too [restore]", async () => {
    const { body } = await send("POST", "/keys/saved/backup");
    for (const [kind, value] of [
      ["keys", text(Buffer.alloc(4728))],
      ["secrets", String(body.value)],
    ] as const) {
      const refused = await send("POST", `/${kind}/restore`, { value });
      assert.deepEqual(
        [refused.status, refused.body.error?.message],
        [400, "Backup blob contains invalid or corrupt version."],
      );
    }
  });

  it("is made only by somebody whose role allows it [rbac-guide]", async () => {
    fixture.grant("Key Vault Crypto User");
    assert.equal((await send("POST", "/keys/saved/backup")).status, 200);
    assert.equal((await send("POST", "/keys/restore", { value: "eA" })).status, 403);
    assert.equal((await send("POST", "/secrets/saved/backup")).status, 403);
    fixture.grant("Key Vault Administrator");
  });
});
