import { createCipheriv, createHmac, pbkdf2Sync, randomBytes, type KeyObject } from "node:crypto";

import type { Certificate } from "./certificate.ts";
import {
  bmpString,
  encodeTagged,
  explicit,
  integer,
  nullValue,
  objectIdentifier,
  octetString,
  sequence,
  setOf,
} from "./der.ts";
import { deriveKey, passwordOctets } from "./pkcs12-kdf.ts";

/** The encryption of the bags: PBES2 with AES-256 (OpenSSL 3) or RFC 7292's own 3DES (Windows). */
export type Pkcs12Encryption = "aes-256" | "3des";

const oids = {
  data: "1.2.840.113549.1.7.1",
  encryptedData: "1.2.840.113549.1.7.6",
  shroudedKeyBag: "1.2.840.113549.1.12.10.1.2",
  certBag: "1.2.840.113549.1.12.10.1.3",
  x509Certificate: "1.2.840.113549.1.9.22.1",
  friendlyName: "1.2.840.113549.1.9.20",
  localKeyId: "1.2.840.113549.1.9.21",
  pbes2: "1.2.840.113549.1.5.13",
  pbkdf2: "1.2.840.113549.1.5.12",
  hmacWithSha256: "1.2.840.113549.2.9",
  aes256Cbc: "2.16.840.1.101.3.4.1.42",
  sha1: "1.3.14.3.2.26",
  sha256: "2.16.840.1.101.3.4.2.1",
  pbeWithSha1And3Des: "1.2.840.113549.1.12.1.3",
} as const;

const iterations = 2048;

export interface Pkcs12Options {
  readonly privateKey: KeyObject;
  /** The leaf first, then the rest of the chain. */
  readonly certificates: readonly Certificate[];
  readonly password?: string;
  readonly encryption?: Pkcs12Encryption;
}

/** Writes a PKCS#12 file (RFC 7292) with one key and its certificates, as Key Vault serves them. */
export function createPkcs12(options: Pkcs12Options): Buffer {
  const { password = "", encryption = "aes-256" } = options;
  const keyId = setOf(octetString(Buffer.from([1, 0, 0, 0])));
  const attributes = setOf(
    sequence(objectIdentifier(oids.localKeyId), keyId),
    sequence(objectIdentifier(oids.friendlyName), setOf(bmpString("1"))),
  );
  const pkcs8 = options.privateKey.export({ type: "pkcs8", format: "der" });
  const keyScheme = scheme(encryption, password);
  const keyBag = sequence(
    objectIdentifier(oids.shroudedKeyBag),
    explicit(0, sequence(keyScheme.identifier, octetString(keyScheme.encrypt(pkcs8)))),
    attributes,
  );
  const certBags = options.certificates.map((certificate, at) =>
    sequence(
      objectIdentifier(oids.certBag),
      explicit(
        0,
        sequence(objectIdentifier(oids.x509Certificate), explicit(0, octetString(certificate.der))),
      ),
      ...(at === 0 ? [setOf(sequence(objectIdentifier(oids.localKeyId), keyId))] : []),
    ),
  );
  const safe = sequence(
    dataContent(sequence(keyBag)),
    encryptedContent(sequence(...certBags), scheme(encryption, password)),
  );
  return sequence(integer(3), dataContent(safe), macOf(safe, password, encryption));
}

interface Scheme {
  readonly identifier: Buffer;
  readonly encrypt: (clear: Buffer) => Buffer;
}

function scheme(encryption: Pkcs12Encryption, password: string): Scheme {
  const salt = randomBytes(8);
  if (encryption === "aes-256") {
    const iv = randomBytes(16);
    const key = pbkdf2Sync(password, salt, iterations, 32, "sha256");
    return {
      identifier: sequence(
        objectIdentifier(oids.pbes2),
        sequence(
          sequence(
            objectIdentifier(oids.pbkdf2),
            sequence(
              octetString(salt),
              integer(iterations),
              sequence(objectIdentifier(oids.hmacWithSha256), nullValue()),
            ),
          ),
          sequence(objectIdentifier(oids.aes256Cbc), octetString(iv)),
        ),
      ),
      encrypt: (clear) => {
        const cipher = createCipheriv("aes-256-cbc", key, iv);
        return Buffer.concat([cipher.update(clear), cipher.final()]);
      },
    };
  }
  const octets = passwordOctets(password);
  const derive = (id: number, length: number): Buffer =>
    deriveKey({ hash: "sha1", id, password: octets, salt, iterations, length });
  return {
    identifier: sequence(
      objectIdentifier(oids.pbeWithSha1And3Des),
      sequence(octetString(salt), integer(iterations)),
    ),
    encrypt: (clear) => {
      const cipher = createCipheriv("des-ede3-cbc", derive(1, 24), derive(2, 8));
      return Buffer.concat([cipher.update(clear), cipher.final()]);
    },
  };
}

function dataContent(content: Buffer): Buffer {
  return sequence(objectIdentifier(oids.data), explicit(0, octetString(content)));
}

function encryptedContent(content: Buffer, { identifier, encrypt }: Scheme): Buffer {
  return sequence(
    objectIdentifier(oids.encryptedData),
    explicit(
      0,
      sequence(
        integer(0),
        sequence(objectIdentifier(oids.data), identifier, encodeTagged(0x80, encrypt(content))),
      ),
    ),
  );
}

function macOf(content: Buffer, password: string, encryption: Pkcs12Encryption): Buffer {
  const hash = encryption === "aes-256" ? "sha256" : "sha1";
  const salt = randomBytes(8);
  const key = deriveKey({
    hash,
    id: 3,
    password: passwordOctets(password),
    salt,
    iterations,
    length: hash === "sha256" ? 32 : 20,
  });
  const digest = createHmac(hash, key).update(content).digest();
  return sequence(
    sequence(sequence(objectIdentifier(oids[hash]), nullValue()), octetString(digest)),
    octetString(salt),
    integer(iterations),
  );
}
