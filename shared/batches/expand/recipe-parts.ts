import { itemsOf } from "../../catalogue/recipe/list-of.ts";
import { type Fact, facts, isFact, type RecipeStep } from "../../catalogue/recipe/recipe-file.ts";
import {
  ALL,
  alternativesIn,
  EACH,
  LEAVE,
  placeholderIn,
  type Recipe,
} from "../../catalogue/recipe/recipe.ts";
import type { FinalVerdict } from "../../catalogue/row.ts";
import { type Cells, failedPart, type Part } from "./part.ts";

/** What is known of the user whom a row names. */
export interface KnownUser {
  readonly id: string;
  /** Ids; of the manager one or none. */
  readonly facts: Readonly<Partial<Record<Fact, readonly string[]>>>;
  /** The ids that the columns name with which lists are compared. */
  readonly kept: Readonly<Record<string, ReadonlySet<string>>>;
}

/** The most parts of one row, and the most that later ones need: each of these lists all of them. */
const MOST_PARTS = 10_000;
const MOST_NEEDED = 1_000;

/** The parts of a row, in the order of the recipe's steps; if they are too many, one that says so. Pure. */
export function recipeParts(recipe: Recipe, cells: Cells, user: KnownUser | undefined): Part[] {
  const leave = new Set(itemsOf(cells[LEAVE]).map((name) => String(name).trim()));
  const values = valuesOf(recipe, cells, user);
  const parts: Part[] = [];
  let needs: readonly number[] = [];
  for (const step of recipe.steps) {
    if (leave.has(step.name)) continue;
    const before = parts.length;
    for (const own of partsOfStep(step, recipe, values, user)) {
      if (parts.length === MOST_PARTS) return [tooMany(recipe, cells, MOST_PARTS, "parts")];
      parts.push({ ...own, needs });
    }
    if (step.onFailure !== "stop") continue;
    needs = [...needs, ...parts.slice(before).map((_, at) => before + at + 1)];
    if (needs.length > MOST_NEEDED)
      return [tooMany(recipe, cells, MOST_NEEDED, "parts that later ones need (onFailure stop)")];
  }
  return parts.length > 0 ? parts : [nothingToDo(recipe, cells, user)];
}

const tooMany = (recipe: Recipe, cells: Cells, most: number, what: string): Part =>
  failedPart(recipe.name, cells, {
    reason: `The row has more than ${most.toLocaleString("en")} ${what}.`,
    fix: "Shorten the row's lists, or split the recipe, and send the row again in a new batch.",
  });

type Values = ReadonlyMap<string, unknown>;

/** The columns of the row and what was read; the column that names the user has the user's id. */
function valuesOf(recipe: Recipe, cells: Cells, user: KnownUser | undefined): Values {
  const values = new Map<string, unknown>();
  for (const name of Object.keys(recipe.fields)) {
    if (hasValue(cells[name])) values.set(name, cells[name]);
  }
  if (user === undefined || recipe.reads === undefined) return values;
  values.set(recipe.reads, user.id);
  for (const [name, ids] of Object.entries(user.facts)) {
    if (ids.length > 0) values.set(name, isFact(name) && facts[name] === "value" ? ids[0] : ids);
  }
  return values;
}

const hasValue = (raw: unknown): boolean =>
  raw !== undefined && raw !== null && !(typeof raw === "string" && raw.trim() === "");

function* partsOfStep(
  step: RecipeStep,
  recipe: Recipe,
  values: Values,
  user: KnownUser | undefined,
): Generator<Part> {
  const { operation, each, all, except, when, otherwise } = step;
  const listed = each ?? all;
  const kept = (except !== undefined && user?.kept[except]) || undefined;
  const items =
    listed === undefined
      ? []
      : itemsOf(values.get(listed)).filter((item) => !kept?.has(String(item)));
  if (listed !== undefined && items.length === 0) return;
  if (when !== undefined && !alternativesIn(when).some((name) => values.has(name))) {
    if (otherwise === undefined) return;
    const settled = {
      verdict: "skipped",
      reason: otherwise,
      fix: SEE_TO_IT,
    } satisfies FinalVerdict;
    yield { operation: recipe.name, cells: userCell(recipe, values), settled };
    return;
  }
  if (each === undefined) yield { operation, cells: cellsOf(step, recipe, values, [ALL, items]) };
  else
    for (const item of items)
      yield { operation, cells: cellsOf(step, recipe, values, [EACH, item]) };
}

const SEE_TO_IT = "See to it by hand, or fill the column and send the row again.";

function cellsOf(step: RecipeStep, recipe: Recipe, values: Values, item: [string, unknown]): Cells {
  const cells: Record<string, unknown> = {};
  if (step.allColumns) {
    for (const name of recipe.ownColumns) if (values.has(name)) cells[name] = values.get(name);
  }
  for (const [column, text] of Object.entries(step.cells)) {
    const names = placeholderIn(text);
    const name = names?.find((each) => each === item[0] || values.has(each));
    const value = names === undefined ? text : name === item[0] ? item[1] : values.get(name ?? "");
    if (value === undefined) continue;
    const word = names === undefined ? "" : text.slice(0, text.indexOf("{"));
    cells[column] = word !== "" && typeof value === "string" ? `${word}${value}` : value;
  }
  return cells;
}

const userCell = ({ reads }: Recipe, values: Values): Cells =>
  reads === undefined ? {} : { [reads]: values.get(reads) };

/** A row whose steps all leave the directory as it is still has a verdict. */
function nothingToDo(recipe: Recipe, cells: Cells, user: KnownUser | undefined): Part {
  const reason = "No step of the recipe has anything to do for this row.";
  const settled: FinalVerdict =
    user === undefined
      ? { verdict: "skipped", reason, fix: "No action needed." }
      : { verdict: "unchanged", objectId: user.id, reason };
  return { operation: recipe.name, cells, settled };
}
