import * as v from "valibot";

import { wrongWith } from "../../core/check.ts";
import { parseJson, UnusableJson } from "../../core/parse-json.ts";
import { inheritedName, isRecord } from "../../core/record.ts";
import { isDateForm } from "./date-form.ts";
import { mappingInvalid } from "./refusal.ts";
import { templateFault } from "./template.ts";

const texts = v.record(v.string(), v.string());
const words = v.pipe(v.array(v.string()), v.minLength(1));

/** A value that is put together from others. */
const Template = v.strictObject({
  text: v.string(),
  form: v.optional(v.picklist(["text", "name"])),
  free: v.optional(v.literal(true)),
  person: v.optional(v.string()),
});

const Filter = v.strictObject({
  column: v.string(),
  in: v.optional(words),
  notIn: v.optional(words),
  notStartsWith: v.optional(v.string()),
  empty: v.optional(v.boolean()),
  reason: v.optional(v.string()),
});

const Shape = v.strictObject({
  version: v.literal(1),
  operation: v.optional(v.string()),
  columns: v.optional(texts, {}),
  constants: v.optional(texts, {}),
  templates: v.optional(v.record(v.string(), v.union([v.string(), Template])), {}),
  values: v.optional(v.record(v.string(), texts), {}),
  dates: v.optional(texts, {}),
  letters: v.optional(texts, {}),
  filters: v.optional(v.array(Filter), []),
});

/**
 * How the columns of an input become the properties of an operation (docs/input.md): checked, and with
 * every part in place. A column that it does not name is reported and not used.
 */
export type Mapping = Readonly<v.InferOutput<typeof Shape>>;

/** One rule that leaves rows out. */
export type RowFilter = Mapping["filters"][number];

/** The longest mapping, in bytes. */
export const LONGEST_MAPPING = 64 * 1024;

/**
 * Reads the mapping that lies at `path`.
 *
 * @throws InputRefusal MAPPING_INVALID with the mapping's path and the key at fault
 */
export function readMapping(text: string, path: string): Mapping {
  const value = parsed(text, path);
  if (!isRecord(value)) {
    throw mappingInvalid(path, undefined, "is no JSON object", "A mapping is one JSON object.");
  }
  const inherited = inheritedName(value);
  if (inherited !== undefined) {
    throw mappingInvalid(path, inherited, "this name is not possible", "Choose another name.");
  }
  const result = v.safeParse(Shape, value);
  if (!result.success) {
    const [issue] = result.issues;
    const key = v.getDotPath(issue) ?? undefined;
    throw mappingInvalid(path, key, wrongWith(issue), "See the parts of a mapping.");
  }
  refuseInconsistent(result.output, path);
  return result.output;
}

/** A mapping as it is kept beside the input; the same mapping has the same text. */
export const mappingText = (mapping: Mapping): string => JSON.stringify(mapping);

function parsed(text: string, path: string): unknown {
  try {
    return parseJson(text.replace(/^\uFEFF/, ""));
  } catch (error) {
    if (!(error instanceof UnusableJson)) throw error;
    throw mappingInvalid(path, undefined, error.what, "A mapping is one JSON object.");
  }
}

/** The properties that a mapping gives, with the key that gives each. */
export function* givenBy(mapping: Mapping): Generator<readonly [property: string, key: string]> {
  for (const [column, property] of Object.entries(mapping.columns))
    yield [property, `columns.${column}`];
  for (const property of Object.keys(mapping.constants)) yield [property, `constants.${property}`];
  for (const property of Object.keys(mapping.templates)) yield [property, `templates.${property}`];
}

/** Every property from one place only, and every rule about a property that is given. */
function refuseInconsistent(mapping: Mapping, path: string): void {
  const given = new Map<string, string>();
  for (const [property, key] of givenBy(mapping)) {
    const before = given.get(property);
    if (before !== undefined) {
      throw mappingInvalid(
        path,
        key,
        `${property} is given by ${before} too`,
        "Keep one of the two.",
      );
    }
    given.set(property, key);
  }
  for (const part of ["values", "dates"] as const) {
    const stray = Object.keys(mapping[part]).find((property) => !given.has(property));
    if (stray === undefined) continue;
    throw mappingInvalid(
      path,
      `${part}.${stray}`,
      `nothing gives the property ${stray}`,
      "Map a column to it.",
    );
  }
  for (const [property, form] of Object.entries(mapping.dates)) {
    if (isDateForm(form)) continue;
    throw mappingInvalid(
      path,
      `dates.${property}`,
      "is no form of a date",
      "Use YYYY, MM and DD once each, such as DD.MM.YYYY.",
    );
  }
  for (const [property, template] of Object.entries(mapping.templates)) {
    const key = `templates.${property}`;
    const fault = templateFault(typeof template === "string" ? template : template.text);
    if (fault !== undefined) {
      throw mappingInvalid(
        path,
        key,
        fault,
        "Write names in braces: {givenName}.{surname}@contoso.com.",
      );
    }
    if (typeof template !== "string") refuseFree(property, template, { given, path, key });
  }
  for (const [at, filter] of mapping.filters.entries()) refuseFilter(filter, path, `filters.${at}`);
}

function refuseFree(
  property: string,
  { free, person }: v.InferOutput<typeof Template>,
  about: {
    readonly given: ReadonlyMap<string, string>;
    readonly path: string;
    readonly key: string;
  },
): void {
  const { given, path, key } = about;
  if (free === undefined) {
    if (person === undefined) return;
    throw mappingInvalid(
      path,
      `${key}.person`,
      "belongs to a free name",
      'Add "free": true, or remove it.',
    );
  }
  if (property !== "userPrincipalName") {
    throw mappingInvalid(
      path,
      `${key}.free`,
      "only userPrincipalName can be a free name",
      "Remove it.",
    );
  }
  const isKnown = person === "none" || (person === "employeeId" && given.has(person));
  if (isKnown) return;
  throw mappingInvalid(
    path,
    `${key}.person`,
    "a free name needs the property that tells whether the person has an account already",
    'Map a column to employeeId and say "person": "employeeId"; or say "person": "none" if no person is ever sent twice.',
  );
}

function refuseFilter(filter: RowFilter, path: string, key: string): void {
  const rules = [filter.in, filter.notIn, filter.notStartsWith, filter.empty];
  if (rules.filter((rule) => rule !== undefined).length === 1) return;
  throw mappingInvalid(
    path,
    key,
    "needs one of in, notIn, notStartsWith and empty",
    "Write a filter for each rule.",
  );
}
