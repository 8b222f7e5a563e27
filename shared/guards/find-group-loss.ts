import type { GuardFinding, PlannedCharge } from "../records/plan.ts";
import { type Caps, type GroupCaps, inWords } from "./caps.ts";
import { isOf, lostIn } from "./charges.ts";
import type { Surroundings } from "./find-caps.ts";

const SETTING = "MAX_GROUP_LOSS_PERCENT_PER_DAY";
const GROUPS_SHOWN = 5;

/** How many members a group has now; a text says why that is not known. */
export type GroupSizes = ReadonlyMap<string, number | string>;

/** The groups of which the size must be known, because they may lose too much. */
export function groupsToCount(
  charge: PlannedCharge,
  { groups: caps }: Caps,
  around: Surroundings,
): readonly string[] {
  const least = leastLimit(caps);
  return Object.keys(charge.groups.byGroup).filter(
    (group) => totalOf(lossOf(group, charge, around)) > least,
  );
}

/**
 * Compares what each group loses in 24 hours with its size. A group that was large enough when the 24
 * hours began counts, however small it is by now; the percentage is of what it has now. Groups that a plan
 * does not name, because they are too many, are known by the most that one of them loses.
 */
export function findGroupLoss(
  charge: PlannedCharge,
  { groups: caps }: Caps,
  around: Surroundings,
  sizes: GroupSizes,
): GuardFinding {
  const losses = Object.keys(charge.groups.byGroup)
    .map((group) => lossFound(group, lossOf(group, charge, around), caps, sizes.get(group)))
    .toSorted((a, b) => Number(b.held) - Number(a.held) || b.count - b.limit - (a.count - a.limit));
  const held = losses.filter((each) => each.held);
  const unnamed = charge.groups.others > leastLimit(caps);
  const worst = losses[0] ?? { count: 0, limit: leastLimit(caps), percentOf: undefined };
  const { count, limit, percentOf } = worst;
  const reasons = held.slice(0, GROUPS_SHOWN).map(({ reason }) => reason);
  if (held.length > GROUPS_SHOWN) reasons.push(`so do ${inWords(held.length - GROUPS_SHOWN)} more`);
  if (unnamed) {
    reasons.push(
      `it removes members of more groups than are counted by name, up to ${inWords(charge.groups.others)} of each`,
    );
  }
  const isHeld = held.length > 0 || unnamed;
  return {
    guard: "group-loss",
    kind: "membership-removals",
    scope: "group",
    count,
    limit,
    left: Math.max(0, limit - count),
    setting: SETTING,
    held: isHeld,
    ...(percentOf !== undefined && { percentOf }),
    ...(isHeld && { reason: reasons.join("; ") }),
  };
}

/** What the smallest group that counts may lose. */
const leastLimit = ({ percentPerDay, fromMembers }: GroupCaps): number =>
  Math.floor((fromMembers * percentPerDay) / 100);

/** What the batch takes from a group, and what the other batches of 24 hours took. */
const lossOf = (group: string, charge: PlannedCharge, { ledger, batch }: Surroundings) => ({
  own: charge.groups.byGroup[group] ?? charge.groups.others,
  others: lostIn(
    ledger.charges.filter((each) => !isOf(each, batch)),
    group,
  ),
});

const totalOf = ({ own, others }: ReturnType<typeof lossOf>): number => own + others;

interface Loss {
  readonly count: number;
  readonly limit: number;
  readonly percentOf?: number | undefined;
  readonly held: boolean;
  readonly reason?: string;
}

function lossFound(
  group: string,
  loss: ReturnType<typeof lossOf>,
  caps: GroupCaps,
  size: number | string | undefined,
): Loss {
  const least = leastLimit(caps);
  const count = totalOf(loss);
  if (count <= least) return { count, limit: least, held: false };
  if (typeof size !== "number") {
    const why = size ?? "nobody counted them";
    const reason = `the members of group ${group} could not be counted (${why}), and it would lose ${inWords(count)} in 24 hours`;
    return { count, limit: least, held: true, reason };
  }
  const had = size + loss.others;
  if (had < caps.fromMembers) return { count, limit: count, percentOf: size, held: false };
  const limit = Math.floor((size * caps.percentPerDay) / 100);
  const reason = `group ${group} would lose ${inWords(count)} members in 24 hours, and ${SETTING} allows ${inWords(limit)}, which is ${caps.percentPerDay} % of ${inWords(size)}`;
  return { count, limit, percentOf: size, held: count > limit, reason };
}
