import * as v from "valibot";

import { notClearable } from "../fields.ts";
import { named, type Operation } from "../operation.ts";
import type { Field, Fields } from "../payload.ts";
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

type Operations = Readonly<Record<string, Operation>>;

/**
 * Reads a recipe's file.
 *
 * @throws TypeError if it does not keep the schema, or names an operation, column or fact that is not there
 */
export function readRecipe(value: unknown, operations: Operations): Recipe {
  const read = v.safeParse(recipeFile, value);
  if (!read.success) {
    const [issue] = read.issues;
    throw new TypeError(`a recipe breaks its schema at ${v.getDotPath(issue) ?? "its top"}`);
  }
  const file = read.output;
  const problem = [...problemsOf(file, operations)][0];
  if (problem !== undefined) throw new TypeError(`recipe ${file.name}: ${problem}`);
  const columns = Object.entries(file.columns);
  const steps = file.steps.map(({ name }) => name);
  const own = (file.columnsOf && named(operations, file.columnsOf)?.fields) || {};
  return {
    kind: "recipe",
    name: file.name,
    summary: file.summary,
    fields: {
      ...own,
      ...Object.fromEntries(columns.map(([name, each]) => [name, fieldOf(each, operations)])),
      [LEAVE]: listOf(wordOf(steps)),
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

function* problemsOf(file: RecipeFile, operations: Operations): Generator<string> {
  const { columns, columnsOf, reads, steps } = file;
  if (columnsOf !== undefined && !named(operations, columnsOf)) yield `no operation ${columnsOf}`;
  for (const [name, { like }] of Object.entries(columns)) {
    if (!likeField(like, operations)) yield `column ${name} is like ${like}, which is not there`;
  }
  if (reads !== undefined && !columns[reads]?.required) yield `${reads} is no required column`;
  const own = columnsOf === undefined ? {} : (named(operations, columnsOf)?.fields ?? {});
  const known = new Set([EACH, ALL, ...Object.keys(columns), ...Object.keys(own)]);
  if (reads !== undefined) for (const fact of Object.keys(facts)) known.add(fact);
  for (const step of steps) {
    for (const name of namesIn(step)) if (!known.has(name)) yield `${step.name} uses ${name}`;
    const operation = named(operations, step.operation);
    if (!operation) {
      yield `${step.name} names no operation: ${step.operation}`;
      continue;
    }
    const cells = new Set([
      ...Object.keys(step.cells),
      ...(step.allColumns ? Object.keys(own) : []),
    ]);
    for (const cell of cells) {
      if (!operation.fields[cell]) yield `${step.operation} has no column ${cell}`;
    }
    for (const [column, { required }] of Object.entries(operation.fields)) {
      if (required && !cells.has(column)) yield `${step.name} lacks column ${column}`;
    }
  }
  const names = steps.map(({ name }) => name);
  if (new Set(names).size < names.length) yield "two steps have one name";
}

/** The column of an operation, written `user.disable/user`. */
function likeField(like: string, operations: Operations): Field | undefined {
  const [operation = "", column = ""] = like.split("/");
  return named(operations, operation)?.fields[column];
}

function fieldOf(
  { like, list: isList, required }: RecipeFile["columns"][string],
  operations: Operations,
): Field {
  const field = likeField(like, operations);
  if (field === undefined) throw new TypeError(`no column ${like}`);
  const own = isList ? listOf(field) : notClearable(field);
  return { ...own, required: required === true };
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
