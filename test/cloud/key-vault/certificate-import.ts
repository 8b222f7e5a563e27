import {
  createHash,
  createPrivateKey,
  createPublicKey,
  type KeyObject,
  X509Certificate,
} from "node:crypto";

import { readPfx } from "../../../shared/identity/pkcs12/pfx.ts";
import type { Certificate } from "../certificates/certificate.ts";
import type { ClientCertificate } from "../certificates/client-certificate.ts";
import { toPrivateKeyPem, type KeyPair } from "../certificates/key-pair.ts";
import { passwordOctets } from "../certificates/pkcs12-kdf.ts";
import { badParameter, VaultRefusal } from "./vault-error.ts";

/** Reads a PEM file with a private key and its certificate. @throws VaultRefusal 400 */
export const readPem = (pem: string): ClientCertificate =>
  readImported("PEM", () => imported(createPrivateKey(pem), new X509Certificate(pem)));

/** Reads a PKCS#12 file in base64. @throws VaultRefusal 400 */
export const readPkcs12 = (base64: string, password = ""): ClientCertificate =>
  readImported("PKCS#12", () => {
    // Tools write the empty password in two ways, both of which the reader tries unless told.
    const passwords = password === "" ? undefined : [passwordOctets(password)];
    const { keys, certificates } = readPfx(Buffer.from(base64, "base64"), passwords);
    const [key] = keys;
    const own = key && certificates.find((each) => each.checkPrivateKey(key));
    if (key === undefined || own === undefined)
      throw new Error("it holds no key with its certificate");
    return imported(key, own);
  });

const parse = (base64: string): X509Certificate =>
  new X509Certificate(Buffer.from(base64, "base64"));

/** A certificate and its chain, in base64, with the private key that it belongs to. @throws VaultRefusal 400 */
export const signedElsewhere = (
  [leaf = "", ...chain]: readonly string[],
  { privateKey }: KeyPair,
): { readonly made: ClientCertificate; readonly chain: readonly Certificate[] } => {
  return readImported("DER", () => ({
    made: imported(privateKey, parse(leaf)),
    chain: chain.map((each) => describeParsed(parse(each))),
  }));
};

function imported(privateKey: KeyObject, parsed: X509Certificate): ClientCertificate {
  if (!parsed.checkPrivateKey(privateKey))
    throw badParameter(
      "The public key of the end-entity certificate in the specified X.509 certificate content does not match the public part of the specified private key. Please check if certificate is valid.",
    );
  return {
    certificate: describeParsed(parsed),
    keys: { privateKey, publicKey: createPublicKey(privateKey) },
    privateKeyPem: toPrivateKeyPem(privateKey),
  };
}

function describeParsed(parsed: X509Certificate): Certificate {
  const der = parsed.raw;
  return {
    der,
    pem: parsed.toString(),
    thumbprint: createHash("sha1").update(der).digest("hex").toUpperCase(),
    thumbprintSha256: createHash("sha256").update(der).digest("hex").toUpperCase(),
    notBefore: new Date(parsed.validFrom),
    notAfter: new Date(parsed.validTo),
    subject: /CN=([^\n]+)/u.exec(parsed.subject)?.[1] ?? parsed.subject,
  };
}

function readImported<T>(form: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof VaultRefusal) throw error;
    throw badParameter(
      `The specified ${form} X.509 certificate content is in an unexpected format: ${(error as Error).message}.`,
    );
  }
}
