import { notFound, notShown } from "../../catalogue/decided-row.ts";
import type { Lookup } from "../../catalogue/operation.ts";
import { itemsOf } from "../../catalogue/recipe/list-of.ts";
import type { Fact } from "../../catalogue/recipe/recipe-file.ts";
import type { ObjectId } from "../../core/object-id.ts";
import type { LookedUp } from "../plan/lookups/lookups.ts";
import type { Reader, RecipeRow } from "./expand-job.ts";
import { failedPart, type Part } from "./part.ts";
import { type FactsRead, readFacts } from "./read-facts.ts";
import { type KnownUser, recipeParts } from "./recipe-parts.ts";

/**
 * The parts of some rows. A row of whose user something could not be read to its end gives one part, which
 * says so: nothing is removed on half a list.
 *
 * @throws ExpansionWaits; OperatorError READ_INCOMPLETE, disposition `retry`; PERMISSION_MISSING, `refuse`
 */
export async function expandRecipes(
  { graph, directory, before }: Reader,
  rows: readonly RecipeRow[],
): Promise<readonly (readonly Part[])[]> {
  const lookups = rows.flatMap((row) => [...lookupsOf(row)]);
  const lookedUp = await directory.lookUp(lookups);
  const users = new Map<ObjectId, Set<Fact>>();
  for (const row of rows) {
    const user = lookedUpUser(row, lookedUp);
    if (user?.state !== "found") continue;
    const wanted = users.get(user.id) ?? new Set<Fact>();
    users.set(user.id, wanted);
    for (const fact of row.recipe.facts) wanted.add(fact);
  }
  const wanted = [...new Set([...users.values()].flatMap((each) => [...each]))];
  if (wanted.length > 0) await before.awaitEnd(users.keys());
  const facts = await readFacts(graph, [...users.keys()], wanted);
  if (lookups.length > 0) await before.awaitEnd([...facts.values()].flatMap(reportsIn));
  return rows.map((row) => partsOf(row, lookedUp, facts));
}

/** Whoever reports to a user now may get another manager by earlier work, which does not name the user. */
const reportsIn = (read: FactsRead): readonly string[] =>
  ("facts" in read && read.facts.reports) || [];

type LookUp = (lookup: Lookup) => LookedUp;

const userLookup = ({ recipe: { reads }, cells }: RecipeRow): Lookup | undefined =>
  reads === undefined
    ? undefined
    : { kind: "user", ref: String(cells[reads]).trim(), select: ["id"] };

function* lookupsOf(row: RecipeRow): Generator<Lookup> {
  const user = userLookup(row);
  if (user) yield user;
  for (const { lookup } of comparedIn(row)) yield lookup;
}

function lookedUpUser(row: RecipeRow, lookedUp: LookUp): LookedUp | undefined {
  const lookup = userLookup(row);
  return lookup && lookedUp(lookup);
}

/** What the row's columns name with which lists are compared. */
function* comparedIn({ recipe, cells }: RecipeRow): Generator<{ column: string; lookup: Lookup }> {
  for (const { except, each, all } of recipe.steps) {
    if (except === undefined) continue;
    const kind = (each ?? all) === "groups" ? "group" : "user";
    for (const item of itemsOf(cells[except])) {
      const ref = String(item).trim();
      if (ref !== "") yield { column: except, lookup: { kind, ref, select: ["id"] } };
    }
  }
}

function partsOf(
  row: RecipeRow,
  lookedUp: LookUp,
  facts: ReadonlyMap<ObjectId, FactsRead>,
): readonly Part[] {
  const { recipe, cells } = row;
  const fail = (reason: string, fix: string): readonly Part[] => [
    failedPart(recipe.name, cells, { reason, fix }),
  ];
  const user = lookedUpUser(row, lookedUp);
  if (user === undefined) return recipeParts(recipe, cells, undefined);
  if (user.state !== "found") return fail(...whyNot(recipe.reads ?? "user", user));
  const kept: Record<string, Set<string>> = {};
  for (const { column, lookup } of comparedIn(row)) {
    const found = lookedUp(lookup);
    if (found.state !== "found") return fail(...whyNot(column, found));
    (kept[column] ??= new Set()).add(found.id);
  }
  const read = facts.get(user.id);
  if (read !== undefined && "why" in read) return fail(...unread(read.why));
  const known: KnownUser = { id: user.id, facts: read?.facts ?? {}, kept };
  return recipeParts(recipe, cells, known);
}

const unread = (why: string): [string, string] => [
  `What the user has could not be read to its end (${why}), so nothing was planned for them: half a list does not say what else there is.`,
  "If Graph refused it, grant the permission that docs/recipes.md names for this read; then have the row run again (rerun).",
];

/** Why a name cannot be used, and what to do. */
function whyNot(column: string, found: Exclude<LookedUp, { state: "found" }>): [string, string] {
  const none = found.state === "ambiguous" ? found : ({ state: "missing" } as const);
  const { final } =
    found.state === "refused" ? notShown(column, found.why) : notFound(column, none);
  return [final.reason ?? "", final.fix ?? ""];
}
