import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { before, describe, it } from "node:test";

import { createClientCertificate } from "../certificates/client-certificate.ts";
import { grantCertificate, refuseCertificate } from "./certificate-authority.ts";
import { createVaultFixture, type VaultAnswer, type VaultFixture } from "./vault-fixture.ts";

let fixture: VaultFixture;

const send = (method: string, path: string, body?: object, query = ""): Promise<VaultAnswer> =>
  fixture.call(method, `${path}?api-version=7.6${query}`, { body });
const said = ({ status, body: { error } }: VaultAnswer): unknown[] => [
  status,
  error?.code,
  error?.message,
];
const known = ({ body }: VaultAnswer): Record<string, unknown> => ({ ...body });
const policyOf = (subject: string, issuer: string): object => ({
  key_props: { kty: "EC" },
  x509_props: { subject: `CN=${subject}` },
  secret_props: { contentType: "application/x-pem-file" },
  issuer: { name: issuer, cert_transparency: false },
});
const create = (name: string, issuer = "digicert"): Promise<VaultAnswer> =>
  send("POST", `/certificates/${name}/create`, { policy: policyOf(name, issuer) });
const statusOf = async (name: string): Promise<string | undefined> =>
  (await send("GET", `/certificates/${name}/pending`)).body.status;
const grant = (name: string): Promise<unknown> =>
  grantCertificate(fixture.vault, name, { nowMs: Date.now(), pfxEncryption: "aes-256" });

const listed = async (query: string): Promise<number> =>
  ((await send("GET", "/certificates", undefined, query)).body.value as unknown[]).length;

before(async () => {
  fixture = await createVaultFixture();
  fixture.grant("Key Vault Administrator");
  const credentials = { account_id: "me", pwd: "hidden" };
  for (const name of ["digicert", "another"])
    await send("PUT", `/certificates/issuers/${name}`, { provider: "DigiCert", credentials });
});

describe("a certificate by an issuer of the vault", () => {
  it("waits for the issuer, and is listed only if that is asked for [create-certificate-scenarios, get-certificates]", async () => {
    const started = await create("asked");
    assert.equal(started.status, 202);
    assert.partialDeepStrictEqual(known(started), { status: "inProgress" });
    assert.deepEqual(known(started)["issuer"], { name: "digicert" });
    assert.match(
      String(known(started)["status_details"]),
      /^Pending certificate created\. Certificate request is in progress\./u,
    );
    assert.deepEqual([await listed(""), await listed("&includePending=true")], [0, 1]);
  });

  it("refuses another creation, an import and a merge meanwhile [create-certificate-scenarios]", async () => {
    const message =
      "A new key vault certificate can not be created or imported while a pending key vault certificate's status is inProgress.";
    assert.deepEqual(said(await create("asked")), [409, "Forbidden", message]);
    const imported = await send("POST", "/certificates/asked/import", { value: "AAAA" });
    assert.deepEqual(said(imported), [409, "Forbidden", message]);
    assert.deepEqual(
      said(await send("POST", "/certificates/asked/pending/merge", { x5c: ["eA"] })),
      [
        403,
        "Forbidden",
        "Merge is forbidden on pending object created with issuer : digicert while it is in progess.",
      ],
    );
  });

  it("is found by its request, and by no other [create-certificate-scenarios]", async () => {
    const { request_id: id } = known(await send("GET", "/certificates/asked/pending"));
    const path = "/certificates/asked/pending";
    assert.equal((await send("GET", path, undefined, `&request_id=${String(id)}`)).status, 200);
    assert.equal((await send("GET", path, undefined, "&request_id=other")).status, 404);
  });

  it("is whole, with its chain, once the issuer grants it [create-certificate-scenarios]", async () => {
    await grant("asked");
    assert.equal(await statusOf("asked"), "completed");
    const { body } = await send("GET", "/certificates/asked");
    const read = new X509Certificate(Buffer.from(body.cer ?? "", "base64"));
    const text = String((await send("GET", "/secrets/asked")).body.value);
    const [own, authority] = text
      .split(/(?=-----BEGIN CERTIFICATE)/u)
      .slice(1)
      .map((pem) => new X509Certificate(pem));
    assert.ok(own && authority);
    assert.deepEqual([own.raw, read.subject], [read.raw, "CN=asked"]);
    assert.ok(read.checkIssued(authority) && read.verify(authority.publicKey));
  });

  it("fails in the issuer's words, and may be merged then [create-certificate-scenarios, recorded by Azure's SDK for .NET]", async () => {
    await create("refused");
    const error = { code: "Request rejected", message: "access_denied_invalid_key" };
    refuseCertificate(fixture.vault, "refused", error);
    const failed = known(await send("GET", "/certificates/refused/pending"));
    assert.partialDeepStrictEqual(failed, { status: "failed", error });
    assert.equal(failed["status_details"], undefined);
    await assert.rejects(grant("refused"), /No operation of refused waits/u);
    const keys = fixture.vault.certificates.get("refused")?.pending?.keys;
    const made = await createClientCertificate({
      subject: "refused",
      notBefore: new Date(Date.now() - 1000),
      notAfter: new Date(Date.now() + 86_400_000),
      ...(keys && { keys }),
    });
    const x5c = [made.certificate.der.toString("base64")];
    assert.equal((await send("POST", "/certificates/refused/pending/merge", { x5c })).status, 201);
  });

  it("is cancelled after that was asked for, not at once [update-certificate-operation, recorded by Azure's SDK for .NET]", async () => {
    await create("stopped", "another");
    const path = "/certificates/stopped/pending";
    const asked = await send("PATCH", path, { cancellation_requested: true });
    assert.partialDeepStrictEqual(known(asked), {
      status: "inProgress",
      cancellation_requested: true,
    });
    assert.equal(await statusOf("stopped"), "cancelled");
    assert.deepEqual(said(await send("PATCH", path, { cancellation_requested: true })), [
      403,
      "Forbidden",
      "Pending status must be in progress to allow update.",
    ]);
    assert.equal((await create("stopped")).status, 202);
  });
});

