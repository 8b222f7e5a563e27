import { isGuid } from "../core/object-id.ts";
import type { Field, FieldResult } from "./operation.ts";

const value = (read: unknown): FieldResult => ({ value: read });
const broken = (rule: string): FieldResult => ({ broken: rule });

/** A field that must be given; the others may be left out. */
export const required = (field: Field): Field => ({ ...field, required: true });

const field = (read: Field["read"], clearable = true): Field => ({
  required: false,
  clearable,
  read,
});

/** Text of at most `longest` characters, without control characters; `lines` lets it have several lines. */
export const text = (
  longest: number,
  options: { clearable?: boolean; lines?: boolean } = {},
): Field =>
  field((raw) => {
    if (typeof raw !== "string") return broken("must be text");
    if (raw.trim() === "") return broken("must not be blank");
    if (raw.length > longest) return broken(`must be at most ${longest} characters`);
    const seen = options.lines ? raw.replaceAll(/[\r\n\t]/g, " ") : raw;
    // oxlint-disable-next-line no-control-regex -- control characters are what is refused
    if (/[\u0000-\u001f\u007f]/.test(seen)) return broken("must not hold control characters");
    return value(raw);
  }, options.clearable ?? true);

/** `true` or `false`, in any case; CSV has no other way to say it. */
export const flag: Field = field((raw) => {
  if (typeof raw === "boolean") return value(raw);
  const word = typeof raw === "string" ? raw.trim().toLowerCase() : "";
  return word === "true" || word === "false"
    ? value(word === "true")
    : broken("must be true or false");
}, false);

/** An instant: ISO 8601, a date alone meaning midnight UTC. Graph keeps these as UTC. */
export const instant: Field = field((raw) => {
  const form = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,7})?)?(Z|[+-]\d{2}:\d{2}))?$/;
  if (typeof raw !== "string" || !form.test(raw.trim())) {
    return broken("must be a date such as 2026-11-21 or 2026-11-21T09:00:00Z");
  }
  const at = new Date(raw.trim());
  const day = raw.trim().slice(0, 10);
  const isReal =
    !Number.isNaN(at.getTime()) && new Date(`${day}T00:00:00Z`).toISOString().startsWith(day);
  return isReal
    ? value(at.toISOString().replace(".000Z", "Z"))
    : broken("is no date of the calendar");
});

/** A list of texts: a JSON array, or one CSV cell with `|` between. */
export const list = (longest: number, most: number): Field =>
  field((raw) => {
    const items = typeof raw === "string" ? raw.split("|").map((item) => item.trim()) : raw;
    if (!Array.isArray(items) || !items.every((item) => typeof item === "string")) {
      return broken("must be a list of texts (in CSV, one cell with | between)");
    }
    if (items.length > most) return broken(`must have at most ${most} entries`);
    if (items.some((item) => item === "" || item.length > longest)) {
      return broken(`each entry must have 1 to ${longest} characters`);
    }
    return value(items);
  }, false);

/** A JSON object of texts with just these properties; in CSV the cell holds the JSON. */
export const record = (properties: readonly string[], options: { all?: boolean } = {}): Field =>
  field((raw) => {
    const object = typeof raw === "string" ? parseObject(raw) : raw;
    const rule = `must be a JSON object with ${options.all ? "both" : "some"} of ${properties.join(", ")}`;
    if (typeof object !== "object" || object === null || Array.isArray(object)) return broken(rule);
    const entries = Object.entries(object);
    const isKnown = entries.every(
      ([name, each]) => properties.includes(name) && (typeof each === "string" || each === null),
    );
    if (!isKnown || entries.length === 0) return broken(rule);
    if (options.all && entries.length !== properties.length) return broken(rule);
    return value(object);
  }, false);

function parseObject(raw: string): unknown {
  try {
    return JSON.parse(raw) as unknown;
  } catch {
    return undefined;
  }
}

/** Characters of a user principal name: user-post-users, 2025-11-18 (no accents). */
const UPN = /^[A-Za-z0-9'.\-_!#^~]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$/;

export const isUpn = (raw: string): boolean =>
  raw.length <= 113 && UPN.test(raw) && !raw.startsWith(".") && !raw.includes(".@");

/** The name of a user that is to be: `A-Z a-z 0-9 ' . - _ ! # ^ ~`, then @ and a domain. */
export const userPrincipalName: Field = field((raw) => {
  const name = typeof raw === "string" ? raw.trim() : "";
  return isUpn(name)
    ? value(name)
    : broken("must be a user principal name: A-Z a-z 0-9 ' . - _ ! # ^ ~, then @ and a domain");
}, false);

/** A guest's UPN holds #EXT#, which the rule above allows. */
export const userReference: Field = field((raw) => {
  const ref = typeof raw === "string" ? raw.trim() : "";
  if (isGuid(ref)) return value(ref.toLowerCase());
  return isUpn(ref) ? value(ref) : broken("must be an object id (a GUID) or a user principal name");
}, false);

/** An object id, or a display name; that exactly one group has it is seen when the plan looks. */
export const groupReference: Field = field((raw) => {
  const ref = typeof raw === "string" ? raw.trim() : "";
  if (ref === "") return broken("must be an object id (a GUID) or a display name");
  if (ref.length > 256) return broken("must be at most 256 characters");
  return value(isGuid(ref) ? ref.toLowerCase() : ref);
}, false);

/** Two letters, ISO 3166: Graph takes no other for a usage location. */
export const country2: Field = field((raw) =>
  typeof raw === "string" && /^[A-Za-z]{2}$/.test(raw.trim())
    ? value(raw.trim().toUpperCase())
    : broken("must be a two-letter country code (ISO 3166)"),
);

/** One of a few words. */
export const oneOf = (words: readonly string[]): Field =>
  field((raw) => {
    const found = words.find(
      (word) => typeof raw === "string" && word.toLowerCase() === raw.trim().toLowerCase(),
    );
    return found === undefined ? broken(`must be one of ${words.join(", ")}`) : value(found);
  });
