import { createHash, createPublicKey, randomBytes, sign, type KeyObject } from "node:crypto";
import { isIP } from "node:net";

import {
  bitString,
  boolean,
  explicit,
  implicit,
  integer,
  namedBits,
  nullValue,
  objectIdentifier,
  octetString,
  sequence,
  time,
  utf8String,
} from "./der.ts";
import { commonNameOnly, encodeName, type DistinguishedName } from "./distinguished-name.ts";

/** An X.509 certificate in the forms that clients, Entra and Key Vault need. */
export interface Certificate {
  readonly der: Buffer;
  readonly pem: string;
  /** SHA-1 of the DER in upper-case hex, as in the portal and in Graph's customKeyIdentifier. */
  readonly thumbprint: string;
  /** SHA-256 of the DER in upper-case hex. */
  readonly thumbprintSha256: string;
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly subject: string;
}

export interface CertificateRequest {
  /** The common name. */
  readonly subject: string;
  /** The whole name, if it has more than a common name. */
  readonly name?: DistinguishedName;
  readonly publicKey: KeyObject;
  readonly signingKey: KeyObject;
  /** The issuer; without one the certificate is self-signed. */
  readonly issuer?: { readonly subject: string; readonly publicKey: KeyObject };
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly isAuthority?: boolean;
  /** Bit numbers of RFC 5280 §4.2.1.3: 0 digitalSignature, 2 keyEncipherment, 5 keyCertSign, 6 cRLSign. */
  readonly keyUsage: readonly number[];
  readonly extendedKeyUsage?: readonly string[];
  readonly alternativeNames?: readonly AlternativeName[];
}

/** A DNS name or IP address, or another kind of name. */
export type AlternativeName =
  | string
  | { readonly email: string }
  | { readonly uri: string }
  /** A user principal name. */
  | { readonly upn: string };

const oids = {
  userPrincipalName: "1.3.6.1.4.1.311.20.2.3",
  subjectKeyIdentifier: "2.5.29.14",
  keyUsage: "2.5.29.15",
  subjectAltName: "2.5.29.17",
  basicConstraints: "2.5.29.19",
  authorityKeyIdentifier: "2.5.29.35",
  extKeyUsage: "2.5.29.37",
  sha256WithRsa: "1.2.840.113549.1.1.11",
  sha256WithEcdsa: "1.2.840.10045.4.3.2",
} as const;

/** Signs a version 3 certificate (RFC 5280) with an RSA or EC key. */
export function issueCertificate(request: CertificateRequest): Certificate {
  const algorithm = signatureAlgorithm(request.signingKey);
  const name = encodeName(request.name ?? commonNameOnly(request.subject));
  const toBeSigned = sequence(
    explicit(0, integer(2)),
    // A serial number is positive and at most 20 octets (RFC 5280 §4.1.2.2).
    integer(Buffer.concat([Buffer.from([0x01]), randomBytes(15)])),
    algorithm,
    request.issuer ? encodeName(commonNameOnly(request.issuer.subject)) : name,
    sequence(time(request.notBefore), time(request.notAfter)),
    name,
    publicKeyInfo(request.publicKey),
    explicit(3, sequence(...extensions(request))),
  );
  const signature = sign("sha256", toBeSigned, request.signingKey);
  return describeCertificate(
    sequence(toBeSigned, algorithm, bitString(signature)),
    request.subject,
    request.notBefore,
    request.notAfter,
  );
}

/** The AlgorithmIdentifier of a signature with SHA-256 by the key. */
export const signatureAlgorithm = (key: KeyObject): Buffer =>
  key.asymmetricKeyType === "ec"
    ? sequence(objectIdentifier(oids.sha256WithEcdsa))
    : sequence(objectIdentifier(oids.sha256WithRsa), nullValue());

