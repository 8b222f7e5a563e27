import assert from "node:assert/strict";
import { constants, verify } from "node:crypto";
import { describe, it } from "node:test";

import {
  readCertificate,
  readPublicCertificate,
} from "../../../shared/identity/certificate/certificate.ts";
import { type Certificate, issueCertificate } from "../../cloud/certificates/certificate.ts";
import {
  createEcKeyPair,
  createRsaKeyPair,
  toPrivateKeyPem,
} from "../../cloud/certificates/key-pair.ts";
import { createPkcs12 } from "../../cloud/certificates/pkcs12.ts";
import { issueChain } from "../small-chain.ts";

const notBefore = new Date("2026-01-01T00:00:00Z");
const notAfter = new Date("2027-01-01T00:00:00Z");
const period = { notBefore, notAfter, keyUsage: [0] };
const { root, leaf, keys } = await issueChain(period);
const keyPem = toPrivateKeyPem(keys.privateKey);

const PEM = "application/x-pem-file";
const PFX = "application/x-pkcs12";
const read = (value: string, contentType: string | undefined = PEM) =>
  readCertificate({ version: "v1", contentType, value });

/** A key made for the test, self-signed. */
async function certified(bits: number): Promise<{ certificate: Certificate; pem: string }> {
  const made = await createRsaKeyPair(bits);
  const certificate = issueCertificate({
    ...period,
    subject: "made",
    publicKey: made.publicKey,
    signingKey: made.privateKey,
  });
  return { certificate, pem: toPrivateKeyPem(made.privateKey) + certificate.pem };
}

describe("the certificate's secret is read", () => {
  const pfx = (encryption: "aes-256" | "3des"): string =>
    createPkcs12({
      privateKey: keys.privateKey,
      certificates: [root, leaf],
      encryption,
    }).toString("base64");
  const table = [
    { as: "PEM, key first", value: keyPem + leaf.pem + root.pem },
    { as: "PEM, issuer first", value: root.pem + leaf.pem + keyPem },
    {
      as: "PEM with bags' attributes and CRLF",
      value: `Bag: x\r\n${(keyPem + leaf.pem).replaceAll("\n", "\r\n")}`,
    },
    {
      as: "PEM of PKCS#1",
      value: keys.privateKey.export({ type: "pkcs1", format: "pem" }) + leaf.pem,
    },
    { as: "PEM without a content type", value: keyPem + leaf.pem, contentType: "" },
    { as: "PFX in AES, issuer first", value: pfx("aes-256"), contentType: PFX },
    { as: "PFX in triple DES, issuer first", value: pfx("3des"), contentType: PFX },
    { as: "PFX without a content type", value: pfx("aes-256"), contentType: "" },
  ];
  for (const { as, value, contentType } of table) {
    it(`as ${as}, and its leaf found by its key`, () => {
      const key = read(value, contentType);
      assert.equal(key.thumbprints.sha256, leaf.thumbprintSha256);
      assert.equal(key.thumbprints.sha1, leaf.thumbprint);
      assert.deepEqual(key.certificate, leaf.der);
      assert.equal(key.notBeforeMs, notBefore.getTime());
      assert.equal(key.notAfterMs, notAfter.getTime());
    });
  }

  for (const algorithm of ["PS256", "RS256"] as const) {
    it(`and signs ${algorithm}`, async () => {
      const data = Buffer.from("data");
      const signature = await read(keyPem + leaf.pem).sign(algorithm, data);
      const padding =
        algorithm === "PS256" ? constants.RSA_PKCS1_PSS_PADDING : constants.RSA_PKCS1_PADDING;
      const saltLength = algorithm === "PS256" ? { saltLength: 32 } : {};
      const key = { key: keys.publicKey, padding, ...saltLength };
      assert.ok(verify("sha256", data, key, signature));
    });
  }

  it("without a key, for a signature made elsewhere, its leaf the one that issued no other", () => {
    const value = root.pem + leaf.pem;
    const found = readPublicCertificate({ version: "v1", contentType: PEM, value });
    assert.deepEqual(found.raw, leaf.der);
  });
});

describe("a certificate is refused with a message that says what to do", async () => {
  const weak = await certified(1024);
  const other = await certified(2048);
  const ec = await createEcKeyPair();
  const curve = issueCertificate({
    ...period,
    subject: "curve",
    publicKey: ec.publicKey,
    signingKey: ec.privateKey,
  });
  const encrypted = keys.privateKey.export({
    type: "pkcs8",
    format: "pem",
    cipher: "aes-256-cbc",
    passphrase: "secret",
  });
  const table = [
    { when: "its key is weak", value: weak.pem, says: /RSA key of 1024 bits.*"keySize": 3072/ },
    {
      when: "its key is of an elliptic curve",
      value: toPrivateKeyPem(ec.privateKey) + curve.pem,
      says: /key of kind ec; Entra accepts RSA keys of 2048.*AADSTS5002738/,
    },
    {
      when: "its key does not come with it",
      value: leaf.pem,
      says: /not exportable.*vault-signature/,
    },
    {
      when: "its key is another's",
      value: keyPem + other.certificate.pem,
      says: /no certificate that matches its private key/,
    },
    { when: "its key has a password", value: encrypted + leaf.pem, says: /key with a password/ },
    {
      when: "a block is damaged",
      value: "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----",
      says: /PEM block that cannot be read/,
    },
    {
      when: "the secret is another kind of secret",
      value: "hunter2",
      contentType: "text/plain",
      says: /not the secret of a certificate.*CERTIFICATE_NAME/,
    },
    {
      when: "the secret is no certificate at all",
      value: "hunter2",
      contentType: "",
      says: /PFX cannot be read/,
    },
    { when: "the secret is empty", value: "", says: /not exportable/ },
  ];
  for (const { when, value, contentType, says } of table) {
    it(`when ${when}`, () => {
      assert.throws(
        () => read(value, contentType),
        (error: Error) => {
          assert.match(error.message, /^\[CERTIFICATE_UNUSABLE\]/);
          assert.match(error.message, says);
          assert.doesNotMatch(error.message, /hunter2|BEGIN|MII/);
          return true;
        },
      );
    });
  }
});
