import { createECDH, createPublicKey, type KeyObject } from "node:crypto";

/** A point of a curve; `undefined` is the point at infinity. */
type Point = { readonly x: bigint; readonly y: bigint } | undefined;

/** A curve that Key Vault knows (rest/api/keyvault/keys/create-key, JsonWebKeyCurveName). */
export interface Curve {
  readonly algorithm: string;
  /** The name in Node's JSON Web Keys, and in OpenSSL. */
  readonly jwk: string;
  readonly openssl: string;
  readonly digestBytes: number;
  readonly bits: number;
  /** Octets of a coordinate. */
  readonly size: number;
  /** The prime, the coefficient a, and the order (SEC 2). */
  readonly p: bigint;
  readonly a: bigint;
  readonly n: bigint;
}

const hex = (digits: string): bigint => BigInt(`0x${digits}`);

function curve(
  algorithm: string,
  openssl: string,
  size: number,
  [p, n]: readonly [bigint, bigint],
  more: { readonly jwk: string; readonly a?: bigint; readonly digestBytes?: number },
): Curve {
  const digestBytes = more.digestBytes ?? size;
  const bits = n.toString(2).length;
  return { algorithm, openssl, size, p, n, a: more.a ?? p - 3n, jwk: more.jwk, digestBytes, bits };
}

/** Curves by Key Vault's names. */
export const curves: Readonly<Record<string, Curve>> = {
  "P-256": curve(
    "ES256",
    "prime256v1",
    32,
    [
      2n ** 256n - 2n ** 224n + 2n ** 192n + 2n ** 96n - 1n,
      hex("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551"),
    ],
    { jwk: "P-256" },
  ),
  "P-384": curve(
    "ES384",
    "secp384r1",
    48,
    [
      2n ** 384n - 2n ** 128n - 2n ** 96n + 2n ** 32n - 1n,
      hex(
        "ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973",
      ),
    ],
    { jwk: "P-384" },
  ),
  "P-521": curve(
    "ES512",
    "secp521r1",
    66,
    [
      2n ** 521n - 1n,
      2n ** 521n -
        2n ** 260n +
        hex("a51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386409"),
    ],
    { jwk: "P-521", digestBytes: 64 },
  ),
  "P-256K": curve(
    "ES256K",
    "secp256k1",
    32,
    [
      2n ** 256n - 2n ** 32n - 977n,
      hex("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141"),
    ],
    { jwk: "secp256k1", a: 0n },
  ),
};

/** Key Vault's name of a key's curve. */
export function curveName(key: KeyObject): string {
  const { crv } = publicOf(key).export({ format: "jwk" });
  const name = Object.entries(curves).find(([, { jwk }]) => jwk === crv)?.[0];
  if (name === undefined) throw new RangeError(`The curve ${crv ?? ""} is not supported.`);
  return name;
}

const publicOf = (key: KeyObject): KeyObject =>
  key.type === "private" ? createPublicKey(key) : key;

/** The key's curve, if the algorithm is the curve's and the digest is long enough. @throws RangeError */
function curveFor(algorithm: string, digest: Buffer, key: KeyObject): Curve {
  const name = curveName(key);
  const found = curves[name];
  if (found?.algorithm !== algorithm)
    throw new RangeError(`${algorithm} is not supported for ${name} keys.`);
  if (digest.length !== found.digestBytes)
    throw new RangeError(`Invalid length of 'value': ${digest.length} bytes.`);
  return found;
}

/**
 * Signs an existing digest by ECDSA, in the form r || s, as Key Vault does: node:crypto signs messages
 * only. @throws RangeError for another curve's algorithm or a digest of another length
 */
export function signEc(algorithm: string, digest: Buffer, key: KeyObject): Buffer {
  const by = curveFor(algorithm, digest, key);
  const d = hex(Buffer.from(key.export({ format: "jwk" }).d ?? "", "base64url").toString("hex"));
  const z = leftBits(digest, by);
  for (;;) {
    const nonce = createECDH(by.openssl);
    const [x] = coordinates(nonce.generateKeys(), by);
    const k = hex(nonce.getPrivateKey("hex"));
    const r = x % by.n;
    const s = (inverse(k, by.n) * (z + r * d)) % by.n;
    if (r !== 0n && s !== 0n) return Buffer.concat([octets(r, by.size), octets(s, by.size)]);
  }
}

/** Whether the signature r || s is one of the digest. @throws RangeError as signEc does */
export function verifyEc(
  algorithm: string,
  digest: Buffer,
  signature: Buffer,
  key: KeyObject,
): boolean {
  const by = curveFor(algorithm, digest, key);
  if (signature.length !== 2 * by.size) return false;
  const r = hex(signature.toString("hex", 0, by.size));
  const s = hex(signature.toString("hex", by.size));
  if (r === 0n || s === 0n || r >= by.n || s >= by.n) return false;
  const jwk = publicOf(key).export({ format: "jwk" });
  const [x, y] = [jwk.x, jwk.y].map((part) =>
    hex(Buffer.from(part ?? "", "base64url").toString("hex")),
  ) as [bigint, bigint];
  const w = inverse(s, by.n);
  const one = multiply(generator(by), (leftBits(digest, by) * w) % by.n, by);
  const sum = add(one, multiply({ x, y }, (r * w) % by.n, by), by);
  return sum !== undefined && sum.x % by.n === r;
}

function generatorOf(by: Curve): Buffer {
  const own = createECDH(by.openssl);
  own.setPrivateKey("01".padStart(by.size * 2, "0"), "hex");
  return own.getPublicKey();
}

function generator(by: Curve): Point {
  const [x, y] = coordinates(generatorOf(by), by);
  return { x, y };
}

/** The coordinates in an uncompressed point. */
const coordinates = (point: Buffer, by: Curve): [bigint, bigint] => [
  hex(point.toString("hex", 1, 1 + by.size)),
  hex(point.toString("hex", 1 + by.size)),
];

/** The leftmost bits of a digest, as many as the order has. */
function leftBits(digest: Buffer, by: Curve): bigint {
  const spare = digest.length * 8 - by.bits;
  const number = hex(digest.toString("hex"));
  return spare > 0 ? number >> BigInt(spare) : number;
}

const octets = (number: bigint, size: number): Buffer =>
  Buffer.from(number.toString(16).padStart(size * 2, "0"), "hex");

const modulo = (number: bigint, by: bigint): bigint => ((number % by) + by) % by;

function inverse(number: bigint, by: bigint): bigint {
  let [left, right] = [modulo(number, by), by];
  let [kept, next] = [1n, 0n];
  while (right !== 0n) {
    const quotient = left / right;
    [left, right] = [right, left - quotient * right];
    [kept, next] = [next, kept - quotient * next];
  }
  return modulo(kept, by);
}

function add(one: Point, two: Point, { p, a }: Curve): Point {
  if (one === undefined) return two;
  if (two === undefined) return one;
  if (one.x === two.x && one.y !== two.y) return undefined;
  const slope =
    one.x === two.x
      ? (3n * one.x * one.x + a) * inverse(2n * one.y, p)
      : (two.y - one.y) * inverse(two.x - one.x, p);
  const x = modulo(slope * slope - one.x - two.x, p);
  return { x, y: modulo(slope * (one.x - x) - one.y, p) };
}

function multiply(point: Point, times: bigint, by: Curve): Point {
  let sum: Point;
  let doubled = point;
  for (let rest = times; rest > 0n; rest >>= 1n) {
    if (rest & 1n) sum = add(sum, doubled, by);
    doubled = add(doubled, doubled, by);
  }
  return sum;
}
