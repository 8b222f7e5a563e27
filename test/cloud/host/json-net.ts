/** A number as Json.NET keeps it: an integer of any length, or a double. */
export class NetNumber {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** A text that Json.NET took for a date, because it looks like `2020-01-31T12:00:00`. */
export class NetDate {
  readonly utcMs: number;
  /** Whether the text had a zone: none, `Z` or an offset. */
  readonly zone: "" | "Z" | "+00:00";

  constructor(utcMs: number, zone: "" | "Z" | "+00:00") {
    this.utcMs = utcMs;
    this.zone = zone;
  }
}

export type NetValue =
  | string
  | boolean
  | null
  | undefined
  | NetNumber
  | NetDate
  | readonly NetValue[]
  | NetObject;

export type NetObject = ReadonlyMap<string, NetValue>;

/** Levels that Json.NET reads (13.0.1 and later). */
const DEPTH = 64;

const SKIPPED = /(?:\s|\/\*[^]*?\*\/|\/\/[^\r\n]*)*/y;
const NAME = /[\w$]+/y;
const TEXT = /"(?:[^"\\]|\\[^])*"|'(?:[^'\\]|\\[^])*'/y;
const WORD = /true|false|null|undefined/y;
const NUMBER = /-?(?:0[xX][\da-fA-F]+|(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?)/y;

const WORDS: Readonly<Record<string, boolean | null | undefined>> = {
  true: true,
  false: false,
  null: null,
};

const ESCAPES: Readonly<Record<string, string>> = {
  b: "\b",
  t: "\t",
  n: "\n",
  f: "\f",
  r: "\r",
  "\\": "\\",
  '"': '"',
  "'": "'",
  "/": "/",
};

/**
 * Reads an object as `JObject.Parse` of Json.NET does, with which the host reads host.json and the bodies of
 * messages: comments, trailing commas, single quotes and bare names are accepted, texts that look like
 * dates become dates. Its `new Date(…)`, `NaN` and `Infinity` are not emulated.
 *
 * @throws SyntaxError for everything else, and for more than 64 levels.
 */
export function parseNetObject(text: string): NetObject {
  let at = 0;
  const read = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    const found = pattern.exec(text)?.[0];
    at += found?.length ?? 0;
    return found;
  };
  const sees = (character: string): boolean => {
    read(SKIPPED);
    if (text[at] !== character) return false;
    at += 1;
    return true;
  };
  const wrong = (): SyntaxError =>
    new SyntaxError(`Unexpected ${text[at] ?? "end"} at position ${at} of the JSON`);

  const members = (depth: number): NetObject => {
    const found = new Map<string, NetValue>();
    while (!sees("}")) {
      const quoted = read(TEXT);
      const name = quoted === undefined ? read(NAME) : unescape(quoted);
      if (name === undefined || !sees(":")) throw wrong();
      found.set(name, value(depth));
      if (!sees(",") && text[at] !== "}") throw wrong();
    }
    return found;
  };
  const elements = (depth: number): NetValue[] => {
    const found: NetValue[] = [];
    while (!sees("]")) {
      found.push(text[at] === "," ? undefined : value(depth));
      if (!sees(",") && text[at] !== "]") throw wrong();
    }
    return found;
  };
  const value = (depth: number): NetValue => {
    if (depth > DEPTH) throw new SyntaxError(`The JSON has more than ${DEPTH} levels`);
    if (sees("{")) return members(depth + 1);
    if (sees("[")) return elements(depth + 1);
    const quoted = read(TEXT);
    if (quoted !== undefined) return textOrDate(unescape(quoted));
    const word = read(WORD);
    if (word !== undefined) return WORDS[word];
    const number = read(NUMBER);
    if (number === undefined) throw wrong();
    return new NetNumber(numberText(number));
  };

  if (!sees("{")) throw wrong();
  const found = members(1);
  read(SKIPPED);
  if (at < text.length) throw wrong();
  return found;
}

function unescape(quoted: string): string {
  return quoted.slice(1, -1).replaceAll(/\\(?:u([\da-fA-F]{4})|([^]))/g, (whole, code, one) => {
    if (code !== undefined) return String.fromCharCode(Number.parseInt(String(code), 16));
    const character = ESCAPES[String(one)];
    if (character === undefined) throw new SyntaxError(`Bad escape ${whole} in the JSON`);
    return character;
  });
}

/** Integers keep all digits; a leading zero means octal. Doubles are written as .NET writes them. */
function numberText(text: string): string {
  const sign = text.startsWith("-") ? "-" : "";
  const digits = text.slice(sign.length);
  if (/^0[xX]/.test(digits)) return sign + String(BigInt(digits));
  if (/^0[0-7]+$/.test(digits)) return sign + String(BigInt(`0o${digits.slice(1)}`));
  return /^\d+$/.test(digits) ? String(BigInt(text)) : doubleText(Number(text));
}

/** A double as .NET writes it: an exponent from 15 digits on, and below 0.0001. */
export function doubleText(value: number): string {
  const [digits = "", power = "0"] = value.toExponential().split("e");
  const exponent = Number(power);
  if (exponent >= -4 && exponent < 15) return String(value);
  return `${digits}E${exponent < 0 ? "-" : "+"}${String(Math.abs(exponent)).padStart(2, "0")}`;
}

const DATE = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,7}))?(Z|[-+]\d\d:?\d\d)?$/;

function textOrDate(text: string): string | NetDate {
  const [, seconds = "", fraction = "", zone = ""] = DATE.exec(text) ?? [];
  const utcMs = Date.parse(`${seconds}.${fraction.slice(0, 3).padEnd(3, "0")}${zone || "Z"}`);
  if (!seconds || Number.isNaN(utcMs)) return text;
  return new NetDate(utcMs, zone === "" || zone === "Z" ? zone : "+00:00");
}

const isoText = ({ utcMs, zone }: NetDate): string =>
  new Date(utcMs).toISOString().replace(/\.?0*Z$/, zone);

/** A plain value as text, as .NET converts it; `undefined` for null, and for objects and arrays. */
export function netText(value: NetValue): string | undefined {
  if (typeof value === "boolean") return value ? "True" : "False";
  if (value instanceof NetNumber) return value.text;
  if (value instanceof NetDate) {
    const [year = "", month = "", rest = ""] = new Date(value.utcMs).toISOString().split("-");
    return `${month}/${rest.slice(0, 2)}/${year} ${rest.slice(3, 11)}`;
  }
  return typeof value === "string" ? value : undefined;
}

/** A value as JSON again. */
export function netJson(value: NetValue): string {
  if (value instanceof NetNumber) return value.text;
  if (value instanceof NetDate) return JSON.stringify(isoText(value));
  if (value instanceof Map) {
    const all = [...(value as NetObject)];
    return `{${all.map(([name, each]) => `${JSON.stringify(name)}:${netJson(each)}`).join(",")}}`;
  }
  if (Array.isArray(value)) return `[${value.map((each) => netJson(each as NetValue)).join(",")}]`;
  return JSON.stringify(value ?? null);
}