function describeCertificate(
  der: Buffer,
  subject: string,
  notBefore: Date,
  notAfter: Date,
): Certificate {
  return {
    der,
    pem: toPem("CERTIFICATE", der),
    thumbprint: createHash("sha1").update(der).digest("hex").toUpperCase(),
    thumbprintSha256: createHash("sha256").update(der).digest("hex").toUpperCase(),
    notBefore,
    notAfter,
    subject,
  };
}

/** Converts DER to PEM with lines of 64 characters. */
function toPem(label: string, der: Uint8Array): string {
  const lines =
    Buffer.from(der)
      .toString("base64")
      .match(/.{1,64}/gu) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join("\n")}\n-----END ${label}-----\n`;
}

/** A SubjectPublicKeyInfo. */
export function publicKeyInfo(key: KeyObject): Buffer {
  const publicKey = key.type === "private" ? createPublicKey(key) : key;
  return publicKey.export({ type: "spki", format: "der" });
}

function keyIdentifier(key: KeyObject): Buffer {
  return createHash("sha1").update(publicKeyInfo(key)).digest();
}

/** The extensions of a certificate that do not name its issuer. */
export type OwnExtensions = Pick<
  CertificateRequest,
  "isAuthority" | "keyUsage" | "extendedKeyUsage" | "alternativeNames"
>;

function extensions(request: CertificateRequest): Buffer[] {
  return [
    ...ownExtensions(request),
    extension(oids.subjectKeyIdentifier, false, octetString(keyIdentifier(request.publicKey))),
    // Python 3.13 refuses a certificate without an authority key identifier.
    extension(
      oids.authorityKeyIdentifier,
      false,
      sequence(implicit(0, keyIdentifier(request.issuer?.publicKey ?? request.publicKey))),
    ),
  ];
}

/** Basic constraints, usage and names. */
export function ownExtensions(request: OwnExtensions): Buffer[] {
  const list = [
    extension(
      oids.basicConstraints,
      true,
      request.isAuthority === true ? sequence(boolean(true)) : sequence(),
    ),
  ];
  if (request.keyUsage.length > 0)
    list.push(extension(oids.keyUsage, true, namedBits(...request.keyUsage)));
  if (request.extendedKeyUsage?.length)
    list.push(
      extension(
        oids.extKeyUsage,
        false,
        sequence(...request.extendedKeyUsage.map((usage) => objectIdentifier(usage))),
      ),
    );
  if (request.alternativeNames?.length)
    list.push(
      extension(
        oids.subjectAltName,
        false,
        sequence(...request.alternativeNames.map((alternative) => generalName(alternative))),
      ),
    );
  return list;
}

function extension(oid: string, critical: boolean, value: Buffer): Buffer {
  return sequence(objectIdentifier(oid), ...(critical ? [boolean(true)] : []), octetString(value));
}

/** A GeneralName (RFC 5280 §4.2.1.6). */
function generalName(alternative: AlternativeName): Buffer {
  if (typeof alternative === "string")
    return isIP(alternative) === 0
      ? implicit(2, Buffer.from(alternative, "ascii"))
      : implicit(7, addressOctets(alternative));
  if ("email" in alternative) return implicit(1, Buffer.from(alternative.email, "ascii"));
  if ("uri" in alternative) return implicit(6, Buffer.from(alternative.uri, "ascii"));
  const value = explicit(0, utf8String(alternative.upn));
  return explicit(0, objectIdentifier(oids.userPrincipalName), value);
}

const groups = (part: string): string[] => (part === "" ? [] : part.split(":"));

function addressOctets(address: string): Buffer {
  if (isIP(address) === 4) return Buffer.from(address.split(".").map(Number));
  const [head = "", tail = ""] = address.split("::");
  const gap = Array<string>(8 - groups(head).length - groups(tail).length).fill("0");
  const all = address.includes("::") ? [...groups(head), ...gap, ...groups(tail)] : groups(head);
  return Buffer.from(all.map((group) => group.padStart(4, "0")).join(""), "hex");
}
