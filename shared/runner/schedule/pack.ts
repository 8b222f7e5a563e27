/** Graph takes at most this many members in one request (Graph reference, group-post-members). */
export const MEMBERS_AT_MOST = 20;

/** What decides which rows share a request. */
export interface PackRules<R> {
  /** How many writes may leave. */
  readonly writes: number;
  /** How many members Graph counts as one write. With 1, nothing is gained and no row shares. */
  readonly membersPerWrite: number;
  /** The group whose rows may share a request with this one; `undefined` if it needs one of its own. */
  readonly groupOf: (row: R) => string | undefined;
  /** Whether a request that several rows of the group share is under way. */
  readonly isBusy: (group: string) => boolean;
  /** The rows that may go now and share a request with this one, itself included, in their order. */
  readonly sharers: (row: R) => readonly R[];
  /** Whether more rows of the row's batch are about to be ready: those of a group that would not fill a write wait for them. */
  readonly isFilling: (row: R) => boolean;
  /** Whether the row goes in a post of its own. */
  readonly isAlone: (row: R) => boolean;
}

/** The parts of one post, each with the rows that share it, and what Graph counts for all. */
export interface Packed<R> {
  readonly parts: readonly (readonly R[])[];
  readonly writes: number;
}

/** A part while it is packed, with the rows that it may take. */
interface Open<R> {
  rows: readonly R[];
  readonly sharers: readonly R[];
}

/**
 * Packs rows into the parts of one post, in their order. The first row of a group takes along others of
 * its group, up to 20. While such a request of a group is under way, and for one post, no other one of that
 * group is packed. A request has as many rows as fill whole writes: 18 members are counted as 6 writes, 20
 * as 7, of which the last would be paid for 2. Writes that are left over are filled in the end, unless
 * rows of busy groups can use them soon, or more rows are about to be ready. No row is packed twice.
 */
export function pack<R>(ready: Iterable<R>, rules: PackRules<R>): Packed<R> {
  const open: Open<R>[] = [];
  const taken = new Set<string>();
  let left = Math.floor(rules.writes);
  let isMoreToCome = false;
  for (const row of ready) {
    if (left < 1) break;
    if (rules.isAlone(row)) {
      if (open.length === 0) return { parts: [[row]], writes: 1 };
      continue;
    }
    const group = rules.membersPerWrite > 1 ? rules.groupOf(row) : undefined;
    if (group !== undefined && taken.has(group)) continue;
    if (group !== undefined && rules.isBusy(group)) {
      isMoreToCome = true;
      continue;
    }
    if (group !== undefined) taken.add(group);
    const sharers = group === undefined ? [row] : sharersOf(row, rules);
    if (group !== undefined && rules.isFilling(row) && sharers.length < fullFor(rules)) {
      isMoreToCome = true;
      continue;
    }
    const rows = wholeWrites(sharers, rules.membersPerWrite, left);
    open.push({ rows, sharers });
    left -= writesOf(rows.length, rules.membersPerWrite);
  }
  if (!isMoreToCome) left = fillUp(open, rules.membersPerWrite, left);
  return { parts: open.map(({ rows }) => rows), writes: Math.floor(rules.writes) - left };
}

/** So many rows fill a write, or the request. */
const fullFor = ({ membersPerWrite }: { readonly membersPerWrite: number }): number =>
  Math.min(membersPerWrite, MEMBERS_AT_MOST);

function sharersOf<R>(row: R, rules: PackRules<R>): readonly R[] {
  const sharers = rules.sharers(row).filter((each) => !rules.isAlone(each));
  return sharers.includes(row) ? sharers.slice(0, MEMBERS_AT_MOST) : [row];
}

/** The first rows that fill whole writes; all of them if they do not fill one. */
function wholeWrites<R>(rows: readonly R[], perWrite: number, writes: number): readonly R[] {
  const full = Math.min(writes, Math.floor(rows.length / perWrite));
  return rows.slice(0, full > 0 ? full * perWrite : rows.length);
}

/** Takes what rows were left out, as long as there are writes. Returns how many are left. */
function fillUp<R>(open: readonly Open<R>[], perWrite: number, writes: number): number {
  let left = writes;
  for (const part of open) {
    const counted = writesOf(part.rows.length, perWrite);
    part.rows = part.sharers.slice(0, Math.max(part.rows.length, (counted + left) * perWrite));
    left -= writesOf(part.rows.length, perWrite) - counted;
  }
  return left;
}

/** What Graph counts for a request with so many rows. */
export const writesOf = (rows: number, membersPerWrite: number): number =>
  Math.max(1, Math.ceil(rows / membersPerWrite));
