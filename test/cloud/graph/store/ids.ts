const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

const mix = (input: number): number => {
  let hash = input >>> 0;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
};

const bytes = (word: number): [string, string, string, string] => [
  HEX[word >>> 24] ?? "",
  HEX[(word >>> 16) & 255] ?? "",
  HEX[(word >>> 8) & 255] ?? "",
  HEX[word & 255] ?? "",
];

/**
 * The `count`-th GUID of `seed`: always the same one, well spread, version 4 in form. Not secret and
 * not for anything that must be unguessable.
 */
export function guidOf(seed: number, count: number): string {
  const low = count >>> 0;
  const high = Math.floor(count / 4294967296) >>> 0;
  const a = mix(low ^ mix(seed));
  const b = mix(a + 0x9e3779b9 + high);
  const c = mix(b ^ low ^ 0x5bd1e995);
  const d = mix(c + seed);
  const [a0, a1, a2, a3] = bytes(a);
  const [b0, b1, b2, b3] = bytes((b & 0xffff0fff) | 0x00004000);
  const [c0, c1, c2, c3] = bytes((c & 0x3fffffff) | 0x80000000);
  const [d0, d1, d2, d3] = bytes(d);
  return `${a0}${a1}${a2}${a3}-${b0}${b1}-${b2}${b3}-${c0}${c1}-${c2}${c3}${d0}${d1}${d2}${d3}`;
}

const GUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Whether `text` has the form of a GUID, in either case. */
export const isGuid = (text: string): boolean => GUID.test(text);
