/** RFC 2268's permutation of the octets, from the digits of pi. */
const PI = Buffer.from(
  "2Xj5xBndte0o6f15SqDYncZ+N4MrdlOOYkxkiESL+6IXmln1h7NPE2FFbY0JgX0yvY9A64a3ewvwlSEiXGtO" +
    "glTWZZPOYLIcc1bAFKeM8dwSdcofO77k0UI91DCjPLYmb78O2kZpB1cn8h2bvJRDA/gRx/aQ7z7nBsPVL8hm" +
    "HtcI6OregFLu94Sqcqw1TWoqlhrScVoVSXRLn9BeBBik7MLgQW4PUcvMJJGvUKH0cDmZfDqFI7i0evwCNlsl" +
    "VZcxLV36mOOKkq4F3ykQZ2y6ydMA5s/hnqgsYxYBP1jiiakNODQbqzP/sLtIDF+5sc0uxfPbR+WlnHcKpiBo" +
    "/n/BrQ==",
  "base64",
);

const BLOCK = 8;
const ROTATIONS = [1, 2, 3, 5] as const;

/**
 * Decrypts RC2 in CBC mode and removes the PKCS#7 padding. Old tools encrypt the certificates in a
 * PKCS#12 file with it, and Node's OpenSSL 3 has it in its legacy provider only.
 *
 * @throws RangeError if `bytes` are not whole blocks or the padding is wrong.
 */
export function decryptRc2(bytes: Buffer, key: Buffer, iv: Buffer, effectiveBits: number): Buffer {
  if (bytes.length === 0 || bytes.length % BLOCK !== 0) throw new RangeError("partial block");
  const words = expandKey(key, effectiveBits);
  const plain = Buffer.alloc(bytes.length);
  let previous = iv;
  for (let at = 0; at < bytes.length; at += BLOCK) {
    const block = bytes.subarray(at, at + BLOCK);
    decryptBlock(words, block, plain.subarray(at, at + BLOCK));
    for (let i = 0; i < BLOCK; i++) plain[at + i] = get(plain, at + i) ^ get(previous, i);
    previous = block;
  }
  return unpad(plain);
}

function expandKey(key: Buffer, effectiveBits: number): Uint16Array {
  const octets = Buffer.alloc(128);
  key.copy(octets);
  for (let i = key.length; i < 128; i++) {
    octets[i] = get(PI, (get(octets, i - 1) + get(octets, i - key.length)) & 0xff);
  }
  const size = (effectiveBits + 7) >> 3;
  const mask = 0xff >> (8 * size - effectiveBits);
  octets[128 - size] = get(PI, get(octets, 128 - size) & mask);
  for (let i = 127 - size; i >= 0; i--) {
    octets[i] = get(PI, get(octets, i + 1) ^ get(octets, i + size));
  }
  return Uint16Array.from({ length: 64 }, (_, i) => octets.readUInt16LE(2 * i));
}

function decryptBlock(words: Uint16Array, from: Buffer, to: Buffer): void {
  const r = Uint16Array.from({ length: 4 }, (_, i) => from.readUInt16LE(2 * i));
  let next = 63;
  const mixBack = (): void => {
    for (let i = 3; i >= 0; i--) {
      const rotation = ROTATIONS[i] ?? 0;
      const [a, b, c] = [at(r, i - 1), at(r, i - 2), at(r, i - 3)];
      const turned = (at(r, i) >> rotation) | (at(r, i) << (16 - rotation));
      r[i] = turned - at64(words, next--) - (a & b) - (~a & c);
    }
  };
  const mashBack = (): void => {
    for (let i = 3; i >= 0; i--) r[i] = at(r, i) - at64(words, at(r, i - 1) & 63);
  };
  for (let round = 15; round >= 0; round--) {
    mixBack();
    if (round === 11 || round === 5) mashBack();
  }
  r.forEach((word, i) => to.writeUInt16LE(word, 2 * i));
}

function unpad(plain: Buffer): Buffer {
  const size = get(plain, plain.length - 1);
  const padding = plain.subarray(plain.length - size);
  if (size === 0 || size > BLOCK || padding.some((octet) => octet !== size)) {
    throw new RangeError("wrong padding");
  }
  return plain.subarray(0, plain.length - size);
}

const at = (words: Uint16Array, index: number): number => words[index & 3] ?? 0;
const at64 = (words: Uint16Array, index: number): number => words[index] ?? 0;
const get = (octets: Buffer, index: number): number => octets[index] ?? 0;
