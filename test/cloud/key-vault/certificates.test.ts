import assert from "node:assert/strict";
import { createPublicKey, type KeyObject, verify, X509Certificate } from "node:crypto";
import { before, describe, it } from "node:test";

import { readAll, readOne, readSequence, TAG } from "../../../shared/identity/pkcs12/der.ts";
import { issueCertificate } from "../certificates/certificate.ts";
import { createClientCertificate } from "../certificates/client-certificate.ts";
import { sequence } from "../certificates/der.ts";
import { parseDistinguishedName } from "../certificates/distinguished-name.ts";
import { createEcKeyPair, toPrivateKeyPem } from "../certificates/key-pair.ts";
import { createVaultFixture, type VaultAnswer, type VaultFixture } from "./vault-fixture.ts";

const version = "api-version=7.6";
let fixture: VaultFixture;

const send = (method: string, path: string, body?: object): Promise<VaultAnswer> =>
  fixture.call(method, `${path}?${version}`, { body });
const known = (answer: VaultAnswer): Record<string, unknown> => ({ ...answer.body });
const life = {
  notBefore: new Date(Date.now() - 1000),
  notAfter: new Date(Date.now() + 86_400_000),
};

/** The public key in a PKCS#10 request, which must have signed it. */
function keyIn(request: Buffer): KeyObject {
  const [information, , signature] = readAll(readOne(request, TAG.sequence));
  const [, , key] = readSequence(information);
  assert.ok(information && signature && key);
  const publicKey = createPublicKey({ key: sequence(key.content), format: "der", type: "spki" });
  const signed = sequence(information.content);
  assert.ok(verify("sha256", signed, publicKey, signature.content.subarray(1)));
  return publicKey;
}

before(async () => {
  fixture = await createVaultFixture();
  fixture.grant("Key Vault Administrator");
});

describe("a certificate's policy", () => {
  it("makes an elliptic key, and names beside the subject [create-certificate]", async () => {
    const policy = {
      key_props: { kty: "EC", crv: "P-384" },
      secret_props: { contentType: "application/x-pem-file" },
      x509_props: { subject: "CN=own", sans: { dns_names: ["own.contoso.com"] } },
      issuer: { name: "Self" },
    };
    await send("POST", "/certificates/own/create", { policy });
    const made = await send("GET", "/certificates/own");
    const read = new X509Certificate(Buffer.from(made.body.cer ?? "", "base64"));
    assert.equal(read.subjectAltName, "DNS:own.contoso.com");
    assert.equal(read.publicKey.asymmetricKeyDetails?.namedCurve, "secp384r1");
    assert.partialDeepStrictEqual(known(await send("GET", "/keys/own")), {
      key: { kty: "EC", crv: "P-384", key_ops: ["sign", "verify"] },
    });
    assert.partialDeepStrictEqual(known(await send("GET", "/certificates/own/policy")), {
      key_props: { kty: "EC", crv: "P-384", key_size: 384 },
      x509_props: { sans: { dns_names: ["own.contoso.com"] } },
      issuer: { name: "Self" },
      attributes: { enabled: true },
    });
  });
});

describe("a certificate's names", () => {
  it("are the whole subject, and every kind of name beside it [create-certificate, SubjectAlternativeNames]", async () => {
    const policy = {
      key_props: { kty: "EC" },
      x509_props: {
        subject: 'CN=named, OU=Sales, O="Contoso, Ltd", S=Bern, C=CH, DC=contoso',
        sans: {
          dns_names: ["a.contoso.com"],
          emails: ["a@contoso.com"],
          upns: ["ann@contoso.com"],
          uris: ["https://a.contoso.com/"],
          ipAddresses: ["10.0.0.1", "2001:db8::8:1"],
        },
        key_usage: ["crlSign", "decipherOnly", "keyAgreement"],
      },
      issuer: { name: "Self" },
    };
    await send("POST", "/certificates/named/create", { policy });
    const made = await send("GET", "/certificates/named");
    const read = new X509Certificate(Buffer.from(made.body.cer ?? "", "base64"));
    assert.equal(read.subject, "DC=contoso\nC=CH\nST=Bern\nO=Contoso\\, Ltd\nOU=Sales\nCN=named");
    assert.equal(
      read.subjectAltName,
      "DNS:a.contoso.com, IP Address:10.0.0.1, IP Address:2001:DB8:0:0:0:0:8:1, email:a@contoso.com, othername:UPN:ann@contoso.com, URI:https://a.contoso.com/",
    );
    assert.partialDeepStrictEqual(known(made), {
      policy: {
        x509_props: {
          subject: policy.x509_props.subject,
          key_usage: ["cRLSign", "decipherOnly", "keyAgreement"],
        },
        lifetime_actions: [{ action: { action_type: "AutoRenew" } }],
      },
    });
  });

  it("are told in .NET's order if it is imported, also without a common name [recorded by Azure's SDK for Python]", async () => {
    const keys = await createEcKeyPair();
    const { pem } = issueCertificate({
      subject: "",
      name: parseDistinguishedName('O="Widgits, Ltd", S=Some-State, C=AU'),
      publicKey: keys.publicKey,
      signingKey: keys.privateKey,
      keyUsage: [0, 4, 5, 8],
      isAuthority: true,
      notBefore: new Date("2021-08-06T17:20:37Z"),
      notAfter: new Date("2121-07-13T17:20:37Z"),
    });
    const value = toPrivateKeyPem(keys.privateKey) + pem;
    const { body } = await send("POST", "/certificates/unnamed/import", { value });
    assert.partialDeepStrictEqual(body, {
      policy: {
        x509_props: {
          subject: 'O="Widgits, Ltd", S=Some-State, C=AU',
          ekus: [],
          key_usage: ["decipherOnly", "digitalSignature", "keyAgreement", "keyCertSign"],
          validity_months: 1200,
          basic_constraints: { ca: true },
        },
        lifetime_actions: [{ action: { action_type: "EmailContacts" } }],
      },
    });
  });

  it("are refused if the subject is none [recorded by Azure's SDK for .NET]", async () => {
    for (const subject of ["Self", "CN", "X=1", "", "CN=a, b"]) {
      const policy = { x509_props: { subject } };
      const { status, body } = await send("POST", "/certificates/odd/create", { policy });
      assert.deepEqual(
        [status, body.error?.message],
        [400, "Property policy.x509_props has invalid value. Invalid X.500 distinguished name\r\n"],
        subject,
      );
    }
  });
});

