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
import { usagesOf, type CertificatePolicy } from "./policy.ts";
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

/** The key and certificates of a PKCS#12 file without a password as PEM; a certificate alone as it is. */
export function pfxAsPem(base64: string): string {
  const der = Buffer.from(base64, "base64");
  try {
    return new X509Certificate(der).toString();
  } catch {
    const { keys, certificates } = readPfx(der);
    return [...keys.map(toPrivateKeyPem), ...certificates.map(String)].join("");
  }
}

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
    subject: subjectText(parsed.subject),
  };
}

/** What a certificate says of itself, as the policy of an import tells it (recorded by Azure's SDK for Python). */
export function traitsOf({
  der,
  notBefore,
  notAfter,
}: Certificate): Pick<
  CertificatePolicy,
  "subject" | "ekus" | "keyUsage" | "isAuthority" | "validityInMonths"
> {
  const parsed = new X509Certificate(der);
  // Node calls the extended usages keyUsage, and does not tell the others.
  const ekus = (parsed.keyUsage as readonly string[] | undefined) ?? [];
  return {
    subject: subjectText(parsed.subject),
    ekus,
    keyUsage: usagesOf(usageBits(der)),
    isAuthority: parsed.ca,
    validityInMonths: monthsBetween(notBefore, notAfter),
  };
}

/** Whole and begun months; an hour more is none. */
function monthsBetween(from: Date, to: Date): number {
  const end = new Date(to.getTime() - 3_600_000);
  const months =
    (end.getUTCFullYear() - from.getUTCFullYear()) * 12 + end.getUTCMonth() - from.getUTCMonth();
  const whole = new Date(from);
  whole.setUTCMonth(whole.getUTCMonth() + months);
  return whole <= end ? months + 1 : months;
}

/** The numbers of the bits that are set in a certificate's key usage (RFC 5280 §4.2.1.3). */
function usageBits(der: Buffer): readonly number[] {
  // The extension's identifier, whether it is critical, and the octets of its BIT STRING.
  const extension = /0603551d0f(?:0101ff)?04..03(?:02..(..)|03..(....))/u;
  const [, one, two] = extension.exec(der.toString("hex")) ?? [];
  const value = Buffer.from(one ?? two ?? "", "hex");
  return [...Array(9).keys()].filter(
    (bit) => ((value[Math.floor(bit / 8)] ?? 0) & (0x80 >> (bit % 8))) !== 0,
  );
}

/** A name as .NET writes it: the most special attribute first, and S for a state. */
const subjectText = (lines: string): string =>
  lines
    .split("\n")
    .toReversed()
    .map((line) => line.replaceAll(/\\(.)/gu, "$1").replace(/^ST=/u, "S="))
    .map((line) =>
      line.replace(/=(.*[,+"].*)$/u, (_all, value: string) => `="${value.replaceAll('"', '""')}"`),
    )
    .join(", ");

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
