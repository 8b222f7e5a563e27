import assert from "node:assert/strict";
import { createPrivateKey, generateKeyPairSync, type KeyObject } from "node:crypto";
import { describe, it } from "node:test";

import { compactDecrypt, decodeProtectedHeader } from "jose";

import {
  createPasswordSealer,
  readPasswordKey as read,
} from "../../../shared/app/passwords/password-key.ts";

const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 });
const ec = generateKeyPairSync("ec", { namedCurve: "P-384" });
const pem = (key: KeyObject): string => key.export({ type: "spki", format: "pem" }).toString();
const jwk = (key: KeyObject, more: object = {}): string =>
  JSON.stringify({ ...key.export({ format: "jwk" }), ...more });

describe("PASSWORD_KEY", () => {
  const good: { what: string; text: string; own: KeyObject; alg: string; kid?: string }[] = [
    { what: "RSA as PEM", text: pem(rsa.publicKey), own: rsa.privateKey, alg: "RSA-OAEP-256" },
    {
      what: "PEM on one line, as an application setting has it",
      text: pem(ec.publicKey).replaceAll("\n", "\\n"),
      own: ec.privateKey,
      alg: "ECDH-ES",
    },
    {
      what: "PEM with blanks for line breaks",
      text: pem(ec.publicKey).trim().replaceAll("\n", " "),
      own: ec.privateKey,
      alg: "ECDH-ES",
    },
    {
      what: "a JWK with a name of its own",
      text: jwk(rsa.publicKey, { kid: "helpdesk-2026", use: "enc", alg: "RSA-OAEP-256" }),
      own: rsa.privateKey,
      alg: "RSA-OAEP-256",
      kid: "helpdesk-2026",
    },
    { what: "an EC JWK", text: jwk(ec.publicKey), own: ec.privateKey, alg: "ECDH-ES" },
  ];
  for (const { what, text, own, alg, kid } of good) {
    it(`takes ${what}, and what is sealed to it opens with its private part`, async () => {
      const key = read(text);
      assert.ok(key !== undefined);
      const seal = createPasswordSealer(key);
      const sealed = await seal("correct horse", { batch: "joiners", row: 7 });
      const header = decodeProtectedHeader(sealed);
      assert.deepEqual([header.alg, header.enc], [alg, "A256GCM"]);
      assert.deepEqual([header["batch"], header["row"]], ["joiners", 7]);
      assert.match(header.kid ?? "", kid === undefined ? /^[\w-]{43}$/ : /^helpdesk-2026$/);
      const { plaintext } = await compactDecrypt(sealed, own);
      assert.equal(new TextDecoder().decode(plaintext), "correct horse");
      assert.notEqual(await seal("correct horse", { batch: "joiners", row: 7 }), sealed);
    });
  }

  const small = generateKeyPairSync("rsa", { modulusLength: 1024 });
  const signs = generateKeyPairSync("ed25519");
  const privatePem = rsa.privateKey.export({ type: "pkcs8", format: "pem" }).toString();
  const bad: { what: string; text: string }[] = [
    { what: "a private key as PEM", text: privatePem },
    { what: "a private key as PEM beside the public one", text: pem(rsa.publicKey) + privatePem },
    { what: "a private JWK", text: jwk(createPrivateKey(privatePem)) },
    { what: "a shared key", text: JSON.stringify({ kty: "oct", k: "c2VjcmV0" }) },
    { what: "an RSA key of 1,024 bits", text: pem(small.publicKey) },
    { what: "a key that can only sign", text: pem(signs.publicKey) },
    { what: "a JWK that is for signatures", text: jwk(rsa.publicKey, { use: "sig" }) },
    { what: "a JWK for another algorithm", text: jwk(rsa.publicKey, { alg: "RSA1_5" }) },
    { what: "another text", text: "Passw0rd" },
  ];
  for (const { what, text } of bad)
    it(`refuses ${what}`, () => assert.equal(read(text), undefined));
});
