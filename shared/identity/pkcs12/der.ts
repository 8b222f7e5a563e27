/** One element of DER (ITU-T X.690): its tag octet and its content. */
export interface DerElement {
  readonly tag: number;
  readonly content: Buffer;
}

/** The bytes are not the expected DER. `pfx.ts` turns it into an OperatorError. */
export class DerError extends Error {
  override readonly name = "DerError";
}

export const TAG = {
  integer: 0x02,
  octetString: 0x04,
  objectIdentifier: 0x06,
  sequence: 0x30,
  /** `[0]`, constructed (explicit) and primitive (implicit). */
  context0: 0xa0,
  context0Primitive: 0x80,
} as const;

/**
 * The elements in `bytes`, in order.
 * @throws DerError if a length is missing, indefinite or past the end.
 */
export function readAll(bytes: Buffer): DerElement[] {
  const elements: DerElement[] = [];
  for (let at = 0; at < bytes.length;) {
    const tag = octet(bytes, at);
    if ((tag & 0x1f) === 0x1f) throw new DerError("a tag of several octets");
    const { length, start } = readLength(bytes, at + 1);
    if (start + length > bytes.length) throw new DerError("a length past the end");
    elements.push({ tag, content: bytes.subarray(start, start + length) });
    at = start + length;
  }
  return elements;
}

/** The content of the only element in `bytes`. @throws DerError if there is more, or another tag. */
export function readOne(bytes: Buffer, tag: number): Buffer {
  const [element, ...rest] = readAll(bytes);
  if (rest.length > 0) throw new DerError("bytes after the end");
  return contentOf(element, tag);
}

/** The elements of a SEQUENCE. */
export const readSequence = (element: DerElement | undefined): DerElement[] =>
  readAll(contentOf(element, TAG.sequence));

export function contentOf(element: DerElement | undefined, tag: number): Buffer {
  if (element === undefined) throw new DerError("an element is missing");
  if (element.tag !== tag) throw new DerError(`tag ${element.tag} instead of ${tag}`);
  return element.content;
}

/** A dotted object identifier. */
export function readOid(element: DerElement | undefined): string {
  const content = contentOf(element, TAG.objectIdentifier);
  if (content.length === 0 || content.length > 32) throw new DerError("no object identifier");
  const arcs: number[] = [];
  let arc = 0;
  for (const byte of content) {
    arc = arc * 128 + (byte & 0x7f);
    if (byte < 0x80) {
      arcs.push(arc);
      arc = 0;
    }
  }
  const first = arcs.shift() ?? 0;
  const root = Math.min(2, Math.floor(first / 40));
  return [root, first - root * 40, ...arcs].join(".");
}

/** A positive integer below 2³². */
export function readCount(element: DerElement | undefined): number {
  const content = contentOf(element, TAG.integer);
  if (content.length === 0 || content.length > 5) throw new DerError("an integer out of range");
  const value = content.readUIntBE(0, content.length);
  if (octet(content, 0) >= 0x80 || value > 0xffff_ffff)
    throw new DerError("an integer out of range");
  return value;
}

function readLength(bytes: Buffer, at: number): { length: number; start: number } {
  const first = octet(bytes, at);
  if (first < 0x80) return { length: first, start: at + 1 };
  const size = first & 0x7f;
  if (size === 0) throw new DerError("an indefinite length, which DER does not allow");
  if (size > 4 || at + 1 + size > bytes.length) throw new DerError("a length past the end");
  return { length: bytes.readUIntBE(at + 1, size), start: at + 1 + size };
}

function octet(bytes: Buffer, at: number): number {
  const value = bytes[at];
  if (value === undefined) throw new DerError("an element is cut off");
  return value;
}
