import { allGuardedKinds, type GuardedCounts, type GuardedKind } from "../catalogue/guarded.ts";
import type { Charge, Ledger, WrittenSpan } from "../records/ledger/ledger.ts";
import type { GroupCounts, PlannedCharge } from "../records/plan.ts";

/** How long a write counts. */
const DAY_MS = 24 * 60 * 60_000;
const HOUR_MS = 60 * 60_000;
/** Writes are kept by the minute, which they never leave too early; of a long batch by the quarter of an hour. */
const SPAN_MS = 60_000;
const LONG_SPAN_MS = 15 * 60_000;
const MOST_SHORT_SPANS = 60;
/** More closed charges than this, and more groups named by them, are kept as one charge, the oldest first. */
const MOST_CLOSED = 200;
const MOST_GROUPS = 20_000;
/** Groups that are named in one charge; of the others only the most that one of them lost is kept. */
export const GROUPS_NAMED = 1_000;
/** What closed charges are called that were put together; no batch can have the name. */
const EARLIER = "(earlier batches)";

/** A batch as the ledger knows it. */
export type ChargedId = Pick<Charge, "batch" | "acceptedAt">;

/** One write of a batch that guards count. */
export interface Written {
  readonly atMs: number;
  readonly counts: GuardedCounts;
  /** The group that lost the members. */
  readonly group?: string | undefined;
}

/** Whether there is nothing to charge. */
export const isNothing = (counts: GuardedCounts): boolean =>
  allGuardedKinds.every((kind) => (counts[kind] ?? 0) === 0);

export const sumOf = (a: GuardedCounts, b: GuardedCounts): GuardedCounts => {
  const sum: Partial<Record<GuardedKind, number>> = { ...a };
  for (const kind of allGuardedKinds) {
    const count = (a[kind] ?? 0) + (b[kind] ?? 0);
    if (count > 0) sum[kind] = count;
  }
  return sum;
};

/** The charge of this batch, if it has one. */
export const chargeOf = (ledger: Ledger, id: ChargedId): Charge | undefined =>
  ledger.charges.find((each) => isOf(each, id));

export const isOf = (charge: ChargedId, { batch, acceptedAt }: ChargedId): boolean =>
  charge.batch === batch && charge.acceptedAt === acceptedAt;

/** The ledger once the batch is charged with the most that it can change. */
export const withOpen = (ledger: Ledger, id: ChargedId, open: PlannedCharge): Ledger => ({
  ...ledger,
  charges: [
    ...ledger.charges.filter((each) => !isOf(each, id)),
    { batch: id.batch, acceptedAt: id.acceptedAt, open },
  ],
});

/** The ledger once the batch is charged with what it wrote, and with nothing else. */
export function withWritten(ledger: Ledger, id: ChargedId, written: WrittenCounts): Ledger {
  const others = ledger.charges.filter((each) => !isOf(each, id));
  const { batch, acceptedAt } = id;
  return written.written.length === 0
    ? { ...ledger, charges: others }
    : { ...ledger, charges: [...others, { batch, acceptedAt, ...written }] };
}

/** What a batch wrote, as its charge keeps it. */
export type WrittenCounts = Pick<
  Extract<Charge, { readonly written: readonly WrittenSpan[] }>,
  "written" | "groups"
>;

/** Adds up the writes of a batch, with bounded memory. */
export function createWrittenCounts(): {
  add(write: Written): void;
  value(): WrittenCounts;
} {
  let spanMs = SPAN_MS;
  let spans = new Map<number, GuardedCounts>();
  const groups = createGroupCounts();
  let groupsMs = 0;
  const put = (into: Map<number, GuardedCounts>, atMs: number, counts: GuardedCounts): void => {
    // The end of its span: a write counts a little longer rather than a little shorter.
    const endMs = Math.ceil(atMs / spanMs) * spanMs;
    into.set(endMs, sumOf(into.get(endMs) ?? {}, counts));
  };
  return {
    add: ({ atMs, counts, group }) => {
      put(spans, atMs, counts);
      if (spans.size > MOST_SHORT_SPANS && spanMs === SPAN_MS) {
        spanMs = LONG_SPAN_MS;
        const longer = new Map<number, GuardedCounts>();
        for (const [endMs, each] of spans) put(longer, endMs, each);
        spans = longer;
      }
      const removals = counts["membership-removals"] ?? 0;
      if (group === undefined || removals === 0) return;
      groups.add(group, removals);
      groupsMs = Math.max(groupsMs, atMs);
    },
    value: () => {
      const written = [...spans]
        .toSorted(([a], [b]) => a - b)
        .map(([endMs, counts]) => ({ at: new Date(endMs).toISOString(), counts }));
      if (groupsMs === 0) return { written };
      return { written, groups: { ...groups.value(), at: new Date(groupsMs).toISOString() } };
    },
  };
}

