import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, describe, it } from "node:test";

import { issueCertificate } from "../../cloud/certificates/certificate.ts";
import {
  createEcKeyPair,
  createRsaKeyPair,
  toPrivateKeyPem,
} from "../../cloud/certificates/key-pair.ts";
import { createPkcs12, type Pkcs12Encryption } from "../../cloud/certificates/pkcs12.ts";
import type { LocalCloud } from "../../cloud/local-cloud.ts";
import { startCloud } from "../../cloud/start-cloud.ts";
import { nextSecond } from "../../core/next-second.ts";
import { issueChain } from "../small-chain.ts";
import { startWorker } from "../start-worker.ts";
import type { WorkerAnswer } from "../worker-protocol.ts";

const PEM = "application/x-pem-file";
const PFX = "application/x-pkcs12";

let cloud: LocalCloud;
before(async () => {
  cloud = await startCloud({ storage: false, latency: false });
});
after(() => cloud.close());

const fixture = (name: string): string =>
  readFileSync(new URL(`../fixtures/${name}`, import.meta.url), "utf8");

let count = 0;
/** Stores `value` as the secret of a certificate, and signs in with it in a new process. */
async function signIn(
  value: string,
  contentType: typeof PEM | typeof PFX,
  registeredPem: string,
): Promise<WorkerAnswer> {
  const { vaultName: vault, clientId: appId } = cloud.home;
  const name = `format-${++count}`;
  const { version } = await cloud.control.createCertificate({
    vault,
    name,
    policy: { contentType },
  });
  await cloud.control.setSecret({ vault, name, version, value });
  await cloud.control.addCertificate({ appId, certificatePem: registeredPem });
  const worker = await startWorker(cloud, { CERTIFICATE_NAME: name });
  try {
    return await worker.get();
  } finally {
    await worker.stop();
  }
}

const period = {
  notBefore: new Date(Date.now() - 3_600_000),
  notAfter: new Date(Date.now() + 3_600_000),
  keyUsage: [0],
};
const { root, leaf, keys } = await issueChain(period);

describe("Entra gives a token for a certificate that the vault stores", () => {
  for (const encryption of ["aes-256", "3des", "rc2-40", "rc2-128"]) {
    it(`as a PFX of OpenSSL's in ${encryption}, with its chain`, async () => {
      const answer = await signIn(fixture(`${encryption}.pfx.txt`), PFX, fixture("leaf.pem.txt"));
      assert.deepEqual(answer.failures, []);
      assert.equal(answer.tokens.length, 1);
    });
  }

  for (const encryption of ["aes-256", "3des"] satisfies Pkcs12Encryption[]) {
    it(`as a PFX in ${encryption} whose chain begins with the issuer`, async () => {
      const file = createPkcs12({
        privateKey: keys.privateKey,
        certificates: [root, leaf],
        encryption,
      });
      const answer = await signIn(file.toString("base64"), PFX, leaf.pem);
      assert.deepEqual(answer.failures, []);
    });
  }

  const key = toPrivateKeyPem(keys.privateKey);
  for (const [order, value] of [
    ["key, leaf, issuer", key + leaf.pem + root.pem],
    ["issuer, leaf, key", root.pem + leaf.pem + key],
  ] as const) {
    it(`as PEM in the order ${order}`, async () => {
      const answer = await signIn(value, PEM, leaf.pem);
      assert.deepEqual(answer.failures, []);
    });
  }
});

describe("an instance that starts", () => {
  for (const [what, spoil] of [
    ["is disabled", "disabled"],
    ["cannot be read", "damaged"],
  ] as const) {
    it(`signs in by the previous version while the newest ${what}`, async () => {
      const { vaultName: vault, clientId: appId } = cloud.home;
      const name = `newest-${spoil}`;
      const policy = { contentType: PEM } as const;
      const first = await cloud.control.createCertificate({ vault, name, policy });
      await nextSecond();
      const { version } = await cloud.control.createCertificate({ vault, name, policy });
      await cloud.control.addCertificate({ appId, certificatePem: first.certificatePem });
      if (spoil === "damaged")
        await cloud.control.setSecret({ vault, name, version, value: "-----BEGIN nothing" });
      else await cloud.control.setCertificateEnabled({ vault, name, version, enabled: false });
      const worker = await startWorker(cloud, { CERTIFICATE_NAME: name });
      const { failures, tokens } = await worker.get();
      await worker.stop();
      assert.deepEqual(failures, []);
      assert.equal(tokens.length, 1);
    });
  }
});

describe("a key that Entra would refuse is refused without asking Entra, with the key to make instead", () => {
  const table = [
    { when: "RSA of 1024 bits", pair: createRsaKeyPair(1024), says: /an RSA key of 1024 bits/ },
    { when: "of an elliptic curve", pair: createEcKeyPair(), says: /a key of kind ec/ },
  ];
  for (const { when, pair, says } of table) {
    for (const contentType of [PEM, PFX] as const) {
      it(`${when}, kept as ${contentType}`, async () => {
        const { publicKey, privateKey } = await pair;
        const made = issueCertificate({
          ...period,
          subject: when,
          publicKey,
          signingKey: privateKey,
        });
        const value =
          contentType === PEM
            ? toPrivateKeyPem(privateKey) + made.pem
            : createPkcs12({
                privateKey,
                certificates: [made],
                encryption: "aes-256",
              }).toString("base64");
        await cloud.control.resetCounters();
        const [failure] = (await signIn(value, contentType, leaf.pem)).failures;
        assert.equal(failure?.code, "CERTIFICATE_UNUSABLE");
        assert.match(failure.message, says);
        assert.match(
          failure.message,
          /Entra accepts RSA keys of 2048.*"keyType": "RSA", "keySize": 3072/,
        );
        assert.equal((await cloud.control.counters()).login.requests, 0);
      });
    }
  }
});
