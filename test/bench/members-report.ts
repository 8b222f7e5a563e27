import { type Bar, type BenchOptions, conclude, judge, table } from "./show.ts";

/**
 * When 3 % of the rows become dirty: before the plan is made, so that its look finds them; or after it, so that
 * Graph refuses whole requests, and says that a member does not exist with this status.
 */
export type Dirt = "before" | "since, 404" | "since, 400";

/** One run of `npm run bench:members`. */
export interface MembersRun {
  readonly groups: number;
  readonly rows: number;
  /** 1: a request each. */
  readonly membersPerWrite: number;
  /** When rows became dirty; absent for a clean run. */
  readonly dirt: Dirt | undefined;
  /** From the call of the runner until the batch had ended. */
  readonly seconds: number;
  readonly writingSeconds: number;
  /** Of the write quota. */
  readonly units: number;
  /** Dirty rows. */
  readonly culprits: number;
  readonly throttled: number;
  /** Rows whose verdict is not what it must be. */
  readonly wrong: number;
}

const CLEAN_FASTER = 2.5;
const DIRTY_FASTER = 2.1;
const MOST_OF_UNITS = 1.15;
/** What a full request is counted as, by the members that count as one write. */
const UNITS_OF_20: Readonly<Record<number, number>> = { 3: 7, 20: 1 };
const UNITS_OF_CULPRIT = 2;

/** Prints the runs and what was reached of each target. The figures of a short form say nothing of speed. */
export function showMembers(options: BenchOptions, runs: readonly MembersRun[]): void {
  const rows = runs.map((run) => [
    nameOf(run),
    String(run.rows),
    `${run.seconds.toFixed(1)} s`,
    `${run.writingSeconds.toFixed(1)} s`,
    fasterThanSingles(run, runs)?.toFixed(2) ?? "",
    String(run.units),
    unitsOfExpected(run)?.toFixed(2) ?? "",
    String(run.throttled),
    String(run.wrong),
  ]);
  const head = "run,rows,time,writing,times as fast,writes,÷ expected,throttled,wrong".split(",");
  console.log(`\n${table([head, ...rows])}`);
  judge(runs.flatMap((run) => barsOf(run, runs, options.short)));
  conclude(options, { runs });
}

const nameOf = ({ groups, membersPerWrite, dirt }: MembersRun): string => {
  const how = membersPerWrite === 1 ? "singly" : `${membersPerWrite} members a write`;
  const state = dirt === undefined ? "clean" : `3 % dirty ${dirt}`;
  return `${groups === 1 ? "one group" : `${groups} groups`}, ${how}, ${state}`;
};

function fasterThanSingles(run: MembersRun, runs: readonly MembersRun[]): number | undefined {
  if (run.membersPerWrite === 1) return undefined;
  const singly = runs.find((one) => one.membersPerWrite === 1 && one.groups === run.groups);
  return singly && singly.seconds / run.seconds;
}

function unitsOfExpected({ membersPerWrite, rows, culprits, units }: MembersRun) {
  const ofTwenty = UNITS_OF_20[membersPerWrite];
  if (ofTwenty === undefined) return undefined;
  return units / (((rows - culprits) * ofTwenty) / 20 + UNITS_OF_CULPRIT * culprits);
}

/** If a write takes 20 members, a short run has sent everything before the first refusal comes. */
const isAllSentAtOnce = ({ membersPerWrite, dirt }: MembersRun): boolean =>
  membersPerWrite === 20 && dirt?.startsWith("since") === true;

function barsOf(run: MembersRun, runs: readonly MembersRun[], isShort: boolean): Bar[] {
  const name = nameOf(run);
  const faster = fasterThanSingles(run, runs);
  const ofExpected = unitsOfExpected(run);
  const bar = run.dirt === undefined ? CLEAN_FASTER : DIRTY_FASTER;
  return [
    { name: `${name}: wrong verdicts`, value: run.wrong, unit: "", bar: 0, atMost: true },
    ...(faster === undefined || isShort
      ? []
      : [{ name: `${name}: times as fast`, value: faster, unit: "", bar, atMost: false }]),
    ...(ofExpected === undefined || (isShort && isAllSentAtOnce(run))
      ? []
      : [
          {
            name: `${name}: writes ÷ expected`,
            value: ofExpected,
            unit: "",
            bar: MOST_OF_UNITS,
            atMost: true,
          },
        ]),
  ];
}
