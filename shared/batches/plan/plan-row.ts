import { notShown } from "../../catalogue/decided-row.ts";
import { isDeletedKind } from "../../catalogue/kinds/lookup-kinds.ts";
import type { Decision, Found, Lookup } from "../../catalogue/operation.ts";
import { aliasKey, isNamedKind, parseReference } from "../../catalogue/reference.ts";
import { unknowable } from "../../catalogue/unknowable.ts";
import { isGuid, toObjectId } from "../../core/object-id.ts";
import type { PlannedRow } from "../../records/shard.ts";
import { decide, keptOpen } from "./decide-row.ts";
import { withCounts } from "./guarded-write.ts";
import { inOrder } from "./in-order.ts";
import type { LookedUp } from "./lookups/lookups.ts";
import { type GoodRow, rolesOf, type RowToPlan } from "./row-to-plan.ts";
import {
  finalRow,
  nameGiven,
  notSorted,
  renamedTwice,
  skipped,
  stageLost,
} from "./row-verdicts.ts";
import {
  creates,
  createStanding,
  createdKey,
  creatorOf,
  creatorsNamed,
  deletedBy,
  type Footprint,
  giverOf,
  isAbout,
  isTouched,
  leaveTraces,
  nameChangeOf,
  nameKey,
  renamerOf,
  restorerOf,
  type Standing,
  standingOf,
  unchangedFootprint,
  writtenFootprint,
} from "./traces/duplicates.ts";
import { groupKey } from "./traces/holders.ts";
import { withOwnParts } from "./traces/own-parts.ts";
import type { RowTraces } from "./traces/row-traces.ts";

/**
 * Plans one row: a write, or a verdict. Pure except for `traces`, to which it adds the row. Rows must
 * come in the order of the file. `mayChange`: unfinished work of other batches may still change what
 * was looked up, so that no row is `unchanged` yet.
 */
export function planRow(
  compiled: RowToPlan,
  lookedUp: (lookup: Lookup) => LookedUp,
  traces: RowTraces,
  mayChange = false,
): PlannedRow {
  if ("invalid" in compiled) {
    const { settled, verdict = "failed", reason, fix } = compiled.invalid;
    traces.stages.next(compiled.row, compiled.stage);
    return finalRow(compiled, settled ?? { verdict, reason, fix });
  }
  const staged = traces.stages.next(compiled.row, compiled.stage);
  if ("late" in staged) return finalRow(compiled, notSorted(compiled.stage ?? 1, staged.late));
  if ("lost" in staged) return finalRow(compiled, stageLost(staged.lost));
  const planned = planGood(compiled, lookedUp, traces, mayChange);
  if (!planned.write) return planned;
  const edges = traces.holders.next(compiled.row, planned.write, isDelete(compiled));
  const behind = Math.max(staged.behind ?? 0, edges ?? 0);
  if (staged.stage === undefined && behind === 0) return planned;
  return { ...planned, write: { ...planned.write, ...staged, ...(behind > 0 && { behind }) } };
}

/** Plans a row that keeps the rules of its operation and comes in its stage. */
function planGood(
  compiled: GoodRow,
  lookedUp: (lookup: Lookup) => LookedUp,
  traces: RowTraces,
  mayChange: boolean,
): PlannedRow {
  const found: Record<string, Found> = {};
  for (const [role, lookup] of Object.entries(compiled.lookups)) {
    const one = resolved(compiled, lookup, lookedUp(lookup), traces);
    if (one.state === "renamed") return finalRow(compiled, nameGiven(one.by));
    if (one.state === "refused") return finalRow(compiled, notShown(role, one.why).final);
    if (one.state !== "unknown") found[role] = one;
  }
  const repeated = repeatedCreate(compiled, found, traces);
  if (repeated !== undefined) return finalRow(compiled, skipped(repeated));
  const open = mayChange ? keptOpen(compiled, found) : undefined;
  const decision = withCounts(
    compiled,
    withFreedName(compiled, open ?? decide(compiled, found, traces), found, traces),
    () => (mayChange ? {} : untouched(found, traces)),
  );
  if ("final" in decision && decision.final.verdict === "failed") {
    const by = deleterOf(found, traces);
    if (by !== undefined) return finalRow(compiled, skipped({ kind: "deleted", by }));
  }
  const footprint = footprintOf(compiled, decision);
  if (footprint === undefined) {
    return "final" in decision
      ? finalRow(compiled, decision.final)
      : { row: compiled.row, operation: compiled.name, write: decision.write };
  }
  const group = "write" in decision ? groupKey(decision.write) : undefined;
  const gone = group === undefined ? undefined : deletedBy(group, traces);
  if (gone !== undefined) return finalRow(compiled, skipped({ kind: "deleted", by: gone }));
  const standing = standingOf(footprint, traces);
  if (standing.kind !== "free") return finalRow(compiled, skipped(standing));
  const renamer = footprint.gives && renamerOf(footprint.keys[0] ?? "", traces);
  if (renamer) return finalRow(compiled, renamedTwice(renamer));
  const seated = traces.seats.take(compiled.row, "write" in decision ? decision.write.seats : {});
  if ("short" in seated) return finalRow(compiled, seated.short);
  leaveTraces(traces, footprint);
  if ("final" in decision) return finalRow(compiled, decision.final);
  const write = inOrder(decision.write, standing.after, seated.after, found);
  return { row: compiled.row, operation: compiled.name, write };
}

