import type { PlannedWrite } from "../catalogue/row.ts";
import {
  changedBy,
  isEdge,
  isPowerEdge,
  nounOf,
  subjectColumn,
  subjectOf,
} from "../catalogue/target.ts";
import type { ObjectId } from "../core/object-id.ts";
import { presence, type ReadSet } from "../core/sets/read-set.ts";
import type { GuardFinding } from "../records/plan.ts";

/** Objects that are protected for one reason. */
export interface ProtectedSet {
  /** What is true of its objects, after "it" or "the group": `holds a directory role`. */
  readonly why: string;
  readonly ids: ReadSet<ObjectId>;
  /**
   * What of a row must not be in it: the object that it changes, which of a membership is the group; or
   * the member, or what another edge names.
   */
  readonly covers: "changed" | "member";
}

/**
 * Why a write must not be sent before a person has looked at it: the object that it changes is protected,
 * or nobody can tell whether it is, because what is protected was not read to its end. The member of a
 * membership is not changed by it, so only the group counts, and this application as a member; the same goes
 * for the ends of other edges, save for those that decide who may change what they name.
 */
export function whyProtected(
  { target }: Pick<PlannedWrite, "target">,
  sets: readonly ProtectedSet[],
): string | undefined {
  const changed = { id: changedBy(target), name: `the ${nounOf(target)}` };
  const named = { id: subjectOf(target), name: `the ${subjectColumn(target)}` };
  const unknown: string[] = [];
  for (const { why, ids, covers } of sets) {
    const covered =
      covers === "member"
        ? isEdge(target) && [named]
        : [changed, ...(isPowerEdge(target) ? [named] : [])];
    for (const { id, name } of covered || []) {
      if (id === undefined) continue;
      const is = presence(ids, id);
      if (is === "present") return `${name} ${why}`;
      if (ids.kind === "partial" && is === "unknown") {
        unknown.push(`nobody can tell whether ${name} ${why}: ${ids.why}`);
      }
    }
  }
  return unknown[0];
}

/** The rows that protection holds, counted by reason. */
export interface ProtectedRows {
  readonly count: number;
  /** The first ones. */
  readonly rows: readonly number[];
  /** Rows by why they are protected; only so many reasons as a person reads. */
  readonly reasons: Readonly<Record<string, number>>;
}

const MOST_ROWS = 3;
const MOST_REASONS = 5;

/** Counts protected rows as they come. */
export function createProtectedRows(): {
  add(row: number, why: string): void;
  value(): ProtectedRows;
} {
  let count = 0;
  const rows: number[] = [];
  const reasons: Record<string, number> = {};
  return {
    add: (row, why) => {
      count += 1;
      if (rows.length < MOST_ROWS) rows.push(row);
      if (Object.hasOwn(reasons, why) || Object.keys(reasons).length < MOST_REASONS) {
        reasons[why] = (reasons[why] ?? 0) + 1;
      }
    },
    value: () => ({ count, rows, reasons }),
  };
}

/**
 * What the guard of protected objects found: one row holds the whole batch. `isOff`: holders of directory
 * roles were not looked at, which a plan says even if it holds nothing.
 */
export function findProtected(found: ProtectedRows, isOff: boolean): GuardFinding {
  const { count } = found;
  const finding = {
    guard: "protected-objects",
    kind: "rows that change protected objects",
    scope: "object",
    count,
    limit: 0,
    left: 0,
    setting: "PROTECTED_OBJECTS, PROTECTED_GROUPS, PROTECTED_FILTER, PROTECT_ROLE_HOLDERS",
    held: count > 0,
  } as const;
  if (count > 0) return { ...finding, reason: inWords(found), fix: FIX };
  return isOff ? { ...finding, reason: OFF } : finding;
}

const OFF =
  "PROTECT_ROLE_HOLDERS is off: nobody looked whether a row changes a holder of a directory role";

const FIX =
  "Leave those rows out and send the others as a batch of their own, or have a person look at each protected object before the batch is approved. If protection could not be read, grant what docs/permissions.md names for it.";

/** `2 rows would change protected objects (rows 3, 9): the user holds a directory role` */
function inWords({ count, rows, reasons }: ProtectedRows): string {
  const which = `${rows.length === 1 ? "row" : "rows"} ${rows.join(", ")}${count > rows.length ? ", …" : ""}`;
  const each = Object.entries(reasons);
  const why = each.map(([reason, many]) => (each.length === 1 ? reason : `${many} × ${reason}`));
  return `${count.toLocaleString("en")} ${count === 1 ? "row" : "rows"} would change protected objects (${which}): ${why.join("; ")}`;
}
