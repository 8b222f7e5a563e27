import type { GuardFinding, PlannedCharge } from "../records/plan.ts";
import { type Caps, countOf, inWords } from "./caps.ts";
import { findCaps, type Surroundings } from "./find-caps.ts";
import { findGroupLoss, type GroupSizes } from "./find-group-loss.ts";

/** What the guards that count rows find, whether they hold the batch or not. */
export const findGuards = (
  charge: PlannedCharge,
  caps: Caps,
  around: Surroundings,
  sizes: GroupSizes,
): readonly GuardFinding[] => [
  ...findCaps(charge, caps, around),
  findGroupLoss(charge, caps, around, sizes),
];

/**
 * What holds a batch, in words, and what a person can do about it beside releasing the batch; `undefined`
 * if no guard holds it.
 */
export function whyHeld(
  findings: readonly GuardFinding[],
): { readonly counts: string; readonly fix: string } | undefined {
  const held = findings.filter((finding) => finding.held);
  if (held.length === 0) return undefined;
  const left = held.flatMap((each) => (each.scope === "day" ? [leftInWords(each)] : []));
  const advice = held.flatMap(({ fix }) => fix ?? []);
  return {
    counts: held.map(clauseOf).join("; "),
    fix: [...new Set([...advice, ...left])].join(" "),
  };
}

/** The batch, and its plan's digest if the plan has one. */
export interface Released {
  readonly batch: string;
  readonly digest?: string | undefined;
}

/** What releases a held batch. It releases this batch alone, and raises no limit for others. */
export const releaseOf = ({ batch, digest }: Released): string =>
  [
    "Look through the rows in the report. If some are wrong, send the right ones under a new name; a smaller batch may pass. If they are right, release this batch, and nothing else, with",
    `npm run batch -- approve ${batch} --plan ${digest ?? "<digest>"}`,
  ].join(" ");

/** A plan of an earlier release has no reason in its findings. */
const clauseOf = ({ kind, count, limit, setting, reason }: GuardFinding): string =>
  reason ?? `the batch has ${countOf(kind, count)}, and ${setting} allows ${inWords(limit)}`;

const leftInWords = ({ kind, left, setting }: GuardFinding): string =>
  `${setting} leaves ${countOf(kind, left)} for now; a write counts for 24 hours.`;
