const mix = (input: number): number => {
  let hash = input >>> 0;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
};

const DIGITS = Buffer.from("0123456789abcdef", "latin1");
/** The position of each of the 32 digits in the text; the rest are dashes. */
const PLACES = Array.from({ length: 36 }, (_, at) => at).filter(
  (at) => ![8, 13, 18, 23].includes(at),
);
// Written in place and copied once: joining pieces would cost twice the memory for each id.
const text = Buffer.alloc(36, "-", "latin1");

/**
 * The `count`-th GUID of `seed`: deterministic, well spread, version 4 in form. It is predictable: never
 * use it for a secret.
 */
export function guidOf(seed: number, count: number): string {
  const low = count >>> 0;
  const high = Math.floor(count / 4294967296) >>> 0;
  const a = mix(low ^ mix(seed));
  const b = mix(a + 0x9e3779b9 + high);
  const c = mix(b ^ low ^ 0x5bd1e995);
  const words = [a, (b & 0xffff0fff) | 0x4000, (c & 0x3fffffff) | 0x80000000, mix(c + seed)];
  let place = 0;
  for (const word of words) {
    for (let shift = 28; shift >= 0; shift -= 4) {
      text[PLACES[place] ?? 0] = DIGITS[(word >>> shift) & 15] ?? 0;
      place += 1;
    }
  }
  return text.toString("latin1");
}

/** A GUID's octets in the order of .NET. */
export function octetsOf(guid: string): Buffer {
  const raw = Buffer.from(guid.replaceAll("-", ""), "hex");
  raw.subarray(0, 4).reverse();
  raw.subarray(4, 6).reverse();
  raw.subarray(6, 8).reverse();
  return raw;
}

/** GUIDs as one short id, as assignments and grants have (serviceprincipal-list-approleassignedto, oauth2permissiongrant-post). */
export const compactId = (...guids: readonly string[]): string =>
  Buffer.concat(guids.map(octetsOf)).toString("base64url");

const GUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Whether `value` has the form of a GUID, in either case. */
export const isGuid = (value: string): boolean => GUID.test(value);
