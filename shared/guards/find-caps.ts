import { allGuardedKinds, guardedKinds, type GuardedKind } from "../catalogue/guarded.ts";
import type { Charge, Ledger } from "../records/ledger/ledger.ts";
import type { GuardFinding, PlannedCharge } from "../records/plan.ts";
import { type Caps, countOf, inWords, PERCENT_FROM_OBJECTS, settingOf } from "./caps.ts";
import { countIn, fewestUsers, isOf } from "./charges.ts";
import type { ChargedId } from "./charges.ts";

/** What a batch is compared with. */
export interface Surroundings {
  readonly batch: ChargedId;
  /** As it is now, without what is older than 24 hours. */
  readonly ledger: Ledger;
  /** Why the objects could not be counted now, if they could not: what was counted before says nothing. */
  readonly uncounted?: string | undefined;
}

/** Batches that a finding names; their counts are in `count`, also if they are more. */
const BATCHES_NAMED = 5;

/**
 * Compares what a batch can change with the caps: of the batch itself, and of 24 hours of the tenant,
 * absolute and in percent. One row over a cap holds the whole batch: a batch cut at the cap would do
 * half of a job that no person has checked. A batch with nothing of a kind is not held by its cap.
 */
export const findCaps = (
  charge: PlannedCharge,
  caps: Caps,
  around: Surroundings,
): readonly GuardFinding[] =>
  allGuardedKinds.flatMap((kind) => {
    const own = charge.counts[kind] ?? 0;
    const found = [ofBatch(kind, own, caps), ofDay(kind, own, caps, around)];
    return guardedKinds[kind].of === undefined
      ? found
      : [...found, ofPercent(kind, own, caps, around)];
  });

function ofBatch(kind: GuardedKind, own: number, { kinds }: Caps): GuardFinding {
  const limit = kinds[kind].perBatch;
  const setting = settingOf(kind, "PER_BATCH");
  return finding(
    { guard: kind, kind, scope: "batch", limit, setting },
    { own, others: 0 },
    `the batch has ${countOf(kind, own)}, and ${setting} allows ${inWords(limit)}`,
  );
}

function ofDay(
  kind: GuardedKind,
  own: number,
  { kinds }: Caps,
  around: Surroundings,
): GuardFinding {
  const limit = kinds[kind].perDay;
  const setting = settingOf(kind, "PER_DAY");
  const { over, others } = spentOf(kind, around);
  return {
    ...finding(
      { guard: `${kind}-per-day`, kind, scope: "day", limit, setting },
      { own, others },
      `${dayInWords(kind, own, others, over)}, and ${setting} allows ${inWords(limit)}`,
    ),
    over: over.slice(0, BATCHES_NAMED),
  };
}

function ofPercent(
  kind: GuardedKind,
  own: number,
  { kinds }: Caps,
  around: Surroundings,
): GuardFinding {
  const percent = kinds[kind].percentPerDay ?? 100;
  const setting = settingOf(kind, "PERCENT_PER_DAY");
  const { over, others } = spentOf(kind, around);
  const users = fewestUsers(around.ledger);
  const about = { guard: `${kind}-percent`, kind, scope: "day", setting } as const;
  const named = over.slice(0, BATCHES_NAMED);
  const isUnknown = around.uncounted !== undefined || users === undefined;
  if (own === 0 && isUnknown) {
    // They need not be counted, because the batch has none of the kind: only the day's own limit is known.
    const limit = kinds[kind].perDay;
    return { ...finding({ ...about, limit }, { own, others }, ""), over: named };
  }
  if (isUnknown) {
    const why = around.uncounted ?? "nobody counted them";
    const reason = `the users of the tenant could not be counted (${why}), so that ${setting} cannot be checked for ${countOf(kind, own)}`;
    const unknown = finding({ ...about, limit: 0 }, { own, others }, reason);
    return { ...unknown, over: named, held: true, reason };
  }
  const isSmall = usersBefore(around) < PERCENT_FROM_OBJECTS;
  const limit = isSmall ? Math.max(users, own + others) : Math.floor((users * percent) / 100);
  const reason = `${dayInWords(kind, own, others, over)}, and ${setting} allows ${inWords(limit)}, which is ${percent} % of ${inWords(users)} users`;
  const found = finding({ ...about, limit }, { own, others }, reason);
  return { ...found, percentOf: users, over: named };
}

/** How many users there were when the 24 hours began, as far as is known: deletes do not make a tenant small. */
function usersBefore({ ledger }: Surroundings): number {
  const deleted = ledger.charges.reduce((sum, each) => sum + countIn(each, "deletes"), 0);
  return (fewestUsers(ledger) ?? 0) + deleted;
}

type About = Pick<GuardFinding, "guard" | "kind" | "scope" | "limit" | "setting">;

function finding(
  about: About,
  { own, others }: { readonly own: number; readonly others: number },
  reason: string,
): GuardFinding {
  const count = own + others;
  const held = own > 0 && count > about.limit;
  const left = Math.max(0, about.limit - (held ? others : count));
  return { ...about, count, left, held, ...(held && { reason }) };
}

/** What the other batches of 24 hours count, the largest first. */
function spentOf(
  kind: GuardedKind,
  { ledger, batch }: Surroundings,
): { readonly others: number; readonly over: readonly { batch: string; count: number }[] } {
  const over = ledger.charges
    .filter((each: Charge) => !isOf(each, batch))
    .map((each) => ({ batch: each.batch, count: countIn(each, kind) }))
    .filter(({ count }) => count > 0)
    .toSorted((a, b) => b.count - a.count);
  return { over, others: over.reduce((sum, { count }) => sum + count, 0) };
}

/** `31 deletes and 31 more in 24 hours (31 in leavers-1) are 62 deletes` */
function dayInWords(
  kind: GuardedKind,
  own: number,
  others: number,
  over: readonly { readonly batch: string; readonly count: number }[],
): string {
  if (others === 0) return `the batch has ${countOf(kind, own)}`;
  const named = over
    .slice(0, BATCHES_NAMED)
    .map(({ batch, count }) => `${inWords(count)} in ${batch}`);
  const more = over.length - named.length;
  if (more > 0) named.push(`the rest in ${inWords(more)} more`);
  return `the batch's ${countOf(kind, own)} and those of the last 24 hours (${named.join(", ")}) are ${inWords(own + others)}`;
}