/** Counts the memberships that are removed from each group, with bounded memory and never too few. */
export function createGroupCounts(most = MOST_GROUPS): {
  add(group: string, count: number): void;
  value(): GroupCounts;
} {
  let groups = new Map<string, number>();
  let others = 0;
  return {
    add: (group, count) => {
      // A group that was dropped may have lost as many as any other.
      groups.set(group, (groups.get(group) ?? others) + count);
      if (groups.size < 2 * most) return;
      const { kept, rest } = largest(groups, most);
      groups = new Map(kept);
      others = Math.max(others, rest);
    },
    value: () => {
      const { kept, rest } = largest(groups, GROUPS_NAMED);
      return { byGroup: Object.fromEntries(kept), others: Math.max(others, rest) };
    },
  };
}

/** The groups that lost most, and the most that one of the others lost. */
function largest(groups: ReadonlyMap<string, number>, most: number) {
  const sorted = [...groups].toSorted(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  return { kept: sorted.slice(0, most), rest: sorted[most]?.[1] ?? 0 };
}

/** The ledger without what is older than 24 hours, and not larger than it may be. */
export function pruned(ledger: Ledger, nowMs: number): Ledger {
  const isYoung = ({ at }: { readonly at: string }): boolean => Date.parse(at) > nowMs - DAY_MS;
  const charges = ledger.charges.flatMap((charge): Charge[] => {
    if (charge.open) return [charge];
    const written = charge.written.filter(isYoung);
    const groups = charge.groups && isYoung(charge.groups) ? charge.groups : undefined;
    if (written.length === 0 && groups === undefined) return [];
    const { batch, acceptedAt } = charge;
    return [{ batch, acceptedAt, written, ...(groups && { groups }) }];
  });
  return { ...ledger, charges: bounded(charges), users: ledger.users.filter(isYoung) };
}

/** Puts the oldest closed charges together while there are too many. What they count stays. */
function bounded(charges: readonly Charge[]): readonly Charge[] {
  const open = charges.filter((each) => each.open !== undefined);
  const closed = charges.filter((each) => each.open === undefined);
  const named = closed.map(({ groups }) => Object.keys(groups?.byGroup ?? {}).length);
  let all = named.reduce((sum, each) => sum + each, 0);
  let drop = 0;
  while (closed.length - drop > MOST_CLOSED || (all > MOST_GROUPS && drop < closed.length)) {
    all -= named[drop] ?? 0;
    drop += 1;
  }
  if (drop < 2) return charges;
  return [together(closed.slice(0, drop)), ...closed.slice(drop), ...open];
}

function together(charges: readonly Extract<Charge, { readonly open?: undefined }>[]): Charge {
  const spans = new Map<string, GuardedCounts>();
  const named = new Set<string>();
  let groupsAt = "";
  for (const { written, groups } of charges) {
    for (const { at, counts } of written) spans.set(at, sumOf(spans.get(at) ?? {}, counts));
    for (const group of Object.keys(groups?.byGroup ?? {})) named.add(group);
    if (groups !== undefined && groups.at > groupsAt) groupsAt = groups.at;
  }
  const others = charges.reduce((sum, { groups }) => sum + (groups?.others ?? 0), 0);
  const lost = new Map([...named].map((group) => [group, lostIn(charges, group)]));
  const { kept, rest } = largest(lost, GROUPS_NAMED);
  const written = [...spans]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([at, counts]) => ({ at, counts }));
  const groups = {
    byGroup: Object.fromEntries(kept),
    others: Math.max(others, rest),
    at: groupsAt,
  };
  return { batch: EARLIER, acceptedAt: "", written, ...(groupsAt !== "" && { groups }) };
}

/** How many members the charges say that a group lost, or may lose. */
export function lostIn(charges: readonly Charge[], group: string): number {
  let lost = 0;
  for (const charge of charges) {
    const groups = charge.open ? charge.open.groups : charge.groups;
    if (groups === undefined) continue;
    lost += Object.hasOwn(groups.byGroup, group) ? groups.byGroup[group]! : groups.others;
  }
  return lost;
}

/** How many of a kind a charge counts. */
export const countIn = (charge: Charge, kind: GuardedKind): number =>
  charge.open
    ? (charge.open.counts[kind] ?? 0)
    : charge.written.reduce((sum, { counts }) => sum + (counts[kind] ?? 0), 0);

/** The ledger with a count of the tenant's users. */
export function withUsers(ledger: Ledger, count: number, atMs: number): Ledger {
  const at = new Date(Math.ceil(atMs / HOUR_MS) * HOUR_MS).toISOString();
  const before = ledger.users.find((each) => each.at === at)?.count ?? Infinity;
  const others = ledger.users.filter((each) => each.at !== at);
  return { ...ledger, users: [...others, { at, count: Math.min(before, count) }] };
}

/** The lowest count of the tenant's users in 24 hours; `undefined` if none is known. */
export const fewestUsers = ({ users }: Ledger): number | undefined =>
  users.length === 0 ? undefined : Math.min(...users.map(({ count }) => count));
