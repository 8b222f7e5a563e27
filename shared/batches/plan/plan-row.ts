import type { Decision, Found, Lookup } from "../../catalogue/operation.ts";
import type { FinalVerdict } from "../../catalogue/row.ts";
import { isGuid } from "../../core/object-id.ts";
import type { PlannedRow } from "../../records/shard.ts";
import type { CompiledRow } from "../input/compile-row.ts";
import {
  creates,
  createStanding,
  creatorOf,
  deletedBy,
  type Footprint,
  isTouched,
  leaveTraces,
  type Standing,
  standingOf,
  unchangedFootprint,
  writtenFootprint,
} from "./duplicates.ts";
import type { LookedUp } from "./lookups.ts";
import type { RowTraces } from "./row-traces.ts";

type GoodRow = Extract<CompiledRow, { payload: unknown }>;

/**
 * Plans one row: a write, or a verdict. Pure except for `traces`, to which it adds the row. Rows must
 * come in the order of the file.
 */
export function planRow(
  compiled: CompiledRow,
  lookedUp: (lookup: Lookup) => LookedUp,
  traces: RowTraces,
): PlannedRow {
  if ("invalid" in compiled) {
    const { reason, fix } = compiled.invalid;
    return settledRow(compiled, { verdict: "failed", reason, fix });
  }
  const lookups = compiled.operation.lookups(compiled.payload);
  const found: Record<string, Found> = {};
  for (const [role, lookup] of Object.entries(lookups)) {
    const one = orComing(lookup, lookedUp(lookup), traces);
    if (one.state === "refused") {
      return settledRow(compiled, {
        verdict: "failed",
        reason: `Graph refused to show what column ${role} names (${one.why}).`,
        fix: "Give the object id instead of a name; if that fails too, see docs/errors.md for Graph's code.",
      });
    }
    found[role] = one;
  }
  const repeated = repeatedCreate(compiled, found, traces);
  if (repeated !== undefined) return settledRow(compiled, skipped(repeated));
  const decision = decide(compiled, found, traces);
  if ("final" in decision && decision.final.verdict === "failed") {
    const by = deleterOf(found, traces);
    if (by !== undefined) return settledRow(compiled, skipped({ kind: "deleted", by }));
  }
  const footprint = footprintOf(compiled, decision);
  if (footprint === undefined) {
    return "final" in decision
      ? settledRow(compiled, decision.final)
      : { row: compiled.row, operation: compiled.name, write: decision.write };
  }
  const standing = standingOf(footprint, traces);
  if (standing.kind !== "free") return settledRow(compiled, skipped(standing));
  leaveTraces(traces, footprint);
  if ("final" in decision) return settledRow(compiled, decision.final);
  const { idFromRow } = decision.write;
  const after = new Set([...standing.after, ...(idFromRow ? [idFromRow.row] : [])]);
  return {
    row: compiled.row,
    operation: compiled.name,
    write:
      after.size === 0
        ? decision.write
        : { ...decision.write, after: [...after].toSorted((a, b) => a - b) },
  };
}

/** Adds a row that was planned earlier to `traces`, as planning it did. */
export function replayRow(compiled: CompiledRow, planned: PlannedRow, traces: RowTraces): void {
  if ("invalid" in compiled) return;
  const decision: Decision = planned.write ? { write: planned.write } : { final: planned };
  const footprint = footprintOf(compiled, decision);
  if (footprint !== undefined) leaveTraces(traces, footprint);
}

/** What later rows see of the decision; failed and skipped rows leave no footprint. */
function footprintOf(row: GoodRow, decision: Decision): Footprint | undefined {
  const roles = Object.keys(row.operation.lookups(row.payload));
  if ("write" in decision) {
    const deletes = row.operation.guarded(row.payload) === "deletes";
    return writtenFootprint(row, decision.write, roles, deletes);
  }
  const { final } = decision;
  return final.verdict === "unchanged" ? unchangedFootprint(row, final.objectId, roles) : undefined;
}

/** The lookup, or the earlier row that creates the user if there is none yet. */
function orComing(lookup: Lookup, found: LookedUp, traces: RowTraces): LookedUp {
  if (found.state !== "missing" || lookup.kind !== "user" || isGuid(lookup.ref)) return found;
  const row = creatorOf(lookup.ref, traces);
  return row === undefined ? found : { state: "coming", row };
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
  if (!Object.values(found).some(({ state }) => state === "coming")) return undefined;
  const nothing = Object.fromEntries(
    Object.keys(found).map((role): [string, Found] => [role, { state: "missing" }]),
  );
  const fresh = row.operation.decide(row.payload, nothing);
  if (!("write" in fresh) || !creates(fresh.write)) return undefined;
  return createStanding(writtenFootprint(row, fresh.write, [], false), traces);
}

/**
 * What the operation decides. If an earlier row sets properties of the same user, the user's present
 * state is not what this row will find, so the row is not dropped as already in place.
 */
function decide(row: GoodRow, found: Readonly<Record<string, Found>>, traces: RowTraces): Decision {
  const first = row.operation.decide(row.payload, found);
  if ("final" in first && first.final.verdict === "failed") return first;
  const blurred = Object.fromEntries(
    Object.entries(found).map(([role, one]) => [
      role,
      one.state === "found" && isTouched(one.id, traces) ? { ...one, object: unknowable } : one,
    ]),
  );
  if (Object.entries(found).every(([role, one]) => blurred[role] === one)) return first;
  const second = row.operation.decide(row.payload, blurred);
  return "write" in second ? second : first;
}

/** An object whose properties differ from every value that a row could set. */
const unknowable: Readonly<Record<string, unknown>> = new Proxy(
  {},
  { get: (): unknown => unknowable },
);

const skipped = (standing: Exclude<Standing, { kind: "free" }>): FinalVerdict =>
  standing.kind === "duplicate"
    ? {
        verdict: "skipped",
        reason: `Duplicate of row ${standing.of}, which does the same to the same object.`,
        fix: `No action needed: see the verdict of row ${standing.of}.`,
      }
    : {
        verdict: "skipped",
        reason: `Row ${standing.by} deletes the object, so there is nothing left to change.`,
        fix: `Remove this row or row ${standing.by}; put changes that should follow the delete into a later batch.`,
      };

const settledRow = (row: { row: number; name: string }, verdict: FinalVerdict): PlannedRow => ({
  row: row.row,
  operation: row.name,
  ...verdict,
});
