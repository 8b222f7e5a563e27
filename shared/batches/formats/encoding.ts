import { isUtf8 } from "node:buffer";

/** Text that cannot be read; the reader knows the row and adds it. */
export class UnreadableText extends Error {
  override readonly name = "UnreadableText";
  readonly fix: string;
  /** The file is not text at all, so that no place in it can be named. */
  readonly isForeign: boolean;

  constructor(what: string, fix: string, isForeign = false) {
    super(what);
    this.fix = fix;
    this.isForeign = isForeign;
  }
}

const SAVE_AS = 'Save the file as "CSV UTF-8" (or JSON Lines in UTF-8) and upload it again.';

/** The first bytes of files that are not text, and what they are. */
const FOREIGN: readonly (readonly [string, string])[] = [
  ["504b0304", "is a workbook or zip archive (it begins with PK), not text"],
  ["1f8b", "is compressed with gzip, not text"],
  ["25504446", "is a PDF document, not text"],
  ["fffe0000", "is UTF-32 text"],
  ["0000feff", "is UTF-32 text"],
];

/**
 * The text of a file in UTF-8 with or without BOM, or in UTF-16 of either order with BOM, piece by
 * piece and without the BOM. The text before an unreadable byte is yielded before the error,
 * so that the reader of the text has reached the fault.
 *
 * @throws UnreadableText
 */
export async function* decodeText(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  let decode: ((piece: Buffer, isLast: boolean) => Decoded) | undefined;
  let rest: Buffer = Buffer.alloc(0);
  for await (const piece of bytes) {
    rest = rest.length === 0 ? asBuffer(piece) : Buffer.concat([rest, piece]);
    if (decode === undefined) {
      if (rest.length < 4) continue;
      const { skip, decode: chosen } = chooseDecoder(rest);
      decode = chosen;
      rest = rest.subarray(skip);
    }
    const { text, used, broken } = decode(rest, false);
    if (text !== "") yield text;
    if (broken) throw broken;
    rest = rest.subarray(used);
  }
  if (decode === undefined) {
    const { skip, decode: chosen } = chooseDecoder(rest);
    decode = chosen;
    rest = rest.subarray(skip);
  }
  const { text, broken } = decode(rest, true);
  if (text !== "") yield text;
  if (broken) throw broken;
}

interface Decoded {
  readonly text: string;
  /** The bytes that became text; the others wait for the next piece. */
  readonly used: number;
  readonly broken?: UnreadableText | undefined;
}

const asBuffer = (piece: Uint8Array): Buffer =>
  Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength);

function chooseDecoder(head: Buffer): {
  skip: number;
  decode: (piece: Buffer, isLast: boolean) => Decoded;
} {
  const start = head.subarray(0, 4).toString("hex");
  const foreign = FOREIGN.find(([mark]) => start.startsWith(mark));
  if (foreign) throw new UnreadableText(`The file ${foreign[1]}.`, SAVE_AS, true);
  if (start.startsWith("efbbbf")) return { skip: 3, decode: decodeUtf8 };
  if (start.startsWith("fffe")) return { skip: 2, decode: decodeUtf16(false) };
  if (start.startsWith("feff")) return { skip: 2, decode: decodeUtf16(true) };
  return { skip: 0, decode: decodeUtf8 };
}

function decodeUtf8(piece: Buffer, isLast: boolean): Decoded {
  const used = isLast ? piece.length : wholeUtf8(piece);
  const whole = piece.subarray(0, used);
  if (isUtf8(whole)) return withoutNul(whole.toString("utf8"), used);
  const valid = whole.subarray(0, validUtf8(whole));
  const broken = new UnreadableText("The file holds bytes that are not UTF-8.", SAVE_AS);
  return { broken, ...withoutNul(valid.toString("utf8"), used) };
}

/** The place at which the last character begins if the piece ends inside it, otherwise the piece's end. */
function wholeUtf8(piece: Buffer): number {
  for (let back = 1; back <= 3 && back <= piece.length; back++) {
    const byte = piece[piece.length - back]!;
    if (byte < 0x80) break;
    if (byte >= 0xc0) {
      const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
      return length > back ? piece.length - back : piece.length;
    }
  }
  return piece.length;
}

/** The length of the longest valid beginning, by binary search: after the fault no beginning is valid. */
function validUtf8(piece: Buffer): number {
  let good = 0;
  let bad = piece.length + 1;
  while (bad - good > 1) {
    const middle = Math.floor((good + bad) / 2);
    const whole = wholeUtf8(piece.subarray(0, middle));
    if (isUtf8(piece.subarray(0, whole))) good = middle;
    else bad = middle;
  }
  return wholeUtf8(piece.subarray(0, good));
}

const decodeUtf16 =
  (isBigEndian: boolean) =>
  (piece: Buffer, isLast: boolean): Decoded => {
    const even = piece.length - (piece.length % 2);
    const whole = Buffer.from(piece.subarray(0, even));
    let text = (isBigEndian ? whole.swap16() : whole).toString("utf16le");
    if (!isLast && /[\ud800-\udbff]$/.test(text)) text = text.slice(0, -1);
    const used = text.length * 2;
    const lone = text.search(/\p{Surrogate}/u);
    if (lone >= 0 || (isLast && piece.length % 2 === 1)) {
      const broken = new UnreadableText("The file holds bytes that are not UTF-16.", SAVE_AS);
      return { broken, ...withoutNul(lone >= 0 ? text.slice(0, lone) : text, used) };
    }
    return withoutNul(text, used);
  };

/** Zero characters among so many others are single faults; UTF-16 read as UTF-8 has far more. */
const FEW = 1 / 8;

/** Many zero characters show UTF-16 without a BOM, or a file that is not text; a few are in its cells. */
function withoutNul(text: string, used: number): Decoded {
  const at = text.indexOf("\u0000");
  if (at < 0) return { text, used };
  const isText = text.split("\u0000").length - 1 <= text.length * FEW;
  return {
    text: text.slice(0, at),
    used,
    broken: isText
      ? new UnreadableText(
          "A cell holds a zero character (NUL), which no value may have.",
          "Remove it, for example in the export that wrote the file, and upload the file again.",
        )
      : new UnreadableText(
          "The file holds zero characters: it is UTF-16 without a byte order mark, or no text.",
          SAVE_AS,
        ),
  };
}
