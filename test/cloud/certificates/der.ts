/**
 * A writer for the few DER types in certificates, keys and PKCS#12 files (X.690), so that the local
 * cloud needs no openssl binary.
 */

/** One tag with its length and content; `tag` is the whole identifier octet. */
export function encodeTagged(tag: number, ...content: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(content);
  return Buffer.concat([Buffer.from([tag, ...lengthOctets(body.length)]), body]);
}

function lengthOctets(length: number): number[] {
  if (length < 0x80) return [length];
  const octets: number[] = [];
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) octets.unshift(rest % 256);
  return [0x80 | octets.length, ...octets];
}

export const sequence = (...items: readonly Uint8Array[]): Buffer => encodeTagged(0x30, ...items);

/** DER requires the members of a SET OF in the order of their octets. */
export const setOf = (...items: readonly Uint8Array[]): Buffer =>
  encodeTagged(0x31, ...items.toSorted((a, b) => Buffer.compare(a, b)));

/** A context-specific constructed tag, `[number] EXPLICIT`. */
export const explicit = (number: number, ...content: readonly Uint8Array[]): Buffer =>
  encodeTagged(0xa0 | number, ...content);

/** A context-specific primitive tag, `[number] IMPLICIT` over a string type. */
export const implicit = (number: number, content: Uint8Array): Buffer =>
  encodeTagged(0x80 | number, content);

/** A non-negative INTEGER, from a number or from big-endian octets. */
export function integer(value: number | Uint8Array): Buffer {
  const octets = typeof value === "number" ? numberOctets(value) : [...value];
  while (octets.length > 1 && octets[0] === 0 && (octets[1] ?? 0) < 0x80) octets.shift();
  if ((octets[0] ?? 0) >= 0x80) octets.unshift(0);
  return encodeTagged(0x02, Buffer.from(octets));
}

function numberOctets(value: number): number[] {
  const octets: number[] = [];
  for (let rest = value; rest > 0; rest = Math.floor(rest / 256)) octets.unshift(rest % 256);
  return octets.length > 0 ? octets : [0];
}

export const boolean = (value: boolean): Buffer =>
  encodeTagged(0x01, Buffer.from([value ? 0xff : 0]));

export const nullValue = (): Buffer => encodeTagged(0x05);

export const octetString = (content: Uint8Array): Buffer => encodeTagged(0x04, content);

/** A BIT STRING of whole octets. */
export const bitString = (content: Uint8Array): Buffer =>
  encodeTagged(0x03, Buffer.from([0]), content);

/** A BIT STRING of named bits, bit 0 first, trailing zeroes dropped as DER requires. */
export function namedBits(...bits: readonly number[]): Buffer {
  const highest = Math.max(...bits);
  const octets = Buffer.alloc(Math.floor(highest / 8) + 1);
  for (const bit of bits)
    octets[Math.floor(bit / 8)] = (octets[Math.floor(bit / 8)] ?? 0) | (0x80 >> (bit % 8));
  return encodeTagged(0x03, Buffer.from([7 - (highest % 8)]), octets);
}

export const utf8String = (text: string): Buffer => encodeTagged(0x0c, Buffer.from(text, "utf8"));

export const ia5String = (text: string): Buffer => encodeTagged(0x16, Buffer.from(text, "ascii"));

/** A BMPString: big-endian UTF-16, as in PKCS#12 friendly names. */
export const bmpString = (text: string): Buffer =>
  encodeTagged(0x1e, Buffer.from(text, "utf16le").swap16());

/** An OBJECT IDENTIFIER from its dotted form. */
export function objectIdentifier(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split(".").map(Number);
  const octets = [first * 40 + second, ...rest].flatMap((arc) => {
    const digits = [arc % 128];
    for (let left = Math.floor(arc / 128); left > 0; left = Math.floor(left / 128))
      digits.unshift((left % 128) | 0x80);
    return digits;
  });
  return encodeTagged(0x06, Buffer.from(octets));
}

/** A Time as RFC 5280 §4.1.2.5 requires: UTCTime until 2049, GeneralizedTime from 2050 on. */
export function time(instant: Date): Buffer {
  const digits = instant.toISOString().replaceAll(/[-:T]|\.\d+/gu, "");
  return instant.getUTCFullYear() < 2050
    ? encodeTagged(0x17, Buffer.from(digits.slice(2), "ascii"))
    : encodeTagged(0x18, Buffer.from(digits, "ascii"));
}
