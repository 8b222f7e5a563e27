import {
  constants,
  createHash,
  privateEncrypt,
  publicDecrypt,
  randomBytes,
  type KeyObject,
} from "node:crypto";

/** DER prefixes of DigestInfo (RFC 8017 §9.2, note 1). */
const digestInfo: Readonly<Record<string, string>> = {
  sha256: "3031300d060960864801650304020105000420",
  sha384: "3041300d060960864801650304020205000430",
  sha512: "3051300d060960864801650304020305000440",
};

/**
 * Signs an existing digest, as Key Vault does: node:crypto signs messages only.
 * `algorithm` is RS256 … PS512.
 * @throws RangeError for another algorithm or a digest of another length
 */
export function signDigest(algorithm: string, digest: Buffer, key: KeyObject): Buffer {
  const { hash, info } = hashOf(algorithm, digest);
  if (algorithm.startsWith("RS"))
    return privateEncrypt({ key, padding: constants.RSA_PKCS1_PADDING }, info);
  const modulusBits = key.asymmetricKeyDetails?.modulusLength ?? 2048;
  return privateEncrypt(
    { key, padding: constants.RSA_NO_PADDING },
    encodePss(digest, hash, modulusBits - 1),
  );
}

/** Whether the signature is one of the digest. @throws RangeError as signDigest does */
export function verifyDigest(
  algorithm: string,
  digest: Buffer,
  signature: Buffer,
  key: KeyObject,
): boolean {
  const { hash, info } = hashOf(algorithm, digest);
  const isPss = algorithm.startsWith("PS");
  const padding = isPss ? constants.RSA_NO_PADDING : constants.RSA_PKCS1_PADDING;
  try {
    const opened = publicDecrypt({ key, padding }, signature);
    const modulusBits = key.asymmetricKeyDetails?.modulusLength ?? 2048;
    return isPss ? isPssOf(opened, digest, hash, modulusBits - 1) : opened.equals(info);
  } catch {
    // Octets that open to no padding are not a signature.
    return false;
  }
}

/** The hash of an algorithm, and the digest with its name. @throws RangeError */
function hashOf(algorithm: string, digest: Buffer): { hash: string; info: Buffer } {
  const hash = `sha${algorithm.slice(2)}`;
  const head = digestInfo[hash];
  if (head === undefined || !/^[RP]S/u.test(algorithm))
    throw new RangeError(`${algorithm} is not supported for RSA keys.`);
  if (digest.length * 8 !== Number(algorithm.slice(2)))
    throw new RangeError(`Invalid length of 'value': ${digest.length} bytes.`);
  return { hash, info: Buffer.concat([Buffer.from(head, "hex"), digest]) };
}

/** EMSA-PSS verification (RFC 8017 §9.1.2) for a salt as long as the digest. */
function isPssOf(encoded: Buffer, digest: Buffer, hash: string, bits: number): boolean {
  const inner = encoded.subarray(-digest.length - 1, -1);
  const masked = encoded.subarray(0, encoded.length - digest.length - 1);
  const mask = mgf1(inner, masked.length, hash);
  const data = Buffer.from(masked.map((octet, at) => octet ^ (mask[at] ?? 0)));
  data[0] = (data[0] ?? 0) & (0xff >> (8 * encoded.length - bits));
  const salt = data.subarray(-digest.length);
  const head = data.subarray(0, -digest.length);
  const expected = createHash(hash).update(Buffer.alloc(8)).update(digest).update(salt).digest();
  return (
    encoded.at(-1) === 0xbc &&
    head.at(-1) === 1 &&
    head.subarray(0, -1).every((octet) => octet === 0) &&
    inner.equals(expected)
  );
}

/** EMSA-PSS (RFC 8017 §9.1.1) with a salt as long as the digest, as JWS requires. */
function encodePss(digest: Buffer, hash: string, bits: number): Buffer {
  const length = Math.ceil(bits / 8);
  const salt = randomBytes(digest.length);
  const inner = createHash(hash).update(Buffer.alloc(8)).update(digest).update(salt).digest();
  const padding = Buffer.alloc(length - digest.length - salt.length - 2);
  const data = Buffer.concat([padding, Buffer.from([1]), salt]);
  const mask = mgf1(inner, data.length, hash);
  const masked = Buffer.from(data.map((octet, at) => octet ^ (mask[at] ?? 0)));
  masked[0] = (masked[0] ?? 0) & (0xff >> (8 * length - bits));
  return Buffer.concat([masked, inner, Buffer.from([0xbc])]);
}

function mgf1(seed: Buffer, length: number, hash: string): Buffer {
  const parts: Buffer[] = [];
  for (let made = 0, counter = 0; made < length; counter += 1) {
    const count = Buffer.alloc(4);
    count.writeUInt32BE(counter);
    const part = createHash(hash).update(seed).update(count).digest();
    parts.push(part);
    made += part.length;
  }
  return Buffer.concat(parts).subarray(0, length);
}
