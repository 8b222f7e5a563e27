import { type KeyObject, type X509Certificate, constants, createHash, sign } from "node:crypto";

import type { CertificateVersion } from "../../core/contracts/certificate.ts";
import { OperatorError } from "../../core/errors.ts";

/**
 * How an assertion is signed. Entra wants PS256 and the certificate's SHA-256 thumbprint; RS256 with the
 * SHA-1 thumbprint is for servers that refuse it, such as AD FS (entra-docs, certificate credentials).
 */
export type AssertionAlgorithm = "PS256" | "RS256";

/** One version of the certificate, and a function that signs with its key, here or in the vault. */
export interface SigningKey extends CertificateVersion {
  readonly sign: (algorithm: AssertionAlgorithm, data: Buffer) => Promise<Buffer>;
}

/** Entra refuses smaller RSA keys and all other kinds (AADSTS50032, 5002738). */
const LEAST_BITS = 2048;

/** A signing key whose private key is in this process. @throws OperatorError CERTIFICATE_UNUSABLE */
export function createLocalKey(
  version: string,
  certificate: X509Certificate,
  key: KeyObject,
): SigningKey {
  return {
    ...describeCertificate(version, certificate),
    sign: (algorithm, data) =>
      new Promise((resolve, reject) => {
        const padding =
          algorithm === "PS256" ? constants.RSA_PKCS1_PSS_PADDING : constants.RSA_PKCS1_PADDING;
        // RFC 7518, section 3.5: the salt of PS256 is as long as its hash.
        const options = { key, padding, ...(algorithm === "PS256" ? { saltLength: 32 } : {}) };
        sign("sha256", data, options, (error, signature) =>
          error ? reject(error) : resolve(signature),
        );
      }),
  };
}

/**
 * The public part of a signing key, after a check that Entra accepts such a key.
 * @throws OperatorError CERTIFICATE_UNUSABLE
 */
export function describeCertificate(
  version: string,
  certificate: X509Certificate,
): Omit<SigningKey, "sign"> {
  const { asymmetricKeyType, asymmetricKeyDetails } = certificate.publicKey;
  const bits = asymmetricKeyDetails?.modulusLength ?? 0;
  if (asymmetricKeyType !== "rsa" || bits < LEAST_BITS) {
    const kind =
      asymmetricKeyType === "rsa"
        ? `an RSA key of ${bits} bits`
        : `a key of kind ${asymmetricKeyType ?? "unknown"}`;
    throw new OperatorError(
      "CERTIFICATE_UNUSABLE",
      `Version ${version} of the certificate has ${kind}; Entra accepts RSA keys of ${LEAST_BITS} bits or more and no elliptic curves (AADSTS5002738, 50032).`,
      {
        fix: 'Make a new version with "keyType": "RSA", "keySize": 3072 in its policy, and register it.',
        disposition: "stop",
      },
    );
  }
  return {
    version,
    thumbprints: {
      sha256: hexHash("sha256", certificate.raw),
      sha1: hexHash("sha1", certificate.raw),
    },
    notBeforeMs: Date.parse(certificate.validFrom),
    notAfterMs: Date.parse(certificate.validTo),
    certificate: certificate.raw,
  };
}

const hexHash = (name: string, bytes: Buffer): string =>
  createHash(name).update(bytes).digest("hex").toUpperCase();