/** Adds a row that was planned earlier to `traces`, as planning it did. */
export function replayRow(compiled: RowToPlan, planned: PlannedRow, traces: RowTraces): void {
  traces.stages.next(compiled.row, compiled.stage);
  if ("invalid" in compiled) return;
  traces.seats.replay(planned);
  const decision: Decision = planned.write ? { write: planned.write } : { final: planned };
  const footprint = footprintOf(compiled, decision);
  if (footprint !== undefined) leaveTraces(traces, footprint);
  if (planned.write) traces.holders.next(compiled.row, planned.write, isDelete(compiled));
}

/** What later rows see of the decision; failed and skipped rows leave no footprint. */
function footprintOf(row: GoodRow, decision: Decision): Footprint | undefined {
  const roles = rolesOf(row);
  if ("write" in decision) {
    const does = { deletes: isDelete(row), restores: isRestore(row) };
    const { write } = decision;
    return withOwnParts(row, write, writtenFootprint(row, write, roles, does));
  }
  const { final } = decision;
  return final.verdict === "unchanged" ? unchangedFootprint(row, final.objectId, roles) : undefined;
}

/**
 * What a row's reference means after the rows before it: the user that the directory has, the one that
 * an earlier row creates, or none, because an earlier row gives the name to another user. A name that
 * was only freed still means the user who had it, save for a create.
 */
function resolved(
  row: GoodRow,
  lookup: Lookup,
  found: LookedUp,
  traces: RowTraces,
): LookedUp | { readonly state: "renamed"; readonly by: number } {
  const { kind, ref } = lookup;
  if (found.state === "refused" || isDeletedKind(kind)) return found;
  if (isGuid(ref)) return withRestored(kind, ref, found, traces);
  const alias = aliasOf(kind, ref);
  if (alias !== undefined) return withCreated(alias, found, traces);
  const change = nameChangeOf(lookup.ref, traces);
  if (change?.kind === "created") return { state: "coming", row: change.row };
  if (change?.kind === "given") {
    const isOwn = found.state === "found" && isAbout(change.row, found.id, traces);
    return isOwn ? found : { state: "renamed", by: change.row };
  }
  if (change?.kind === "freed" && isCreate(row)) return { state: "missing" };
  if (found.state !== "missing") return found;
  const creator = creatorOf(lookup.ref, traces);
  return creator === undefined ? found : { state: "coming", row: creator };
}

/** An object that is missing now is there, with values that nobody knows yet, once an earlier row restores it. */
function withRestored(
  kind: Lookup["kind"],
  ref: string,
  found: LookedUp,
  traces: RowTraces,
): LookedUp {
  const restoredBy = found.state === "found" ? undefined : restorerOf(ref.toLowerCase(), traces);
  if (restoredBy === undefined) return found;
  return {
    state: "found",
    id: toObjectId(ref),
    object: unknowable,
    kind: kind === "group" ? "group" : "user",
    restoredBy,
  };
}

