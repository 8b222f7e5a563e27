import {
  type KeyObject,
  X509Certificate,
  createHmac,
  createPrivateKey,
  timingSafeEqual,
} from "node:crypto";

import { OperatorError } from "../../core/errors.ts";
import {
  type DerElement,
  DerError,
  TAG,
  contentOf,
  readAll,
  readOid,
  readOne,
  readSequence,
} from "./der.ts";
import { EMPTY_PASSWORDS, decrypt, derivePkcs12, readIterations } from "./pbe.ts";

/** Named as in RFC 7292 and RFC 5652. */
const DATA = "1.2.840.113549.1.7.1";
const ENCRYPTED_DATA = "1.2.840.113549.1.7.6";
const BAG = "1.2.840.113549.1.12.10.1";
const X509_CERTIFICATE = "1.2.840.113549.1.9.22.1";
const HASHES: Readonly<Record<string, string>> = {
  "1.3.14.3.2.26": "sha1",
  "2.16.840.1.101.3.4.2.4": "sha224",
  "2.16.840.1.101.3.4.2.1": "sha256",
  "2.16.840.1.101.3.4.2.2": "sha384",
  "2.16.840.1.101.3.4.2.3": "sha512",
};

/** Bags may be nested; real files do not do so. */
const DEEPEST = 4;

export interface KeysAndCertificates {
  readonly keys: readonly KeyObject[];
  /** In the file's order, which says nothing about which one issued which. */
  readonly certificates: readonly X509Certificate[];
}

/**
 * The keys and certificates of a PKCS#12 file (PFX) without a password, as Key Vault stores it:
 * encrypted with AES or triple DES (PBES2), or with PKCS#12's own triple DES or RC2. Its integrity check
 * must hold. Node itself reads a PFX only for TLS, and does not give its keys out.
 *
 * @throws OperatorError CERTIFICATE_UNUSABLE, and nothing else, for any `bytes`.
 */
export function readPfx(bytes: Buffer, passwords = EMPTY_PASSWORDS): KeysAndCertificates {
  try {
    const [, authSafe, macData] = readAll(readOne(bytes, TAG.sequence));
    const [type, content] = readSequence(authSafe);
    if (readOid(type) !== DATA)
      throw new DerError("it is protected by a signature instead of a password");
    const safe = readOne(contentOf(content, TAG.context0), TAG.octetString);
    const password = checkMac(macData, safe, passwords);
    const found = { keys: [] as KeyObject[], certificates: [] as X509Certificate[] };
    for (const part of readAll(readOne(safe, TAG.sequence))) {
      collect(readPart(part, password), password, found, DEEPEST);
    }
    return found;
  } catch (error) {
    const why = error instanceof DerError ? error.message : "its structure is not valid";
    throw new OperatorError("CERTIFICATE_UNUSABLE", `The PFX cannot be read: ${why}.`, {
      fix: "Import it into Key Vault again without a password, or set the certificate policy's content type to application/x-pem-file.",
      disposition: "stop",
    });
  }
}

/** Returns the password for which the integrity check holds. */
function checkMac(
  macData: DerElement | undefined,
  safe: Buffer,
  passwords: readonly Buffer[],
): Buffer {
  if (macData === undefined) throw new DerError("it has no integrity check");
  const [digestInfo, salt, count] = readSequence(macData);
  const [algorithm, digest] = readSequence(digestInfo);
  const expected = contentOf(digest, TAG.octetString);
  const oid = readOid(readSequence(algorithm)[0]);
  const hash = HASHES[oid];
  if (!hash) throw new DerError(`its integrity check uses the unknown hash ${oid}`);
  const saltBytes = contentOf(salt, TAG.octetString);
  const iterations = count === undefined ? 1 : readIterations(count);
  for (const password of passwords) {
    const key = derivePkcs12(hash, password, saltBytes, iterations, 3, expected.length);
    const actual = createHmac(hash, key).update(safe).digest();
    if (actual.length === expected.length && timingSafeEqual(actual, expected)) return password;
  }
  throw new DerError("it has a password, or was changed after its creation");
}

/** The bags in one ContentInfo, decrypted if needed. */
function readPart(part: DerElement, password: Buffer): Buffer {
  const [type, content] = readSequence(part);
  const oid = readOid(type);
  const inside = contentOf(content, TAG.context0);
  if (oid === DATA) return readOne(inside, TAG.octetString);
  if (oid !== ENCRYPTED_DATA) throw new DerError("a part of it is encrypted for a public key");
  const [, info] = readAll(readOne(inside, TAG.sequence));
  const [, algorithm, encrypted] = readSequence(info);
  return decrypt(algorithm, contentOf(encrypted, TAG.context0Primitive), password);
}

function collect(
  bags: Buffer,
  password: Buffer,
  found: { keys: KeyObject[]; certificates: X509Certificate[] },
  depth: number,
): void {
  if (depth === 0) throw new DerError("bags are nested too deeply");
  for (const bag of readAll(readOne(bags, TAG.sequence))) {
    const [type, value] = readSequence(bag);
    const content = contentOf(value, TAG.context0);
    switch (readOid(type)) {
      case `${BAG}.1`:
        found.keys.push(readKey(content));
        break;
      case `${BAG}.2`: {
        const [algorithm, encrypted] = readAll(readOne(content, TAG.sequence));
        found.keys.push(
          readKey(decrypt(algorithm, contentOf(encrypted, TAG.octetString), password)),
        );
        break;
      }
      case `${BAG}.3`: {
        const [kind, certificate] = readAll(readOne(content, TAG.sequence));
        if (readOid(kind) !== X509_CERTIFICATE) break;
        const der = readOne(contentOf(certificate, TAG.context0), TAG.octetString);
        found.certificates.push(new X509Certificate(der));
        break;
      }
      case `${BAG}.6`:
        collect(content, password, found, depth - 1);
        break;
      default: // Revocation lists and secrets are not needed.
    }
  }
}

const readKey = (pkcs8: Buffer): KeyObject =>
  createPrivateKey({ key: pkcs8, format: "der", type: "pkcs8" });
