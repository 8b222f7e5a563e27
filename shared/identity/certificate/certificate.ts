import { type KeyObject, X509Certificate, createPrivateKey } from "node:crypto";

import { OperatorError } from "../../core/errors.ts";
import { type KeysAndCertificates, readPfx } from "../pkcs12/pfx.ts";
import { type SigningKey, createLocalKey } from "./signing-key.ts";

/** The secret that Key Vault stores for a certificate. */
export interface CertificateSecret {
  readonly version: string;
  readonly contentType: string | undefined;
  readonly value: string;
}

const PEM = "application/x-pem-file";
const PFX = "application/x-pkcs12";

/**
 * The signing key in the secret of a certificate: PEM, as our certificate policy makes it, or PFX. The
 * leaf is the certificate that matches the private key, at any position in the chain.
 *
 * @throws OperatorError CERTIFICATE_UNUSABLE
 */
export function readCertificate({ version, contentType, value }: CertificateSecret): SigningKey {
  const { keys, certificates } = readContent(version, contentType, value);
  for (const key of keys) {
    const leaf = certificates.find((certificate) => certificate.checkPrivateKey(key));
    if (leaf) return createLocalKey(version, leaf, key);
  }
  if (keys.length === 0) {
    throw unusable(
      `Version ${version} has no private key: the certificate's key is not exportable.`,
      'Sign in the vault (CREDENTIAL=vault-signature), or make a version with "exportable": true in its policy.',
    );
  }
  throw unusable(
    `Version ${version} holds no certificate that matches its private key.`,
    "Import the certificate again together with its key.",
  );
}

/**
 * The certificate in a secret without a key: the one that did not issue any of the others.
 * @throws OperatorError CERTIFICATE_UNUSABLE
 */
export function readPublicCertificate(secret: CertificateSecret): X509Certificate {
  const { version, contentType, value } = secret;
  const { certificates } = readContent(version, contentType, value);
  const leaf = certificates.find((candidate) =>
    certificates.every((other) => other === candidate || !other.checkIssued(candidate)),
  );
  if (leaf) return leaf;
  throw unusable(
    `Version ${version} holds no certificate.`,
    "Make or import the certificate again.",
  );
}

function readContent(
  version: string,
  contentType: string | undefined,
  value: string,
): KeysAndCertificates {
  // A certificate uploaded as a plain secret has no content type; PEM is recognized by its first line.
  if (contentType === PEM || value.trimStart().startsWith("-----BEGIN ")) {
    return readPem(version, value);
  }
  if (contentType === PFX || contentType === undefined || contentType === "") {
    const bytes = Buffer.from(value, "base64");
    const alone = readDer(bytes);
    return alone ? { keys: [], certificates: [alone] } : readPfx(bytes);
  }
  throw unusable(
    `Version ${version} is not the secret of a certificate.`,
    `Let CERTIFICATE_NAME name a certificate; its content type is ${PEM} or ${PFX}.`,
  );
}

/** If a key may not leave the vault, the secret stored as PFX is the certificate alone. */
function readDer(bytes: Buffer): X509Certificate | undefined {
  try {
    return new X509Certificate(bytes);
  } catch {
    return undefined;
  }
}

/** Every block between `BEGIN x` and `END x`, in any order, with any text around them. */
const PEM_BLOCK = /-----BEGIN ([A-Z0-9 ]+)-----[\s\S]*?-----END \1-----/g;

function readPem(version: string, text: string): KeysAndCertificates {
  const keys: KeyObject[] = [];
  const certificates: X509Certificate[] = [];
  try {
    for (const [block, label] of text.matchAll(PEM_BLOCK)) {
      if (label === "CERTIFICATE") certificates.push(new X509Certificate(block));
      else if (label?.endsWith("PRIVATE KEY")) keys.push(createPrivateKey(block));
    }
  } catch {
    // OpenSSL's message does not help, and could quote the block.
    throw unusable(
      `Version ${version} holds a PEM block that cannot be read or a key with a password.`,
      "Import the certificate again, without a password on its key.",
    );
  }
  return { keys, certificates };
}

const unusable = (what: string, fix: string): OperatorError =>
  new OperatorError("CERTIFICATE_UNUSABLE", what, { fix, disposition: "stop" });
