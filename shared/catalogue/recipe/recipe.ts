import * as v from "valibot";

import { wrongWith } from "../../core/check.ts";
import { inheritedName } from "../../core/record.ts";
import { notClearable } from "../fields.ts";
import { named, type Operation } from "../operation.ts";
import { type Field, type Fields, isPassword } from "../payload.ts";
import { listOf } from "./list-of.ts";
import {
  type Fact,
  facts,
  isFact,
  recipeFile,
  type RecipeFile,
  type RecipeStep,
} from "./recipe-file.ts";

/** The column that every recipe has: names of steps that the row leaves out. */
export const LEAVE = "leave";

/** What the cells of a step call the item of its list, or all of them. */
export const EACH = "each";
export const ALL = "all";

/** Columns that mean the same in every input or in every part, so that no recipe can have its own of the name. */
const RESERVED: ReadonlySet<string> = new Set(
  `operation note skip stage originalRow onlyIf notUndone inputRow part needs settled ${LEAVE} ${EACH} ${ALL}`.split(
    " ",
  ),
);

/** A row that names it expands into ordered parts, each a row of an operation. */
export interface Recipe {
  readonly kind: "recipe";
  readonly name: string;
  readonly summary: string;
  readonly fields: Fields;
  /** The column that names the user who is read, if any is. */
  readonly reads: string | undefined;
  /** The columns that it takes from an operation. */
  readonly ownColumns: readonly string[];
  /** What is read of that user. */
  readonly facts: readonly Fact[];
  readonly steps: readonly RecipeStep[];
  /** Cells of a row, as a CSV file has them. */
  readonly example: Readonly<Record<string, string>>;
  /** What its columns are for. */
  readonly about: Readonly<Record<string, string>>;
  readonly expands: true;
}

/** What a recipe may name: of an operation only its columns count. */
export type Operations = Readonly<Record<string, Pick<Operation, "fields" | "isOff">>>;

/** What is wrong with a recipe's file. */
export interface RecipeFault {
  /** The part at fault, such as `steps.2.cells.group`; absent if it is the file as a whole. */
  readonly at?: string | undefined;
  readonly what: string;
}

/**
 * Reads a recipe's file that comes with the program.
 *
 * @throws TypeError if it does not keep the schema, or names an operation, column or fact that is not there
 */
export function readRecipe(value: unknown, operations: Operations): Recipe {
  const read = checkRecipe(value, operations);
  if ("what" in read)
    throw new TypeError(`a recipe is wrong at ${read.at ?? "its top"}: ${read.what}`);
  return read;
}

/** The recipe of a file, or the first thing that is wrong with it. */
export function checkRecipe(value: unknown, operations: Operations): Recipe | RecipeFault {
  const inherited = inheritedName(value);
  if (inherited !== undefined) return { what: `the name ${inherited} is not possible` };
  const read = v.safeParse(recipeFile, value);
  if (!read.success) {
    const [issue] = read.issues;
    return { at: v.getDotPath(issue) ?? undefined, what: wrongWith(issue) };
  }
  const [fault] = faultsOf(read.output, operations);
  return fault ?? recipeOf(read.output, operations);
}

function recipeOf(file: RecipeFile, operations: Operations): Recipe {
  const columns = Object.entries(file.columns);
  const steps = file.steps.map(({ name }) => name);
  const own = (file.columnsOf && named(operations, file.columnsOf)?.fields) || {};
  const kept = new Set(file.steps.map(({ except }) => except));
  return {
    kind: "recipe",
    name: file.name,
    summary: file.summary,
    fields: {
      ...own,
      ...Object.fromEntries(
        columns.map(([name, each]) => [
          name,
          { ...fieldOf(each, operations), ...(kept.has(name) && { isWhole: true as const }) },
        ]),
      ),
      [LEAVE]: { ...listOf(wordOf(steps)), isWhole: true },
    },
    ownColumns: Object.keys(own),
    reads: file.reads,
    facts: [...new Set(file.steps.flatMap(namesIn))].filter(isFact),
    steps: file.steps,
    example: file.example,
    about: {
      ...Object.fromEntries(columns.map(([name, { about }]) => [name, about])),
      [LEAVE]: `Steps that the row leaves out: ${steps.join(", ")}.`,
    },
    expands: true,
  };
}

/** The names of values that a step uses. */
const namesIn = ({ each, all, except, when, cells }: RecipeStep): readonly string[] => [
  ...[each, all, except, ...alternativesIn(when)].filter((name) => name !== undefined),
  ...Object.values(cells).flatMap((cell) => placeholderIn(cell) ?? []),
];

/** The names in `{name}`, `{one|other}` or `mail:{name}`; `undefined` for plain text. */
export const placeholderIn = (cell: string): readonly string[] | undefined => {
  const inside = /^[\w:]*\{(\w+(?:\|\w+)*)\}$/.exec(cell)?.[1];
  return inside === undefined ? undefined : alternativesIn(inside);
};

/** The names in `one|other`. */
export const alternativesIn = (names: string | undefined): readonly string[] =>
  names === undefined ? [] : names.split("|");

