import { allGuardedKinds, type GuardedKind } from "../../catalogue/guarded.ts";
import type { Operation } from "../../catalogue/operation.ts";
import {
  isPending,
  noVerdicts,
  type PlannedWrite,
  type VerdictCounts,
} from "../../catalogue/row.ts";
import { createGroupCounts } from "../../guards/charges.ts";
import { createProtectedRows, type ProtectedRows } from "../../guards/protected.ts";
import type { PlannedCharge } from "../../records/plan.ts";
import type { PlannedRow } from "../../records/shard.ts";
import type { RowToPlan } from "./row-to-plan.ts";

/** The totals of a plan. Planned writes count as `pending`. */
export interface PlanTotals {
  readonly rows: number;
  readonly verdicts: VerdictCounts;
  readonly operations: Readonly<Record<string, { rows: number; writes: number }>>;
  readonly writes: number;
  /** Of the writes, those that may share a request with others of their group. */
  readonly shareable: number;
  readonly resourceUnits: number;
  readonly permissions: Readonly<Record<string, number>>;
  /** SHA-256 of each shard's blob, hex, in the order of the shards. */
  readonly shardDigests: readonly string[];
}

/** Adds up planned rows, one by one. */
export function createTotals(): {
  add(compiled: RowToPlan, planned: PlannedRow): void;
  addShard(digest: string): void;
  value(): PlanTotals;
  /** What guards count of the planned writes. */
  charge(): PlannedCharge;
  /** Those that would change protected objects. */
  protectedRows(): ProtectedRows;
} {
  const verdicts = noVerdicts();
  const operations: Record<string, { rows: number; writes: number }> = {};
  const permissions: Record<string, number> = {};
  const counts: Partial<Record<GuardedKind, number>> = {};
  const groups = createGroupCounts();
  const protectedRows = createProtectedRows();
  const shardDigests: string[] = [];
  let rows = 0;
  let writes = 0;
  let shareable = 0;
  return {
    add: (compiled, planned) => {
      rows += 1;
      verdicts[planned.verdict ?? "pending"] += 1;
      if (compiled.name !== "") {
        const operation = (operations[compiled.name] ??= { rows: 0, writes: 0 });
        operation.rows += 1;
        if (planned.write) operation.writes += 1;
      }
      if (!planned.write || "invalid" in compiled) return;
      const { operation, payload, most } = compiled;
      writes += 1;
      if (mayShare(operation, planned.write)) shareable += 1;
      if (planned.write.protected) protectedRows.add(planned.row, planned.write.protected);
      for (const name of operation.permissions(Object.keys(payload))) {
        permissions[name] = (permissions[name] ?? 0) + 1;
      }
      const { guarded = most, group } = planned.write;
      for (const kind of allGuardedKinds) {
        const count = guarded[kind] ?? 0;
        if (count > 0) counts[kind] = (counts[kind] ?? 0) + count;
      }
      const removals = guarded["membership-removals"] ?? 0;
      if (group !== undefined && removals > 0) groups.add(group, removals);
    },
    addShard: (digest) => void shardDigests.push(digest),
    protectedRows: () => protectedRows.value(),
    charge: () => ({ counts: { ...counts }, groups: groups.value() }),
    value: () => {
      const counted = { rows, verdicts, operations, writes, shareable, permissions, shardDigests };
      // Each row is one request, and Graph counts a request to write as one resource unit.
      return { ...counted, resourceUnits: writes };
    },
  };
}

const mayShare = ({ together }: Operation, write: PlannedWrite): boolean =>
  !isPending(write) && together?.share?.may(write) === true;
