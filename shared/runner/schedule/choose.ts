import type { Entry } from "./entry.ts";
import type { Lane, OpenRow } from "./open-row.ts";
import { type Packed, pack } from "./pack.ts";
import type { ReadyRows } from "./ready-rows.ts";

/** What could be sent, and when there may be more. */
export interface Choice<L extends Lane> extends Packed<OpenRow<L>> {
  /** The rows of all parts. */
  readonly picked: readonly OpenRow<L>[];
  /** The earliest `notBeforeMs` of a row that waits for no other row. */
  readonly nextMs: number | undefined;
}

/** Which rows may share a request with others of their group. */
export interface Sharing<L extends Lane> {
  /** How many members Graph counts as one write. */
  readonly membersPerWrite: number;
  readonly mayShare: (row: OpenRow<L>) => boolean;
  /** Whether more rows of its batch are about to be ready. */
  readonly isFilling: (row: OpenRow<L>) => boolean;
}

/** What `choose` is asked: lanes in order of work, and how many writes may leave. */
export interface Wish<L extends Lane> {
  readonly lanes: Iterable<L>;
  readonly nowMs: number;
  readonly most: number;
  /** Without it every row has a request of its own. */
  readonly sharing?: Sharing<L> | undefined;
}

/** What the schedule knows of the rows to choose from. */
interface Rows<L extends Lane> {
  readonly ready: ReadyRows<L>;
  readonly doubts: ReadonlySet<Entry<L>>;
  /** By group: the rows that shared a request last. */
  readonly shared: Map<string, readonly Entry<L>[]>;
}

/** Chooses the rows that may go next, in the order of work, and packs them. */
export function choose<L extends Lane>(state: Rows<L>, wish: Wish<L>): Choice<L> {
  const { ready } = state;
  const { lanes, nowMs, most, sharing } = wish;
  ready.advance(nowMs);
  if (!sharing || sharing.membersPerWrite === 1) return chooseSingly(state, wish);
  const groupOf = (entry: Entry<L>): string | undefined =>
    sharing.mayShare(entry) ? entry.write.group : undefined;
  const { parts, writes } = pack(offeredIn(state, lanes), {
    writes: most,
    membersPerWrite: sharing.membersPerWrite,
    groupOf,
    isFilling: sharing.isFilling,
    isBusy: (group) => isBusy(state, group),
    isAlone: (entry) => entry.alone,
    sharers: (entry) =>
      ready
        .offeredOf(entry.write.group ?? "")
        .filter(
          (each) => each.urgency === entry.urgency && groupOf(each) !== undefined && mayGo(each),
        ),
  });
  return { parts, writes, picked: parts.flat(), nextMs: ready.nextMs() };
}

/** Chooses rows of which each has a request of its own. */
function chooseSingly<L extends Lane>({ ready }: Rows<L>, { lanes, most }: Wish<L>): Choice<L> {
  const picked: Entry<L>[] = [];
  const choice = (): Choice<L> => ({
    parts: picked.map((entry) => [entry]),
    writes: picked.length,
    picked,
    nextMs: ready.nextMs(),
  });
  for (const lane of lanes) {
    for (const entry of ready.of(lane)) {
      // A row that goes alone is not added to others.
      if (entry.alone && picked.length > 0) continue;
      if (!mayGo(entry)) continue;
      picked.push(entry);
      if (picked.length >= most || entry.alone) return choice();
    }
  }
  return choice();
}

function* offeredIn<L extends Lane>({ ready }: Rows<L>, lanes: Iterable<L>) {
  for (const lane of lanes) {
    for (const entry of ready.of(lane)) if (mayGo(entry)) yield entry;
  }
}

const mayGo = <L extends Lane>(entry: Entry<L>): boolean => entry.lane.mayGo?.(entry) ?? true;

/** Notes that these rows share a request: until it is answered, no other rows of their group do. */
export function share<L extends Lane>(state: Rows<L>, rows: readonly Entry<L>[]): void {
  const group = rows[0]?.write.group;
  if (group !== undefined) state.shared.set(group, rows);
}

/** Notes that a post with these rows was answered: their group may share the next request. */
export function unshare<L extends Lane>(state: Rows<L>, rows: readonly Entry<L>[]): void {
  const [first] = rows;
  const group = first?.write.group;
  if (group !== undefined && state.shared.get(group)?.includes(first!)) state.shared.set(group, []);
}

/** Whether a request that rows of the group shared is under way, or may be, because it is in doubt. */
function isBusy<L extends Lane>(state: Rows<L>, group: string): boolean {
  let rows = state.shared.get(group);
  if (rows === undefined) {
    // What an earlier runner left in doubt may have been sent together.
    rows = [...state.doubts].filter(({ write }) => write.group === group);
    state.shared.set(group, rows);
  }
  return rows.some(({ state: now }) => now === "flying" || now === "doubt");
}
