import { createHash } from "node:crypto";

/** A password as PKCS#12's key derivation expects it: big-endian UTF-16 with a final zero. */
export function passwordOctets(password: string): Buffer {
  return Buffer.from(`${password}\0`, "utf16le").swap16();
}

/** The key derivation of RFC 7292, appendix B.2; `id` is 1 for a key, 2 for an IV, 3 for a MAC. */
export function deriveKey(options: {
  readonly hash: "sha1" | "sha256";
  readonly id: number;
  readonly password: Buffer;
  readonly salt: Buffer;
  readonly iterations: number;
  readonly length: number;
}): Buffer {
  const block = 64;
  const filled = (source: Buffer): Buffer => {
    const length = block * Math.ceil(source.length / block);
    return Buffer.from(Array.from({ length }, (_, at) => source[at % source.length] ?? 0));
  };
  const diversifier = Buffer.alloc(block, options.id);
  let input = Buffer.concat([filled(options.salt), filled(options.password)]);
  const output: Buffer[] = [];
  for (let made = 0; made < options.length;) {
    let digest = createHash(options.hash).update(diversifier).update(input).digest();
    for (let round = 1; round < options.iterations; round += 1)
      digest = createHash(options.hash).update(digest).digest();
    output.push(digest);
    made += digest.length;
    const addend = filled(digest).subarray(0, block);
    input = Buffer.concat(
      Array.from({ length: input.length / block }, (_, at) =>
        sumPlusOne(input.subarray(at * block, (at + 1) * block), addend),
      ),
    );
  }
  return Buffer.concat(output).subarray(0, options.length);
}

/** (a + b + 1) modulo 2^(8 × length), big-endian. */
function sumPlusOne(a: Buffer, b: Buffer): Buffer {
  const sum = Buffer.alloc(a.length);
  let carry = 1;
  for (let at = a.length - 1; at >= 0; at -= 1) {
    const total = (a[at] ?? 0) + (b[at] ?? 0) + carry;
    sum[at] = total % 256;
    carry = Math.floor(total / 256);
  }
  return sum;
}
