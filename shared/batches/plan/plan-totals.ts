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
  /** Graph counts each request to write as one; adds to one group share requests. */
  readonly resourceUnits: number;
  readonly permissions: Readonly<Record<string, number>>;
  /** SHA-256 of each shard's blob, hex, in the order of the shards. */
  readonly shardDigests: readonly string[];
}

/** Adds up planned rows, one by one; Graph counts so many members of one request as a write. */
export function createTotals(membersPerWrite: number): {
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
  const shared = createSharedRequests(membersPerWrite);
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
      if (mayShare(operation, planned.write)) {
        shareable += 1;
        shared.add(planned.write.group ?? "");
      }
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
      return { ...counted, resourceUnits: writes - shareable + shared.value() };
    },
  };
}

const mayShare = ({ together }: Operation, write: PlannedWrite): boolean =>
  !isPending(write) && together?.share?.may(write) === true;

/** Graph takes at most this many members in one request (Graph reference, group-post-members). */
const MEMBERS_AT_MOST = 20;

/** So many groups are remembered; then their requests are counted as if nothing more came for them. */
const MOST_GROUPS = 50_000;

/**
 * Counts the requests that rows share. A request has as many rows of one group as fill whole writes: of seven
 * rows six go in one, if Graph counts three members as a write, and the seventh goes by itself.
 */
function createSharedRequests(perWrite: number): { add(group: string): void; value(): number } {
  const most = Math.floor(MEMBERS_AT_MOST / perWrite) * perWrite;
  const rows = new Map<string, number>();
  let settled = 0;
  const open = (): number => {
    let requests = 0;
    for (const count of rows.values()) {
      const rest = count % perWrite;
      requests += Math.ceil((count - rest) / most) + (rest > 0 ? 1 : 0);
    }
    return requests;
  };
  return {
    add: (group) => {
      rows.set(group, (rows.get(group) ?? 0) + 1);
      if (rows.size <= MOST_GROUPS) return;
      settled += open();
      rows.clear();
    },
    value: () => settled + open(),
  };
}
