import assert from "node:assert/strict";
import { generateKeyPairSync, X509Certificate } from "node:crypto";
import { before, describe, it } from "node:test";

import { createVaultFixture, type VaultAnswer, type VaultFixture } from "./vault-fixture.ts";

let fixture: VaultFixture;

const sender =
  (host: string, version = "7.6") =>
  (method: string, path: string, body?: object): Promise<VaultAnswer> =>
    fixture.call(method, `${path}?api-version=${version}`, { body, host });
const standard = sender("fixture.vault.azure.net");
const premium = sender("premium.vault.azure.net");
const guarded = sender("guarded.vault.azure.net");
const said = ({ status, body: { error } }: VaultAnswer): unknown[] => [
  status,
  error?.code,
  error?.message,
  ...(error?.innererror ? [error.innererror.code] : []),
];
const keyOf = ({ body }: VaultAnswer): Record<string, unknown> => ({ ...body.key });
const create = (name: string, body: object): Promise<VaultAnswer> =>
  premium("POST", `/keys/${name}/create`, body);
const dayMs = 86_400_000;

before(async () => {
  fixture = await createVaultFixture();
  fixture.grant("Key Vault Administrator");
  const { tenantId } = fixture.entra.tenant;
  for (const [name, kind] of [
    ["premium", { sku: "premium" }],
    ["guarded", { purgeProtection: true, retentionDays: 7 }],
  ] as const) {
    const vault = fixture.keyVault.create(name, tenantId, kind);
    vault.assignments.push(...fixture.vault.assignments);
  }
});

describe("a key in an HSM", () => {
  it("is made in a premium vault, with its type and platform [create-key, about-keys]", async () => {
    const made = await premium("POST", "/keys/ec/create", { kty: "EC-HSM", crv: "P-384" });
    assert.deepEqual([keyOf(made)["kty"], keyOf(made)["crv"]], ["EC-HSM", "P-384"]);
    assert.partialDeepStrictEqual(made.body, {
      attributes: { hsmPlatform: "2", exportable: false },
    });
    const soft = await premium("POST", "/keys/soft/create", { kty: "EC", crv: "" });
    assert.deepEqual([keyOf(soft)["kty"], keyOf(soft)["crv"]], ["EC", "P-256"]);
    assert.partialDeepStrictEqual(soft.body, { attributes: { hsmPlatform: "0" } });
    const value = Buffer.alloc(48).toString("base64url");
    assert.equal((await premium("POST", "/keys/ec/sign", { alg: "ES384", value })).status, 200);
    const rotated = await premium("POST", "/keys/ec/rotate");
    assert.equal(keyOf(rotated)["kty"], "EC-HSM");
  });

  it("is brought from outside, its exponent in four octets [import-key, recorded by Azure's SDK for .NET]", async () => {
    const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const body = { key: privateKey.export({ format: "jwk" }), Hsm: true };
    const { kty, e } = keyOf(await premium("PUT", "/keys/brought", body));
    assert.deepEqual([kty, e], ["RSA-HSM", "AAEAAQ"]);
    assert.equal((await premium("GET", "/keys/brought/attestation")).status, 501);
    const wrapped = { key: { kty: "RSA-HSM", key_hsm: "eA" } };
    assert.equal((await premium("PUT", "/keys/brought", wrapped)).status, 501);
    assert.equal((await standard("PUT", "/keys/brought", body)).status, 403);
  });

  it("is refused in a standard vault, alone or for a certificate [azure-sdk-for-python#29945]", async () => {
    const refusal = [403, "Forbidden", "Hardware key operation not allowed on standard vault"];
    assert.deepEqual(said(await standard("POST", "/keys/k/create", { kty: "RSA-HSM" })), refusal);
    const policy = { key_props: { kty: "EC-HSM" }, x509_props: { subject: "CN=x" } };
    assert.deepEqual(said(await standard("POST", "/certificates/c/create", { policy })), refusal);
  });

  it("is a certificate's, which then has no private key in its secret [create-certificate]", async () => {
    const policy = {
      key_props: { kty: "EC-HSM" },
      x509_props: { subject: "CN=sealed" },
      secret_props: { contentType: "application/x-pem-file" },
      issuer: { name: "Self" },
    };
    await premium("POST", "/certificates/sealed/create", { policy });
    assert.equal(keyOf(await premium("GET", "/keys/sealed"))["kty"], "EC-HSM");
    const { value } = (await premium("GET", "/secrets/sealed")).body;
    assert.equal(new X509Certificate(String(value)).subject, "CN=sealed");
    assert.ok(!String(value).includes("PRIVATE"));
    const exportable = { ...policy, key_props: { kty: "EC-HSM", exportable: true } };
    const refused = await premium("POST", "/certificates/sealed/create", { policy: exportable });
    assert.equal(refused.status, 400);
  });

  it("of a type that only managed HSMs have is refused [azure-sdk-for-js#26212]", async () => {
    for (const kty of ["oct", "oct-HSM", "constructor"])
      assert.deepEqual(said(await premium("POST", "/keys/k/create", { kty })), [
        400,
        "BadParameter",
        `Invalid kty value: ${kty}`,
        "KeyTypeNotSupported",
      ]);
  });
});

