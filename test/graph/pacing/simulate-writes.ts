import type { PaceSettings } from "../../../shared/graph/pacing/pace-settings.ts";
import type { PartFate } from "../../../shared/graph/pacing/paced-answer.ts";
import { createPace, type Pace } from "../../../shared/graph/pacing/pacing.ts";
import { seededRandom } from "../../core/seeded-random.ts";
import type { ModelBucket } from "./model-bucket.ts";

export const QUOTA = 3000;
export const WINDOW_MS = 150_000;

/** How a simulated Graph answers, besides its meter. */
export interface Conditions {
  readonly meter: ModelBucket;
  readonly seed: number;
  /** The share of parts that are refused although the quota is not used up. */
  readonly strays?: number;
  /** Between these instants all parts are answered with 503. */
  readonly sheds?: readonly [number, number];
  /** The share of posts that fail as a whole, each for itself. */
  readonly failures?: number;
  /** Between these instants every post fails. */
  readonly down?: readonly [number, number];
  /** What a failed post asks to wait; without it nothing is asked. */
  readonly failureWaitMs?: number;
  /** Whether Graph tells how much of the quota is used above 0.8. */
  readonly tellsUse?: boolean;
  /** After how many milliseconds posts are answered, at least and at most. */
  readonly answerMs?: readonly [number, number];
  /** Whether refused parts come in any order, not at the end of a post. */
  readonly inAnyOrder?: boolean;
}

interface Flight {
  readonly grantedAt: number;
  readonly backAt: number;
  readonly parts: readonly PartFate[];
  readonly waitMs: number;
  readonly used: number | undefined;
  /** It failed as a whole. */
  readonly isLost: boolean;
}

/** What writing came to. */
export interface Written {
  /** Parts that the meter refused, of all that were sent. */
  readonly throttledShare: number;
  readonly throttled: number;
  readonly strays: number;
  readonly seconds: number;
  readonly perSecond: number;
  /** When each post left, and of how many parts it was. */
  readonly posts: readonly { readonly at: number; readonly n: number }[];
}

/**
 * Writes until `writes` were taken, on a simulated clock, as the runner does: at most 16 posts under way,
 * refused parts sent again after their own wait.
 */
export function simulateWrites(
  writes: number,
  conditions: Conditions,
  settings: Partial<PaceSettings> = {},
): Written {
  const pace = createWritePace(settings);
  const graph = simulatedGraph(conditions);
  let flights: readonly Flight[] = [];
  let repeats: readonly { at: number; n: number }[] = [];
  const posts: { at: number; n: number }[] = [];
  let [waiting, now, sent, lastAt] = [writes, 0, 0, 0];
  while (waiting > 0 || flights.length > 0 || repeats.length > 0) {
    const back = flights.toSorted((a, b) => a.backAt - b.backAt)[0];
    const repeat = repeats.toSorted((a, b) => a.at - b.at)[0];
    const isFree = waiting > 0 && flights.length < 16;
    const due = isFree ? Math.max(now, pace.dueAt()) : Number.POSITIVE_INFINITY;
    if (repeat && repeat.at <= Math.min(due, back?.backAt ?? due)) {
      now = Math.max(now, repeat.at);
      repeats = repeats.filter((each) => each !== repeat);
      waiting += repeat.n;
    } else if (back && back.backAt <= due) {
      now = back.backAt;
      flights = flights.filter((each) => each !== back);
      tell(pace, back);
      const n = back.parts.filter((part) => part !== "taken").length;
      if (n > 0) repeats = [...repeats, { at: now + back.waitMs, n }];
    } else {
      now = due;
      const n = Math.min(waiting, pace.most(now));
      pace.grant(n, now, now);
      flights = [...flights, graph.post(n, now)];
      posts.push({ at: now, n });
      [waiting, sent, lastAt] = [waiting - n, sent + n, now];
    }
  }
  const { throttled, strays } = graph.counts();
  const seconds = lastAt / 1000;
  return {
    throttledShare: throttled / sent,
    throttled,
    strays,
    seconds,
    perSecond: writes / seconds,
    posts,
  };
}

function tell(pace: Pace, back: Flight): void {
  const { grantedAt, waitMs, backAt, isLost } = back;
  const retryAfterMs = waitMs > 0 ? waitMs : undefined;
  if (isLost) pace.lost({ grantedAt, retryAfterMs }, backAt);
  else pace.answered({ ...back, retryAfterMs }, backAt);
}

/** The pace of writes that the product has. */
export const createWritePace = (settings: Partial<PaceSettings> = {}): Pace =>
  createPace({
    quota: QUOTA,
    windowMs: WINDOW_MS,
    aim: 0.99,
    burst: 20,
    retryFloorMs: 1000,
    startAt: 0,
    ...settings,
  });

/** Answers posts 0.3 to 1.5 s after they arrive, if nothing else is said. */
export function simulatedGraph(conditions: Conditions) {
  const { meter, seed, strays = 0, sheds = [0, 0], tellsUse = false, inAnyOrder } = conditions;
  const { failures = 0, down = [0, 0], failureWaitMs = 0, answerMs = [300, 1500] } = conditions;
  const random = seededRandom(seed);
  let [throttled, stray] = [0, 0];

  function fates(n: number, at: number): PartFate[] {
    if (at >= sheds[0] && at < sheds[1]) return Array.from({ length: n }, () => "shed");
    const isStray = Array.from({ length: n }, () => random() < strays);
    const metered = isStray.filter((each) => !each).length;
    let fits = meter.take(metered, at);
    throttled += metered - fits;
    stray += n - metered;
    const parts = isStray.map((each): PartFate => {
      if (each) return "refused";
      fits -= 1;
      return fits >= 0 ? "taken" : "refused";
    });
    if (!inAnyOrder) return parts;
    const order = parts.map((part) => ({ part, at: random() }));
    return order.toSorted((a, b) => a.at - b.at).map(({ part }) => part);
  }

  return {
    post(n: number, grantedAt: number): Flight {
      const at = grantedAt + 30 * random();
      const isDown = at >= down[0] && at < down[1];
      const isLost = isDown || (failures > 0 && random() < failures);
      const backAt = (): number => at + answerMs[0] + (answerMs[1] - answerMs[0]) * random();
      if (isLost) {
        const parts = Array.from({ length: n }, () => "unknown" as const);
        return {
          grantedAt,
          parts,
          backAt: backAt(),
          waitMs: failureWaitMs,
          used: undefined,
          isLost,
        };
      }
      const parts = fates(n, at);
      const used = Math.round(100 * meter.used(at)) / 100;
      return {
        grantedAt,
        parts,
        backAt: backAt(),
        isLost,
        waitMs: meter.waitMs(at),
        used: tellsUse && used > 0.8 ? used : undefined,
      };
    },
    counts: () => ({ throttled, strays: stray }),
  };
}
