import type { Bar } from "../show.ts";
import type { Result } from "./one-race.ts";
import type { Scenario } from "./scenarios.ts";

/** One race as it was run. */
export interface Raced {
  readonly scenario: Scenario;
  readonly results: readonly Result[];
}

const OURS = "directory-batch";
const RIVALS = ["graph-client", "pnpjs", "kiota", "loop-of-8"];

/** The races that have a target, and whom each needs. */
const NEEDED: Readonly<Record<string, readonly string[]>> = {
  "A empty": [OURS],
  "A full": [OURS, ...RIVALS],
  "A sliding": [OURS],
  "A neighbor": [OURS],
  "B members": [OURS, "patch-20"],
  "B published": [OURS, "patch-20"],
  "C trouble 1": [OURS, ...RIVALS],
  "C trouble 2": [OURS, ...RIVALS],
  "D no quota": [OURS],
};

/** Who takes part in a race that has a target; `undefined` if it has none. */
export const neededFor = ({ name }: Scenario): readonly string[] | undefined => NEEDED[name];

/** Of all that was sent. */
const MOST_THROTTLED = 0.001;
const LEAST_OF_QUOTA = 0.985;
const MOST_OF_FASTEST_IN_TROUBLE = 1.3;

/** What was reached of each target, for the races that were run. */
export function barsOf(races: readonly Raced[]): readonly Bar[] {
  return races.flatMap(({ scenario, results }) => {
    const ours = results.find(({ contestant }) => contestant === OURS);
    const rivals = results.filter(({ contestant }) => !contestant.startsWith(OURS));
    if (ours === undefined) return [];
    const { name } = scenario;
    const throttled = ours.throttled / (ours.writes + ours.throttled);
    const bar = (what: string, value: number, limit: number, atMost = true): Bar => ({
      name: `${name}: ${what}`,
      value,
      unit: "",
      bar: limit,
      atMost,
    });
    const right = [bar("wrong, failed, unknown or twice", notRight(ours), 0)];
    if (name === "A empty") {
      const share = bar("of the quota", ours.quotaShare ?? Number.NaN, LEAST_OF_QUOTA, false);
      return [...right, share, bar("throttled", ours.throttled, 0)];
    }
    if (name === "A sliding" || name === "A neighbor") {
      return [...right, bar("throttled, of all", throttled, MOST_THROTTLED)];
    }
    if (rivals.length === 0) return right;
    const toFastest = ours.seconds / Math.min(...rivals.map(({ seconds }) => seconds));
    if (!name.startsWith("C")) return [...right, bar("÷ the fastest rival", toFastest, 1)];
    const honest = rivals.filter((rival) => notRight(rival) === 0);
    const toHonest = honest.map(({ seconds }) => ours.seconds / seconds);
    return [
      ...right,
      bar("÷ the fastest rival", toFastest, MOST_OF_FASTEST_IN_TROUBLE),
      ...(honest.length === 0 ? [] : [bar("÷ a rival that was right", Math.max(...toHonest), 1)]),
    ];
  });
}

const notRight = ({ wrong, failed, unknown, twice }: Result): number =>
  wrong + failed + unknown + twice;