describe("a key that may be released", () => {
  const rules = { version: "1.0.0", anyOf: [{ authority: "https://a.example/", allOf: [] }] };
  const policy = (immutable = false): object => ({
    data: Buffer.from(JSON.stringify(rules, null, 2)).toString("base64url"),
    immutable,
  });
  const exportable = { attributes: { exportable: true } };
  const hsm = { kty: "EC-HSM" };

  it("has a policy, which is shown without its white space [create-key, recorded by Azure's SDK for .NET]", async () => {
    const made = await create("out", { ...hsm, ...exportable, release_policy: policy() });
    assert.partialDeepStrictEqual(made.body, {
      attributes: { exportable: true },
      release_policy: {
        contentType: "application/json; charset=utf-8",
        data: Buffer.from(JSON.stringify(rules)).toString("base64url"),
        immutable: false,
      },
    });
  });

  it("is not released: nothing here attests an environment [release, azure-sdk-for-net#27957]", async () => {
    const refused = await premium("POST", "/keys/out//release", { target: "a.b.c" });
    assert.deepEqual(said(refused), [
      403,
      "Forbidden",
      "Target environment attestation statement cannot be verified.",
      "AccessDenied",
    ]);
    assert.equal((await premium("POST", "/keys/out/release", {})).status, 400);
    const sealed = await premium("POST", "/keys/ec/release", { target: "a.b.c" });
    assert.equal(sealed.body.error?.innererror?.code, "KeyOperationForbidden");
  });

  const refusals = [
    { number: 1001, when: "in a standard vault", to: standard, body: { kty: "EC", ...exportable } },
    { number: 1004, when: "without a policy", body: { ...hsm, ...exportable } },
    { number: 1005, when: "if it is not exportable", body: { ...hsm, release_policy: policy() } },
    {
      number: 1006,
      when: "in software",
      body: { kty: "EC", ...exportable, release_policy: policy() },
    },
    {
      number: 1003,
      when: "if it was not exportable before",
      name: "ec",
      body: { ...hsm, ...exportable, release_policy: policy() },
    },
  ];
  for (const { number, when, to = premium, name = "new", body } of refusals)
    it(`is refused ${when}: AKV.SKR.${number} [seen in issues of Azure's SDKs]`, async () => {
      const { status, body: answer } = await to("POST", `/keys/${name}/create`, body);
      assert.deepEqual([status, answer.error?.code], [400, "BadParameter"]);
      assert.ok(answer.error?.message.startsWith(`AKV.SKR.${number}: `), answer.error?.message);
    });

  it("keeps its state, and its policy if that is immutable [update-key, seen in issues of Azure's SDKs]", async () => {
    await create("fixed", { ...hsm, ...exportable, release_policy: policy(true) });
    const version = String(keyOf(await premium("GET", "/keys/out"))["kid"])
      .split("/")
      .at(-1);
    const changes: readonly [string, object, string?][] = [
      ["/keys/out", { attributes: { exportable: false } }, "AKV.SKR.1014"],
      [`/keys/out/${version}`, { release_policy: policy() }, "AKV.SKR.1016"],
      ["/keys/fixed", { release_policy: policy() }, "AKV.SKR.1020"],
      ["/keys/out", { release_policy: policy(true) }],
    ];
    for (const [path, body, number] of changes) {
      const { body: answer } = await premium("PATCH", path, body);
      assert.equal(answer.error?.message.split(":")[0], number, path);
    }
  });
});

describe("what a vault keeps of what was deleted", () => {
  it("is told by its attributes, and cannot be purged in a guarded vault [soft-delete-overview, AzureTRE#1951]", async () => {
    const set = await guarded("PUT", "/secrets/s", { value: "x" });
    const level = { recoveryLevel: "CustomizedRecoverable", recoverableDays: 7 };
    assert.partialDeepStrictEqual(set.body, { attributes: level });
    const { body } = await guarded("DELETE", "/secrets/s");
    const { deletedDate, scheduledPurgeDate } = body as Record<string, unknown>;
    assert.equal(Number(scheduledPurgeDate) - Number(deletedDate), 7 * 86_400);
    assert.deepEqual(said(await guarded("DELETE", "/deletedsecrets/s")), [
      403,
      "Forbidden",
      'Operation "purge" is not allowed because purge protection is enabled for this vault. Key Vault service will automatically purge it after the retention period has passed.',
    ]);
  });

  it("is purged at the end of the retention, and its name is free again [soft-delete-overview]", async () => {
    fixture.clock.aheadMs = 6.9 * dayMs;
    assert.equal((await guarded("GET", "/deletedsecrets/s")).status, 200);
    assert.equal((await guarded("PUT", "/secrets/s", { value: "y" })).status, 409);
    fixture.clock.aheadMs = 7.1 * dayMs;
    assert.equal((await guarded("GET", "/deletedsecrets/s")).status, 404);
    assert.equal((await guarded("PUT", "/secrets/s", { value: "y" })).status, 200);
    fixture.clock.aheadMs = 0;
  });

  it("shows no versions until it is recovered [get-secret-versions]", async () => {
    await standard("PUT", "/secrets/v", { value: "x" });
    const count = async (): Promise<unknown> =>
      ((await standard("GET", "/secrets/v/versions")).body.value as unknown[]).length;
    assert.equal(await count(), 1);
    await standard("DELETE", "/secrets/v");
    assert.equal(await count(), 0);
  });
});
