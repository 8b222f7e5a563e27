import { createPace } from "../../../shared/graph/pacing/pacing.ts";
import { seededRandom } from "../../core/seeded-random.ts";
import { createModelBucket } from "./model-bucket.ts";

/** Resource units of a large tenant. */
export const QUOTA = 8000;
export const WINDOW_MS = 10_000;

interface Reading {
  readonly forMs: number;
  readonly seed: number;
  readonly joinsAt?: number;
  readonly leaveAt?: number;
  readonly others?: number;
  readonly quota?: number;
  /** Units of a post; of several, posts cost each in turn. */
  readonly post?: number | readonly number[];
  /** How long an answer takes, milliseconds: at least, at most. */
  readonly answerMs?: readonly [number, number];
  /** The share of the quota that somebody else takes in posts of 100 units at fixed intervals. */
  readonly tool?: number;
}

/** A post of the other tool: 20 reads of 5 units. */
const TOOL_POST = 100;

interface Flight {
  readonly by: number;
  readonly units: number;
  readonly grantedAt: number;
  readonly backAt: number;
  readonly taken: number;
  readonly used: number;
}

/**
 * `readers` read as much as they may for `forMs`, beside 20 writes a second of one unit each. The last
 * joins at `joinsAt`, and the first half of them leaves at `leaveAt`. `others` is the share of the quota
 * that somebody else takes evenly.
 */
export function read(
  readers: number,
  {
    forMs,
    seed,
    joinsAt = 0,
    leaveAt = forMs,
    others = 0,
    tool = 0,
    quota = QUOTA,
    post = 20,
    answerMs: [soonest, latest] = [60, 260],
  }: Reading,
) {
  const posts = typeof post === "number" ? [post] : post;
  const random = seededRandom(seed);
  const drain = (from: number, to: number): number => (others * quota * (to - from)) / WINDOW_MS;
  const meter = createModelBucket({ quota, windowMs: WINDOW_MS, from: 0, level: quota, drain });
  const paces = Array.from({ length: readers }, () =>
    createPace({
      quota,
      windowMs: WINDOW_MS,
      aim: 0.6,
      burst: 20,
      retryFloorMs: 1000,
      startAt: 0,
      reserve: 0.15,
    }),
  );
  let flights: readonly Flight[] = [];
  const unitsOf = paces.map(() => 0);
  const taken: { readonly at: number; readonly by: number; readonly units: number }[] = [];
  const uses: { readonly at: number; readonly used: number }[] = [];
  const sent = paces.map(() => 0);
  const toolEveryMs = TOOL_POST / ((tool * quota) / WINDOW_MS);
  let [now, nextWriteAt, nextToolAt] = [0, 1000, tool > 0 ? toolEveryMs : Infinity];
  let [refusedWrites, refusedReads, refusedOthers] = [0, 0, 0];
  while (now < forMs) {
    const back = flights.toSorted((a, b) => a.backAt - b.backAt)[0];
    const backAt = back?.backAt ?? Number.POSITIVE_INFINITY;
    const [dueAt, by] = paces
      .map((pace, index): [number, number] => {
        const isFree = flights.filter((flight) => flight.by === index).length < 8;
        const hasLeft = index < readers / 2 && now >= leaveAt;
        const from = index === readers - 1 ? joinsAt : 0;
        const isReading = isFree && !hasLeft;
        return [isReading ? Math.max(now, from, pace.dueAt()) : Number.POSITIVE_INFINITY, index];
      })
      .toSorted(([a], [b]) => a - b)[0]!;
    now = Math.min(nextWriteAt, nextToolAt, backAt, dueAt);
    if (now === nextWriteAt) {
      refusedWrites += 20 - meter.take(20, now);
      nextWriteAt += 1000;
    } else if (now === nextToolAt) {
      refusedOthers += TOOL_POST - meter.take(TOOL_POST, now);
      nextToolAt += toolEveryMs;
    } else if (back && now === backAt) {
      flights = flights.filter((flight) => flight !== back);
      const parts = Array.from({ length: back.units }, (_, at) =>
        at < back.taken ? ("taken" as const) : ("refused" as const),
      );
      const used = back.used > 0.8 ? back.used : undefined;
      paces[back.by]!.answered({ grantedAt: back.grantedAt, parts, used }, now);
    } else {
      const units = posts[sent[by]!++ % posts.length]!;
      paces[by]!.grant(units, now, now);
      const found = meter.take(units, now);
      unitsOf[by]! += found;
      taken.push({ at: now, by, units: found });
      refusedReads += units - found;
      const used = Math.round(100 * meter.used(now)) / 100;
      uses.push({ at: now, used });
      const answered = now + soonest + (latest - soonest) * random();
      flights = [...flights, { by, units, grantedAt: now, backAt: answered, taken: found, used }];
    }
  }
  return { refusedWrites, refusedReads, refusedOthers, units: unitsOf, taken, uses };
}

/** What `of` took between two instants, as a share of what flowed in. */
export const shareOf = (
  { taken }: ReturnType<typeof read>,
  of: (reader: number) => boolean,
  [from, to]: readonly [number, number],
  quota = QUOTA,
): number =>
  taken
    .filter(({ by, at }) => of(by) && at >= from && at < to)
    .reduce((sum, { units }) => sum + units, 0) /
  ((quota / WINDOW_MS) * (to - from));
