import { isInCalendar } from "../core/clock.ts";
import { isGuid } from "../core/object-id.ts";
import { parseJson } from "../core/parse-json.ts";
import { isRecord } from "../core/record.ts";
import type { Field, FieldResult } from "./payload.ts";
import { type NamedKind, isUpn, parseReference, ruleOf, textOf } from "./reference.ts";

const value = <T>(read: T): FieldResult<T> => ({ value: read });
const broken = (rule: string): { readonly broken: string } => ({ broken: rule });

/** A field that every row must fill; the others may be left out. */
export const required = <T, C extends boolean>(field: Field<T, boolean, C>): Field<T, true, C> => ({
  ...field,
  required: true,
});

/** A field that a row may leave out, and may set to null. */
const field = <T>(read: (raw: unknown) => FieldResult<T>): Field<T, false, true> => ({
  required: false,
  clearable: true,
  read,
});

/** A field that Graph never takes as null. */
export const notClearable = <T, R extends boolean>(clearable: Field<T, R>): Field<T, R, false> => ({
  ...clearable,
  clearable: false,
});

/** Text of at most `longest` characters, without control characters; `lines` allows several lines. */
export const text = (
  longest: number,
  options: { lines?: boolean } = {},
): Field<string, false, true> =>
  field((raw) => {
    if (typeof raw !== "string") return broken("must be text");
    if (raw.trim() === "") return broken("must not be blank");
    if (raw.length > longest) return broken(`must be at most ${longest} characters`);
    const seen = options.lines ? raw.replaceAll(/[\r\n\t]/g, " ") : raw;
    // oxlint-disable-next-line no-control-regex -- it refuses control characters
    if (/[\u0000-\u001f\u007f]/.test(seen)) return broken("must not hold control characters");
    return value(raw);
  });

/** `true` or `false`; as text in any case, because a CSV cell is text. */
export const flag = notClearable(
  field((raw): FieldResult<boolean> => {
    if (typeof raw === "boolean") return value(raw);
    const word = typeof raw === "string" ? raw.trim().toLowerCase() : "";
    return word === "true" || word === "false"
      ? value(word === "true")
      : broken("must be true or false");
  }),
);

/** An instant in ISO 8601; a date alone means midnight UTC. Graph keeps instants as UTC. */
export const instant = field((raw): FieldResult<string> => {
  const form = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,7})?)?(Z|[+-]\d{2}:\d{2}))?$/;
  if (typeof raw !== "string" || !form.test(raw.trim())) {
    return broken("must be a date such as 2026-11-21 or 2026-11-21T09:00:00Z");
  }
  return isInCalendar(raw.trim())
    ? value(new Date(raw.trim()).toISOString().replace(".000Z", "Z"))
    : broken("is not a date in the calendar");
});

/** A list of texts: a JSON array, or one CSV cell with `|` between. */
export const list = (longest: number, most: number): Field<readonly string[], false, false> =>
  notClearable(
    field((raw) => {
      const items: unknown =
        typeof raw === "string" ? raw.split("|").map((item) => item.trim()) : raw;
      if (!isTexts(items))
        return broken("must be a list of texts (in CSV, one cell with | between)");
      if (items.length > most)
        return broken(`must have at most ${most} ${most === 1 ? "entry" : "entries"}`);
      if (items.some((item) => item === "" || item.length > longest)) {
        return broken(`each entry must have 1 to ${longest} characters`);
      }
      return value(items);
    }),
  );

/** A list that `(clear)` leaves without entries. */
export const emptiable = <R extends boolean, C extends boolean>(
  texts: Field<readonly string[], R, C>,
): Field<readonly string[], R, C> => ({ ...texts, empty: [] });

const isTexts = (raw: unknown): raw is readonly string[] =>
  Array.isArray(raw) && raw.every((item) => typeof item === "string");

/** What `record` makes: texts by property; null clears one. */
export type TextRecord = Readonly<Record<string, string | null>>;

