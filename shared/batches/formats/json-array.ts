import type { ErrorCode } from "../../core/errors.ts";
import { limits } from "../../core/limits.ts";
import type { InputFault, InputPiece, InputReader, InputRow } from "./input-row.ts";
import { parseObject } from "./json-object.ts";

const QUOTE = 0x22;
const COMMA = 0x2c;
const OPEN_ARRAY = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_ARRAY = 0x5d;
const OPEN_OBJECT = 0x7b;
const LINE_FEED = 0x0a;

/** `[` and `{` differ in one bit, and so do `]` and `}`. */
const isOpening = (code: number): boolean => (code | 0x20) === OPEN_OBJECT;
const isClosing = (code: number): boolean => (code | 0x20) === 0x7d;
/** White space as JSON has it. */
const isBlank = (code: number): boolean =>
  code === 0x20 || code === LINE_FEED || code === 0x0d || code === 0x09;

/** What may come next, outside of an object. */
type Expected = "array" | "first" | "object" | "comma" | "nothing";

/** How far a file has been read. */
interface Progress {
  /** What has come and is not read yet: empty, or it begins with an object that has not ended. */
  text: string;
  /** How far that object was looked at, and where that is: levels that are open, in a string, after a backslash. */
  seen: number;
  level: number;
  isString: boolean;
  isEscaped: boolean;
  expected: Expected;
  row: number;
  /** The line at the beginning of the text. */
  line: number;
}

/** Reads a JSON array of objects in pieces; each object is a row, and no more than one is kept. */
export function createJsonArrayReader(rowBytes = limits.rowBytes): InputReader {
  const progress: Progress = {
    text: "",
    seen: 0,
    level: 0,
    isString: false,
    isEscaped: false,
    expected: "array",
    row: 0,
    line: 1,
  };
  return {
    push: (piece) => {
      progress.text += piece;
      return read(progress, rowBytes);
    },
    end: () => ({
      rows: [],
      ended: progress.expected === "nothing",
      fault: progress.expected === "nothing" ? undefined : cutOff(progress),
    }),
    at: () => placeOf(progress),
  };
}

/** Reads all whole objects of the text that has come. */
function read(progress: Progress, rowBytes: number): InputPiece {
  const rows: InputRow[] = [];
  let start = 0;
  const stop = (fault?: InputFault): InputPiece => {
    progress.text = progress.text.slice(start);
    progress.seen -= start;
    return { rows, fault };
  };
  for (;;) {
    if (progress.level === 0) {
      start = skipBetween(progress, start);
      const { text, expected } = progress;
      if (start >= text.length) return stop();
      const isObject = expected === "object" || expected === "first";
      if (!isObject || text.charCodeAt(start) !== OPEN_OBJECT)
        return stop(unexpected(progress, start));
      progress.seen = start;
    }
    const end = endOfObject(progress);
    if (isLarger(progress.text, start, end ?? progress.text.length, rowBytes)) {
      return stop(tooLarge(progress, rowBytes));
    }
    if (end === undefined) return stop();
    const content = progress.text.slice(start, end);
    const cells = parseObject(content);
    if (typeof cells === "string") return stop(unreadable(progress, cells));
    progress.row += 1;
    rows.push({ row: progress.row, line: progress.line, cells });
    progress.line += content.split("\n").length - 1;
    progress.expected = "comma";
    start = end;
  }
}

/** Skips what is between two objects, and answers where the next one, or something wrong, begins. */
function skipBetween(progress: Progress, start: number): number {
  const { text } = progress;
  let at = start;
  for (; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === LINE_FEED) progress.line += 1;
    if (isBlank(code)) continue;
    const { expected } = progress;
    if (code === OPEN_ARRAY && expected === "array") progress.expected = "first";
    else if (code === COMMA && expected === "comma") progress.expected = "object";
    else if (code === CLOSE_ARRAY && (expected === "comma" || expected === "first")) {
      progress.expected = "nothing";
    } else break;
  }
  return at;
}

/** The end of the object that is being looked at; `undefined` if it has not come yet. */
function endOfObject(progress: Progress): number | undefined {
  const { text } = progress;
  let { level, isString, isEscaped } = progress;
  let at = progress.seen;
  for (; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (isString) {
      if (isEscaped) isEscaped = false;
      else if (code === BACKSLASH) isEscaped = true;
      else if (code === QUOTE) isString = false;
    } else if (code === QUOTE) isString = true;
    else if (isOpening(code)) level += 1;
    else if (isClosing(code) && --level === 0) break;
  }
  Object.assign(progress, { level, isString, isEscaped, seen: at });
  return level === 0 ? at + 1 : undefined;
}

const isLarger = (text: string, from: number, to: number, most: number): boolean =>
  (to - from) * 3 > most && (to - from > most || Buffer.byteLength(text.slice(from, to)) > most);

const placeOf = ({ row, line, expected }: Progress) =>
  expected === "array" ? { line } : { row: row + 1, line };

const FIX =
  'Write one array of objects, [{"user": "ann@contoso.com"}, {"user": "bob@contoso.com"}].';

const faultOf = (progress: Progress, code: ErrorCode, what: string, fix = FIX): InputFault => ({
  code,
  what,
  fix,
  ...placeOf(progress),
});

const unreadable = (progress: Progress, what: string): InputFault =>
  faultOf(progress, "FILE_UNREADABLE", what);

/** What is wrong with a character that begins no object. */
function unexpected(progress: Progress, at: number): InputFault {
  const { expected, text } = progress;
  const code = text.charCodeAt(at);
  if (expected === "nothing")
    return unreadable(progress, "there is more after the array has ended");
  if (expected === "comma")
    return unreadable(progress, "there is no comma between it and the row before");
  if (expected === "array") return unreadable(progress, "it begins no array");
  if (code === CLOSE_ARRAY) return unreadable(progress, "the array ends after a comma");
  return unreadable(
    progress,
    code === OPEN_ARRAY ? "it is a JSON array, not an object" : "it is not a JSON object",
  );
}

const tooLarge = (progress: Progress, rowBytes: number): InputFault =>
  faultOf(
    progress,
    "ROW_TOO_LARGE",
    `it has more than ${rowBytes.toLocaleString("en")} bytes; perhaps a quote or a bracket is opened there and never closed`,
    "Close the quote or the bracket, or shorten the row, and send the file again.",
  );

const cutOff = (progress: Progress): InputFault =>
  progress.expected === "array"
    ? faultOf(
        progress,
        "FILE_EMPTY",
        "the file is empty",
        "Check the export that wrote it. An empty file changes nothing, so nothing was done.",
      )
    : faultOf(
        progress,
        "FILE_CUT_OFF",
        "the file ends before its array is closed",
        "Upload the whole file again; it was probably cut off on its way, and rows after this one would be missing.",
      );
