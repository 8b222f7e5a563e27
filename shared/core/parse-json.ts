import { isRecord, recordOf } from "./record.ts";

/**
 * Objects and arrays inside each other, at most. Ours: no message, row or record needs ten, and what
 * works through a value level by level (JSON.stringify, a schema) overflows the stack at a few thousand.
 */
export const DEEPEST_LEVEL = 64;

/** A JSON text that is not used. Neither this nor its cause quotes a value of the text. */
export class UnusableJson extends Error {
  override readonly name = "UnusableJson";
  readonly fault: "malformed" | "too-deep" | "duplicate-name";
  /** What is wrong, to follow `The message` or `The line`: "is malformed JSON at character 7 of 9". */
  readonly what: string;

  constructor(fault: UnusableJson["fault"], what: string) {
    super(`The text ${what}.`);
    this.fault = fault;
    this.what = what;
  }
}

/**
 * Parses a JSON text that this program did not write, or that may have been damaged since: call it instead of
 * JSON.parse for every message, row and stored record. It refuses a text that nests deeper than
 * `DEEPEST_LEVEL`, before it parses, and an object that has the same property twice, of which JSON.parse
 * silently keeps the last. A property named `__proto__` becomes an own property like any other and
 * changes no prototype; a schema that does not know it refuses it.
 *
 * @throws UnusableJson
 */
export function parseJson(text: string): unknown {
  const { levels, properties } = measure(text);
  if (levels > DEEPEST_LEVEL) throw tooDeep();
  const value = parse(text);
  if (properties !== countProperties(value)) throw duplicate(text);
  return value;
}

/** The record in a text; an empty one if the text is damaged, or is no record. */
export function recordIn(text: string): Readonly<Record<string, unknown>> {
  try {
    return recordOf(parseJson(text));
  } catch {
    return {};
  }
}

/**
 * Whether a value nests deeper than `DEEPEST_LEVEL`: for a message that the Functions library has parsed
 * already. It never overflows the stack.
 */
export function isTooDeep(value: unknown, level = 0): boolean {
  if (typeof value !== "object" || value === null) return false;
  if (level === DEEPEST_LEVEL) return true;
  return Object.values(value).some((each) => isTooDeep(each, level + 1));
}

/** The refusal of a value or a text that nests too deep. */
export const tooDeep = (): UnusableJson =>
  new UnusableJson("too-deep", `nests objects or arrays more than ${DEEPEST_LEVEL} levels deep`);

/** The parser's own message quotes the text, so only its position is passed on. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    const at = / at position (\d+)/.exec(String(error))?.[1];
    const where = at === undefined ? "" : ` at character ${Number(at) + 1} of ${text.length}`;
    throw new UnusableJson("malformed", `is malformed JSON${where}`);
  }
}

const QUOTE = 0x22;
const COLON = 0x3a;
const BACKSLASH = 0x5c;
/** `[` and `{` differ in one bit, and so do `]` and `}`: told this way at a third of a Set's cost. */
const isOpening = (code: number): boolean => (code | 0x20) === 0x7b;
const isClosing = (code: number): boolean => (code | 0x20) === 0x7d;

/** How deep a text nests, and how many properties it has: a colon outside of a string belongs to one. */
function measure(text: string): { readonly levels: number; readonly properties: number } {
  let level = 0;
  let levels = 0;
  let properties = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) at = endOfString(text, at);
    else if (code === COLON) properties += 1;
    else if (isClosing(code)) level -= 1;
    else if (isOpening(code) && ++level > levels) levels = level;
  }
  return { levels, properties };
}

/** The index of the quote that closes the string from `start`; the length of the text if there is none. */
function endOfString(text: string, start: number): number {
  for (let at = text.indexOf('"', start + 1); at >= 0; at = text.indexOf('"', at + 1)) {
    let backslashes = 0;
    while (text.charCodeAt(at - 1 - backslashes) === BACKSLASH) backslashes += 1;
    if (backslashes % 2 === 0) return at;
  }
  return text.length;
}

/** Properties of a value and of all that is in it. A duplicate in the text is one less here. */
function countProperties(value: unknown): number {
  if (typeof value !== "object" || value === null) return 0;
  const inside = Object.values(value);
  let count = isRecord(value) ? inside.length : 0;
  for (const each of inside) count += countProperties(each);
  return count;
}

/** A name that can be no personal data, because it is no address and not long. */
const HARMLESS_NAME = /^\w{1,64}$/;

/** Looks for the first duplicate in a text that was parsed, to say which property it is. */
function duplicate(text: string): UnusableJson {
  const open: Set<string>[] = [];
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (isOpening(code)) open.push(new Set());
    else if (isClosing(code)) open.pop();
    if (code !== QUOTE) continue;
    const start = at;
    at = endOfString(text, start);
    if (!/^\s*:/.test(text.slice(at + 1, at + 1 + 256))) continue;
    const name = String(JSON.parse(text.slice(start, at + 1)));
    if (open.at(-1)?.has(name)) {
      const which = HARMLESS_NAME.test(name) ? `the property ${name}` : "a property";
      return new UnusableJson(
        "duplicate-name",
        `has ${which} twice in one object (again at character ${start + 1} of ${text.length})`,
      );
    }
    open.at(-1)?.add(name);
  }
  return new UnusableJson("duplicate-name", "has a property twice in one object");
}