/** A JSON object of texts with only these properties; in CSV the cell holds the JSON. */
export const record = (
  properties: readonly string[],
  options: { all?: boolean } = {},
): Field<TextRecord, false, false> =>
  notClearable(
    field((raw) => {
      const object = typeof raw === "string" ? jsonIn(raw) : raw;
      const rule = `must be a JSON object with ${options.all ? "both" : "some"} of ${properties.join(", ")}`;
      if (!isTextRecord(object)) return broken(rule);
      const names = Object.keys(object);
      const isKnown = names.every((name) => properties.includes(name));
      if (!isKnown || names.length === 0) return broken(rule);
      if (options.all && names.length !== properties.length) return broken(rule);
      return value(object);
    }),
  );

const isTextRecord = (raw: unknown): raw is TextRecord =>
  isRecord(raw) && Object.values(raw).every((each) => typeof each === "string" || each === null);

function jsonIn(raw: string): unknown {
  try {
    return parseJson(raw);
  } catch {
    return undefined;
  }
}

/** The name of a new user: `A-Z a-z 0-9 ' . - _ ! # ^ ~`, then @ and a domain. */
export const userPrincipalName = notClearable(
  field((raw): FieldResult<string> => {
    const name = typeof raw === "string" ? raw.trim() : "";
    return isUpn(name)
      ? value(name)
      : broken("must be a user principal name: A-Z a-z 0-9 ' . - _ ! # ^ ~, then @ and a domain");
  }),
);

/** What names an object of a kind, as `reference.ts` reads it. Only the plan's lookup shows what it means. */
const reference = (kind: NamedKind): Field<string, false, false> =>
  notClearable(
    field((raw): FieldResult<string> => {
      const meant = typeof raw === "string" ? parseReference(kind, raw) : undefined;
      return meant === undefined ? broken(ruleOf(kind)) : value(textOf(kind, meant));
    }),
  );

/** A user: object id, user principal name (a guest's has #EXT#), or `key:value`. */
export const userReference = reference("user");

/** A group: object id, display name, or `key:value`. */
export const groupReference = reference("group");

/** A device: object id, display name, or `key:value`. */
export const deviceReference = reference("device");

/** An administrative unit, by object id or by a display name that only one has. */
export const unitReference = reference("unit");

/** An object id: of something that has no name any more. */
export const objectId = notClearable(
  field((raw): FieldResult<string> => {
    const ref = typeof raw === "string" ? raw.trim() : "";
    return isGuid(ref) ? value(ref.toLowerCase()) : broken("must be an object id (a GUID)");
  }),
);

/** One mail address. */
export const mailAddress = notClearable(
  field((raw): FieldResult<string> => {
    const address = typeof raw === "string" ? raw.trim() : "";
    return address.length <= 254 && /^[^@\s|,;]+@[^@\s|,;]+\.[^@\s|,;]+$/.test(address)
      ? value(address)
      : broken("must be a mail address");
  }),
);

/** The address of a page. */
export const webAddress = notClearable(
  field((raw): FieldResult<string> => {
    const address = typeof raw === "string" ? raw.trim() : "";
    return /^https?:\/\/[^\s]+$/i.test(address) && address.length <= 2048
      ? value(address)
      : broken("must be an address that begins with https://");
  }),
);

/** Two letters, ISO 3166: Graph accepts no other usage location. */
export const country2 = field((raw): FieldResult<string> =>
  typeof raw === "string" && /^[A-Za-z]{2}$/.test(raw.trim())
    ? value(raw.trim().toUpperCase())
    : broken("must be a two-letter country code (ISO 3166)"),
);

/** One of a few words, in any case. */
export const oneOf = <const Word extends string>(
  words: readonly Word[],
): Field<Word, false, true> =>
  field((raw) => {
    const found = words.find(
      (word) => typeof raw === "string" && word.toLowerCase() === raw.trim().toLowerCase(),
    );
    return found === undefined ? broken(`must be one of ${words.join(", ")}`) : value(found);
  });