function* faultsOf(file: RecipeFile, operations: Operations): Generator<RecipeFault> {
  const { columns, columnsOf, reads, steps } = file;
  if (file.name in Object.prototype)
    yield { at: "name", what: `the name ${file.name} is not possible` };
  if (columnsOf !== undefined && !named(operations, columnsOf))
    yield { at: "columnsOf", what: `there is no operation ${columnsOf}` };
  const own = columnsOf === undefined ? {} : (named(operations, columnsOf)?.fields ?? {});
  yield* columnFaults(file, own, operations);
  const known = new Set([...Object.keys(columns), ...Object.keys(own)]);
  if (reads !== undefined) for (const fact of Object.keys(facts)) known.add(fact);
  const names = new Set<string>();
  for (const [number, step] of steps.entries()) {
    const at = `steps.${number}`;
    if (names.has(step.name)) yield { at: `${at}.name`, what: `two steps are called ${step.name}` };
    names.add(step.name);
    const items = [...(step.each ? [EACH] : []), ...(step.all ? [ALL] : [])];
    for (const name of namesIn(step))
      if (!known.has(name) && !items.includes(name))
        yield { at, what: `${step.name} uses ${name}, which nothing gives` };
    if (items.length > 1) yield { at, what: `${step.name} has both each and all` };
    if (step.except !== undefined) yield* exceptFaults(file, step, at);
    const operation = named(operations, step.operation);
    if (operation) yield* cellFaults(step, operation, { at, own });
    else yield { at: `${at}.operation`, what: `there is no operation ${step.operation}` };
  }
}

function* columnFaults(
  { columns, reads }: RecipeFile,
  own: Fields,
  operations: Operations,
): Generator<RecipeFault> {
  for (const [name, { like }] of Object.entries(columns)) {
    const at = `columns.${name}`;
    if (!likeField(like, operations)) yield { at: `${at}.like`, what: `there is no ${like}` };
    if (RESERVED.has(name)) yield { at, what: `every input has ${name} for something else` };
    if (isPassword(name) && !like.endsWith(`/${name}`))
      yield { at, what: "an input must not contain passwords" };
  }
  if (reads === undefined) return;
  const { like = "", required } = columns[reads] ?? {};
  if (!required) yield { at: "reads", what: `${reads} is no required column` };
  if (!namesUser(likeField(like, operations)))
    yield { at: "reads", what: `${reads} is like ${like}, which does not name a user` };
  const fact = [...Object.keys(columns), ...Object.keys(own)].find(isFact);
  if (fact !== undefined)
    yield { at: `columns.${fact}`, what: `${fact} is what is read of the user in column ${reads}` };
}

/** Whether the cells of a column name an object by what can be a part of a path, and hold no other text. */
const namesUser = (field: Field | undefined): boolean =>
  field === undefined || "broken" in field.read("..");

/** What can be compared are objects, by their ids. */
function* exceptFaults(
  { columns, reads }: RecipeFile,
  { each, all, except = "" }: RecipeStep,
  at: string,
): Generator<RecipeFault> {
  const list = each ?? all ?? "";
  if (reads === undefined || !isFact(list) || list === "licenses")
    yield {
      at: `${at}.except`,
      what: "only groups, reports and manager of a user can be compared",
    };
  if (!Object.hasOwn(columns, except))
    yield { at: `${at}.except`, what: `${except} is none of its columns` };
}

function* cellFaults(
  step: RecipeStep,
  { fields }: Pick<Operation, "fields">,
  { at, own }: { readonly at: string; readonly own: Fields },
): Generator<RecipeFault> {
  const cells = new Set([...Object.keys(step.cells), ...(step.allColumns ? Object.keys(own) : [])]);
  for (const [cell, text] of Object.entries(step.cells)) {
    if (/[{}]/.test(text) && !placeholderIn(text))
      yield { at: `${at}.cells.${cell}`, what: "must be text, {name}, {one|other} or word:{name}" };
  }
  for (const cell of cells) {
    if (!Object.hasOwn(fields, cell))
      yield { at: `${at}.cells.${cell}`, what: `${step.operation} has no column ${cell}` };
  }
  for (const [column, { required }] of Object.entries(fields)) {
    if (required && !cells.has(column))
      yield { at: `${at}.cells`, what: `${step.name} lacks column ${column}` };
  }
}

/** The column of an operation, written `user.disable/user`. */
function likeField(like: string, operations: Operations): Field | undefined {
  const [operation = "", column = ""] = like.split("/");
  return named(named(operations, operation)?.fields ?? {}, column);
}

function fieldOf(
  { like, list: isList, required }: RecipeFile["columns"][string],
  operations: Operations,
): Field {
  const field = likeField(like, operations);
  if (field === undefined) throw new TypeError(`no column ${like}`);
  const own = isList ? listOf(field) : notClearable(field);
  return { ...own, ...(field.isWhole && { isWhole: true }), required: required === true };
}

/** One of these words, as it is spelled. */
const wordOf = (words: readonly string[]): Field => ({
  required: false,
  clearable: false,
  read: (raw) =>
    typeof raw === "string" && words.includes(raw.trim())
      ? { value: raw.trim() }
      : { broken: `must be one of ${words.join(", ")}` },
});