describe("a certificate that somebody else signs", () => {
  const policy = { x509_props: { subject: "CN=merged" }, issuer: { name: "Unknown" } };
  let request: Buffer;

  it("begins as a request and a disabled version [create-certificate, recorded by Azure's SDK for JavaScript]", async () => {
    const started = await send("POST", "/certificates/merged/create", { policy, tags: { a: "1" } });
    assert.deepEqual([started.status, started.headers["Retry-After"]], [202, "10"]);
    const pending = known(await send("GET", "/certificates/merged/pending"));
    assert.partialDeepStrictEqual(pending, {
      status: "inProgress",
      status_details: "Pending certificate created. Please Perform Merge to complete the request.",
      issuer: { name: "Unknown" },
    });
    request = Buffer.from(String(pending["csr"]), "base64");
    assert.equal(keyIn(request).asymmetricKeyType, "rsa");
    const { attributes, cer } = (await send("GET", "/certificates/merged")).body;
    assert.deepEqual([attributes?.enabled, cer], [false, undefined]);
  });

  it("is merged only with its own key, and is whole then [merge-certificate]", async () => {
    const authority = await createClientCertificate({ subject: "authority", ...life });
    const other = authority.certificate.der.toString("base64");
    const wrong = await send("POST", "/certificates/merged/pending/merge", { x5c: [other] });
    assert.deepEqual([wrong.status, wrong.body.error?.code], [400, "BadParameter"]);
    const signed = issueCertificate({
      subject: "merged",
      publicKey: keyIn(request),
      signingKey: authority.keys.privateKey,
      issuer: { subject: "authority", publicKey: authority.keys.publicKey },
      keyUsage: [0],
      ...life,
    });
    const x5c = [signed.der.toString("base64")];
    const merged = await send("POST", "/certificates/merged/pending/merge", { x5c });
    assert.equal(merged.status, 201);
    assert.match(merged.headers["Location"] ?? "", /\/certificates\/merged\?api-version=7\.6$/u);
    const made = await send("GET", "/certificates/merged");
    assert.equal(made.body.cer, x5c[0]);
    assert.partialDeepStrictEqual(known(made), { tags: { a: "1" }, attributes: { enabled: true } });
    assert.equal((await send("GET", "/secrets/merged")).body.managed, true);
    const { status } = (await send("GET", "/certificates/merged/pending")).body;
    assert.equal(status, "completed");
    assert.ok(fixture.announced.includes("merged"));
  });

  it("is given up by a cancellation, then by deleting the operation [update- and delete-certificate-operation]", async () => {
    await send("POST", "/certificates/given-up/create", { policy });
    const path = "/certificates/given-up/pending";
    const cancelled = await send("PATCH", path, { cancellation_requested: true });
    assert.partialDeepStrictEqual(known(cancelled), { cancellation_requested: true });
    assert.equal((await send("DELETE", path)).status, 200);
    const gone = await send("GET", path);
    assert.deepEqual(
      [gone.status, gone.body.error?.code, gone.body.error?.message],
      [404, "PendingCertificateNotFound", "Pending certificate not found: given-up"],
    );
  });
});

describe("a backup of a certificate", () => {
  it("brings back its key and secret, which it goes on ruling [backup- and restore-certificate]", async () => {
    const saved = await send("GET", "/certificates/own");
    const { body } = await send("POST", "/certificates/own/backup");
    const alone = await send("POST", "/keys/own/backup");
    assert.equal(alone.status, 403, "its key has no backup of its own");
    const restore = (): Promise<VaultAnswer> =>
      send("POST", "/certificates/restore", { value: body.value });
    assert.equal((await restore()).status, 409);
    await send("DELETE", "/certificates/own");
    assert.equal((await restore()).status, 409, "while it is deleted");
    await send("DELETE", "/deletedcertificates/own");
    assert.deepEqual((await restore()).body, saved.body);
    await send("PATCH", "/certificates/own", { attributes: { enabled: false } });
    const secret = await send("GET", "/secrets/own");
    assert.equal(secret.body.error?.innererror?.code, "SecretDisabled");
  });
});