/** The key of what a row names by another property than a user's principal name. */
function aliasOf(kind: Lookup["kind"], ref: string): string | undefined {
  if (kind === "user" && !ref.includes(":")) return undefined;
  const meant = isNamedKind(kind) ? parseReference(kind, ref) : undefined;
  return meant && aliasKey(kind, meant.property, meant.value);
}

/**
 * What is missing now is coming if one earlier row creates an object that is named so. What is there is not
 * meant for certain if an earlier row gives its name to another object.
 */
function withCreated(
  alias: string,
  found: LookedUp,
  traces: RowTraces,
): LookedUp | { readonly state: "renamed"; readonly by: number } {
  if (found.state === "found") {
    const by = giverOf(alias, found.id, traces);
    return by === undefined ? found : { state: "renamed", by };
  }
  if (found.state !== "missing") return found;
  const creators = creatorsNamed(alias, traces);
  const [row] = creators;
  if (row === undefined) return found;
  return creators.length > 1
    ? { state: "ambiguous", count: creators.length }
    : { state: "coming", row, key: createdKey(row) };
}

const isRestore = (row: GoodRow): boolean =>
  !isDelete(row) && Object.values(row.lookups).some(({ kind }) => isDeletedKind(kind));

/** Whether the row creates an object, if nothing that it names is there. */
const isCreate = (row: GoodRow): boolean => {
  const fresh = decideFresh(row);
  return "write" in fresh && creates(fresh.write);
};

const isDelete = (row: GoodRow): boolean => row.operation.deletes === true;

/** What was found of objects that no earlier row changes: its present state is what this row will find. */
const untouched = (
  found: Readonly<Record<string, Found>>,
  traces: RowTraces,
): Readonly<Record<string, Found>> =>
  Object.fromEntries(
    Object.entries(found).filter(([, one]) => one.state === "found" && !isTouched(one.id, traces)),
  );

/** What the operation decides if nothing that the row names is there. */
const decideFresh = (row: GoodRow): Decision =>
  row.operation.decide(
    row.payload,
    Object.fromEntries(
      Object.keys(row.lookups).map((role): [string, Found] => [role, { state: "missing" }]),
    ),
  );

/**
 * Adds to a rename or a delete the key of the name that it frees, so that a row which takes the name waits
 * for it. A user whom an earlier row renames has its present name no longer when it is deleted.
 */
function withFreedName(
  row: GoodRow,
  decision: Decision,
  found: Readonly<Record<string, Found>>,
  traces: RowTraces,
): Decision {
  if (!("write" in decision)) return decision;
  const { write } = decision;
  const user = found["user"];
  if (user?.state !== "found") return decision;
  const isRename = write.set?.["userPrincipalName"] !== undefined;
  const isGone = isDelete(row) && renamerOf(`object:${user.id}`, traces) === undefined;
  const old = user.object["userPrincipalName"];
  const key = (isRename || isGone) && typeof old === "string" ? nameKey(old) : undefined;
  return key === undefined || write.keys.includes(key)
    ? decision
    : { write: { ...write, keys: [...write.keys, key] } };
}

/** The earlier row that deletes an object which this row names and the directory still has. */
function deleterOf(found: Readonly<Record<string, Found>>, traces: RowTraces): number | undefined {
  for (const one of Object.values(found)) {
    const by = one.state === "found" ? deletedBy(`object:${one.id}`, traces) : undefined;
    if (by !== undefined) return by;
  }
  return undefined;
}

/** A create whose object an earlier row creates is its duplicate, or comes after its delete. */
function repeatedCreate(
  row: GoodRow,
  found: Readonly<Record<string, Found>>,
  traces: RowTraces,
): Exclude<Standing, { kind: "free" }> | undefined {
  const states = Object.entries(found);
  if (!states.some(([, { state }]) => state === "coming")) return undefined;
  // What else the row names, such as the owner of a new group, is there all the same.
  const gone = states.map(([role, one]): [string, Found] => [
    role,
    one.state === "coming" ? { state: "missing" } : one,
  ]);
  const fresh = row.operation.decide(row.payload, Object.fromEntries(gone));
  if (!("write" in fresh) || !creates(fresh.write)) return undefined;
  return createStanding(writtenFootprint(row, fresh.write, [], { deletes: false }), traces);
}
