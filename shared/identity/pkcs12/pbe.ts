import { createDecipheriv, createHash, pbkdf2Sync } from "node:crypto";

import {
  type DerElement,
  DerError,
  TAG,
  contentOf,
  readCount,
  readOid,
  readSequence,
} from "./der.ts";
import { decryptRc2 } from "./rc2.ts";

/** More than any tool uses; a higher count would only cost processor time. */
const MOST_ITERATIONS = 1_000_000;

/** Two ways in which tools encode the empty password as PKCS#12's string of 16-bit characters. */
export const EMPTY_PASSWORDS: readonly Buffer[] = [Buffer.from([0, 0]), Buffer.alloc(0)];

/** Hashes by the block size that PKCS#12's key derivation needs (RFC 7292, appendix B.2). */
const BLOCK_SIZES: Readonly<Record<string, number>> = {
  sha1: 64,
  sha224: 64,
  sha256: 64,
  sha384: 128,
  sha512: 128,
};

/** Password-based ciphers of PKCS#12 itself: RFC 7292, appendix C. */
const PKCS12_CIPHERS: Readonly<Record<string, { cipher: string; keySize: number }>> = {
  "1.2.840.113549.1.12.1.3": { cipher: "des-ede3-cbc", keySize: 24 },
  "1.2.840.113549.1.12.1.4": { cipher: "des-ede3-cbc", keySize: 16 },
  "1.2.840.113549.1.12.1.5": { cipher: "rc2", keySize: 16 },
  "1.2.840.113549.1.12.1.6": { cipher: "rc2", keySize: 5 },
};

/** Ciphers and pseudo-random functions of PBES2: RFC 8018, appendix B. */
const PBES2 = "1.2.840.113549.1.5.13";
const PBKDF2 = "1.2.840.113549.1.5.12";
const PBES2_CIPHERS: Readonly<Record<string, { cipher: string; keySize: number }>> = {
  "1.2.840.113549.3.7": { cipher: "des-ede3-cbc", keySize: 24 },
  "2.16.840.1.101.3.4.1.2": { cipher: "aes-128-cbc", keySize: 16 },
  "2.16.840.1.101.3.4.1.22": { cipher: "aes-192-cbc", keySize: 24 },
  "2.16.840.1.101.3.4.1.42": { cipher: "aes-256-cbc", keySize: 32 },
};
const PBKDF2_HASHES: Readonly<Record<string, string>> = {
  "1.2.840.113549.2.7": "sha1",
  "1.2.840.113549.2.8": "sha224",
  "1.2.840.113549.2.9": "sha256",
  "1.2.840.113549.2.10": "sha384",
  "1.2.840.113549.2.11": "sha512",
};

/**
 * Decrypts `bytes`, which were encrypted with the password as the AlgorithmIdentifier says.
 * @throws DerError for an unknown algorithm; any error if bytes or password are wrong.
 */
export function decrypt(
  algorithm: DerElement | undefined,
  bytes: Buffer,
  password: Buffer,
): Buffer {
  const [name, parameters] = readSequence(algorithm);
  const oid = readOid(name);
  if (oid === PBES2) return decryptPbes2(parameters, bytes, password);
  const known = PKCS12_CIPHERS[oid];
  if (!known) throw new DerError(`cipher ${oid} is unknown`);
  const [salt, count] = readSequence(parameters);
  const derive = (purpose: 1 | 2, size: number): Buffer =>
    derivePkcs12(
      "sha1",
      password,
      contentOf(salt, TAG.octetString),
      readIterations(count),
      purpose,
      size,
    );
  const key = derive(1, known.keySize);
  const iv = derive(2, 8);
  if (known.cipher === "rc2") return decryptRc2(bytes, key, iv, known.keySize * 8);
  // Two-key triple DES uses its first key again as the third.
  const whole = known.keySize === 16 ? Buffer.concat([key, key.subarray(0, 8)]) : key;
  return decipher(known.cipher, whole, iv, bytes);
}

function decryptPbes2(parameters: DerElement | undefined, bytes: Buffer, password: Buffer): Buffer {
  const [derivation, encryption] = readSequence(parameters);
  const [derivationName, derivationParameters] = readSequence(derivation);
  const [cipherName, iv] = readSequence(encryption);
  const cipher = PBES2_CIPHERS[readOid(cipherName)];
  if (!cipher) throw new DerError(`cipher ${readOid(cipherName)} is unknown`);
  if (readOid(derivationName) !== PBKDF2)
    throw new DerError("PBES2 with another key derivation than PBKDF2");
  const [salt, count, ...optional] = readSequence(derivationParameters);
  const hash = optional.find(({ tag }) => tag === TAG.sequence);
  const hashName = PBKDF2_HASHES[hash ? readOid(readSequence(hash)[0]) : "1.2.840.113549.2.7"];
  if (!hashName) throw new DerError("an unknown pseudo-random function of PBKDF2");
  const saltBytes = contentOf(salt, TAG.octetString);
  // The password is UTF-8 here, without a final zero, so the empty password has one form only.
  const text = new TextDecoder("utf-16be").decode(password.subarray(0, -2));
  const key = pbkdf2Sync(text, saltBytes, readIterations(count), cipher.keySize, hashName);
  return decipher(cipher.cipher, key, contentOf(iv, TAG.octetString), bytes);
}

function decipher(cipher: string, key: Buffer, iv: Buffer, bytes: Buffer): Buffer {
  const machine = createDecipheriv(cipher, key, iv);
  return Buffer.concat([machine.update(bytes), machine.final()]);
}

/** Reads an iteration count. @throws DerError if it is out of range. */
export function readIterations(element: DerElement | undefined): number {
  const count = readCount(element);
  if (count === 0 || count > MOST_ITERATIONS) throw new DerError("an iteration count out of range");
  return count;
}

/**
 * PKCS#12's own key derivation (RFC 7292, appendix B.2): `purpose` 1 for a key, 2 for an IV, 3 for the
 * integrity check.
 */
export function derivePkcs12(
  hash: string,
  password: Buffer,
  salt: Buffer,
  iterations: number,
  purpose: 1 | 2 | 3,
  size: number,
): Buffer {
  const block = BLOCK_SIZES[hash];
  if (block === undefined) throw new DerError("an unknown hash");
  const diversifier = Buffer.alloc(block, purpose);
  const input = Buffer.concat([fill(salt, block), fill(password, block)]);
  const parts: Buffer[] = [];
  for (let made = 0; made < size;) {
    let digest = createHash(hash).update(diversifier).update(input).digest();
    for (let i = 1; i < iterations; i++) digest = createHash(hash).update(digest).digest();
    parts.push(digest);
    made += digest.length;
    const addend = fill(digest, block).subarray(0, block);
    for (let at = 0; at < input.length; at += block) addOne(input, at, addend);
  }
  return Buffer.concat(parts).subarray(0, size);
}

/** `bytes` repeated up to a whole number of blocks; empty stays empty. */
function fill(bytes: Buffer, block: number): Buffer {
  const size = Math.ceil(bytes.length / block) * block;
  return size === 0 ? Buffer.alloc(0) : Buffer.alloc(size, bytes);
}

/** Adds `addend` + 1 to the block of `input` that starts at `from`, both big-endian, overflow dropped. */
function addOne(input: Buffer, from: number, addend: Buffer): void {
  let carry = 1;
  for (let i = addend.length - 1; i >= 0; i--) {
    carry += (input[from + i] ?? 0) + (addend[i] ?? 0);
    input[from + i] = carry & 0xff;
    carry >>= 8;
  }
}