describe("a certificate that the vault signs itself", () => {
  it("takes as long as a test wants, and can be cancelled so long [create-certificate, recorded by Azure's SDK for .NET]", async () => {
    fixture.keyVault.settings.certificateSeconds = 5;
    for (const name of ["slow", "given-up"]) await create(name, "Self");
    await send("PATCH", "/certificates/given-up/pending", { cancellation_requested: true });
    assert.deepEqual(
      [await statusOf("slow"), await statusOf("given-up")],
      ["inProgress", "cancelled"],
    );
    assert.equal((await send("GET", "/certificates/slow")).status, 404);
    fixture.clock.aheadMs = 5_001;
    assert.equal(await statusOf("slow"), "completed");
    assert.equal((await send("GET", "/certificates/slow")).body.attributes?.enabled, true);
    assert.deepEqual(fixture.announced, ["refused", "slow"]);
    Object.assign(fixture.clock, { aheadMs: 0 });
    fixture.keyVault.settings.certificateSeconds = 0;
  });

  it("has its policy by its name, not by its version [get-certificate, recorded by Azure's SDK for .NET]", async () => {
    const named = (await send("GET", "/certificates/slow")).body;
    const path = new URL(named.id ?? "").pathname;
    const { body } = await send("GET", path);
    assert.ok(named.policy && named.pending);
    assert.deepEqual([body.cer, body.policy, body.pending], [named.cer, undefined, undefined]);
  });

  it("is to be merged if its policy names no issuer [create-certificate-scenarios]", async () => {
    const policy = { key_props: { kty: "EC" }, x509_props: { subject: "CN=manual" } };
    const { body } = await send("POST", "/certificates/manual/create", { policy });
    assert.deepEqual(
      known({ ...(await send("GET", "/certificates/manual/pending")), body })["issuer"],
      {
        name: "Unknown",
      },
    );
    const { attributes } = (await send("GET", "/certificates/manual")).body;
    assert.ok(attributes?.enabled === false && attributes.exp);
  });
});
