import { dateOf } from "./date-form.ts";
import type { Mapping } from "./mapping.ts";
import { isSame, leftOutBy } from "./row-filter.ts";
import { fillTemplate, partsOf, type TemplatePart } from "./template.ts";

type Cells = Readonly<Record<string, unknown>>;

/** A property that cannot be made of a row, and why: "has …", without the row's values. */
export interface MappingFault {
  readonly column: string;
  readonly rule: string;
}

/** A name of which the next free form is taken: `name`, `name2`, … before the @. */
export interface WantedName {
  readonly base: string;
  /** What tells whether the person has an account already; absent if nothing does. */
  readonly person?: string | undefined;
}

/** What a mapping makes of a row. */
export interface MappedRow {
  readonly cells: Cells;
  readonly faults: readonly MappingFault[];
  /** Why the row is left out, if it is. */
  readonly leftOut?: string | undefined;
  readonly wanted?: WantedName | undefined;
}

/** What was chosen for a row that wanted a free name, once and for all. */
export type ChosenName =
  | { readonly name: string }
  | { readonly skip: string }
  | { readonly broken: string };

/** Makes the properties of operations out of the columns of an input. */
export interface Mapper {
  readonly mapping: Mapping;
  /** Where the mapping lies, for messages. */
  readonly path: string;
  /** Answers for every row; never throws. */
  readonly map: (cells: Cells, chosen?: ChosenName) => MappedRow;
}

/** Properties that are names to sign in with, unless their template says otherwise. */
const NAMES = new Set(["userPrincipalName", "mailNickname"]);

interface Rule {
  readonly property: string;
  readonly parts: readonly TemplatePart[];
  readonly isName: boolean;
  readonly free?: { readonly person: string } | undefined;
}

/** `kept`: the columns that mean the same in every input. */
export function createMapper(mapping: Mapping, path: string, kept: readonly string[]): Mapper {
  const rules = Object.entries(mapping.templates).map(([property, template]): Rule => {
    const {
      text,
      form,
      free,
      person = "none",
    } = typeof template === "string" ? { text: template } : template;
    const isName = form === undefined ? NAMES.has(property) : form === "name";
    return { property, parts: partsOf(text), isName, ...(free && { free: { person } }) };
  });
  const passedOn = kept.filter((name) => !Object.values(mapping.columns).includes(name));
  return {
    mapping,
    path,
    map: (cells, chosen) => mapCells(cells, chosen, { mapping, rules, passedOn }),
  };
}

interface Plan {
  readonly mapping: Mapping;
  readonly rules: readonly Rule[];
  readonly passedOn: readonly string[];
}

function mapCells(
  cells: Cells,
  chosen: ChosenName | undefined,
  { mapping, rules, passedOn }: Plan,
): MappedRow {
  const result: Record<string, unknown> = {};
  const faults: MappingFault[] = [];
  for (const name of passedOn) if (Object.hasOwn(cells, name)) result[name] = cells[name];
  const reason = leftOutBy(mapping.filters, (column) => textOf(own(cells, column)));
  for (const [column, property] of Object.entries(mapping.columns)) {
    const read = valueOf(own(cells, column), property, mapping);
    if ("rule" in read) faults.push({ column: property, rule: read.rule });
    else if (read.value !== undefined) result[property] = read.value;
  }
  Object.assign(result, mapping.constants);
  if (reason !== undefined) return { cells: result, faults: [], leftOut: reason };
  let wanted: WantedName | undefined;
  for (const rule of rules) {
    const { property, parts, isName, free } = rule;
    const filled = fillTemplate(parts, (name) => textOf(own(result, name) ?? own(cells, name)), {
      isName,
      letters: mapping.letters,
    });
    if ("missing" in filled) faults.push({ column: property, rule: lacks(filled.missing) });
    else if (filled.text !== "") result[property] = filled.text;
    if (free === undefined || "missing" in filled) continue;
    const person = free.person === "none" ? undefined : textOf(own(result, free.person)).trim();
    if (person === "") faults.push({ column: free.person, rule: "is required for a free name" });
    else wanted = { base: filled.text, person };
    if (chosen && "broken" in chosen) faults.push({ column: property, rule: chosen.broken });
    else if (chosen && "name" in chosen) result[property] = chosen.name;
    else if (chosen) return { cells: result, faults: [], leftOut: chosen.skip };
  }
  return { cells: result, faults, wanted };
}

const lacks = (name: string): string =>
  `cannot be made, because ${name} is empty or has no letter that can be written in ASCII`;

const own = (cells: Cells, name: string): unknown =>
  Object.hasOwn(cells, name) ? cells[name] : undefined;

/** A value in words for templates and filters; a list or an object has none. */
function textOf(value: unknown): string {
  if (typeof value === "string") return value;
  return typeof value === "number" || typeof value === "boolean" ? String(value) : "";
}

/** A cell as the property takes it: without blanks around it, translated and as a date. */
function valueOf(
  raw: unknown,
  property: string,
  { values, dates }: Mapping,
): { readonly value: unknown } | { readonly rule: string } {
  const table = Object.hasOwn(values, property) ? values[property] : undefined;
  const form = Object.hasOwn(dates, property) ? dates[property] : undefined;
  const cell = typeof raw === "string" ? raw.trim() : raw;
  if (table !== undefined && (typeof cell !== "object" || cell === null)) {
    const text = textOf(cell);
    const [, found] = Object.entries(table).find(([word]) => isSame(word, text)) ?? [];
    const value = found ?? (text === "" ? cell : table["*"]);
    if (value === undefined && text !== "") {
      return { rule: `has a value that the mapping's values.${property} does not list` };
    }
    return { value };
  }
  if (form === undefined || typeof cell !== "string" || cell === "") return { value: cell };
  const date = dateOf(cell, form);
  return date === undefined
    ? { rule: `is no date of the form ${form}, which the mapping's dates.${property} says` }
    : { value: date };
}
