import { BATCH_LIMIT } from "../../core/chunk.ts";
import type { Clock } from "../../core/clock.ts";
import { isAbout, pacedAnswer, type ReportedPost } from "./paced-answer.ts";
import { memoryOf, type PacerMemory, remembered } from "./pacer-memory.ts";
import { createPace } from "./pacing.ts";
import { createTurns } from "./turns.ts";

export type { PacerMemory } from "./pacer-memory.ts";

/** Keeps one tenant's directory writes within the quota. One at a time: it does not know of another. */
export interface WritePacer {
  /**
   * Resolves when `n` (1 to 20) writes may leave, to the instant, for `report`. First come, first
   * served. Rejects with the signal's reason, having granted nothing, when `signal` aborts.
   */
  take(n: number, signal?: AbortSignal): Promise<number>;
  /** How many the last `take` granted: fewer than `n` if Graph told meanwhile that little is left. */
  granted(): number;
  /** The most writes that the next post should hold: 20, or 1 to find out what Graph allows. */
  most(): number;
  /** Graph does not answer: a post that is granted now should hold one write. */
  isAway(): boolean;
  /** What became of a post of `n` writes; every post that left must be reported. */
  report(result: ReportedPost, post: { readonly n: number; readonly grantedAt: number }): void;
  /** No more is sent: `memory()` is complete. */
  end(): void;
  /** The part of the published quota used between first and last grant; 0 before the second. */
  share(): number;
  /** Writes a second that it lets through now. */
  rate(): number;
  /** Until when Graph asked to send nothing, milliseconds since the epoch; it may have passed. */
  heldUntilMs(): number;
  /** What the next pacer of the tenant has to know; `undefined` if nothing is known. */
  memory(): PacerMemory | undefined;
}

/** 1 % below the quota: 20 writes each 1.01 s, so that jitter on the way overdraws no window. */
const WRITE_AIM = 0.99;

/** Makes the pacer of a run of writes. Without a `memory` it takes Graph's bucket to be empty. */
export function createWritePacer(options: {
  readonly quota: number;
  readonly windowMs: number;
  readonly retryFloorMs: number;
  readonly clock: Clock;
  /** So many writes leave post by post if the bucket may be empty. */
  readonly oneByOne?: number;
  /** `memory()` of the pacer before this one. */
  readonly memory?: PacerMemory | undefined;
}): WritePacer {
  const { quota, windowMs, retryFloorMs, clock, memory, oneByOne } = options;
  const startAt = clock.monotonic();
  const epochMs = clock.now() - startAt;
  const pace = createPace({
    ...remembered(memory, { startAt, epochMs, quota }),
    quota,
    windowMs,
    retryFloorMs,
    startAt,
    aim: WRITE_AIM,
    oneByOne,
    burst: BATCH_LIMIT,
  });
  const turns = createTurns(pace, clock);
  let hasEnded = false;
  let granted = 0;
  const most = (): number => Math.min(BATCH_LIMIT, pace.most(clock.monotonic()));
  return {
    take(n, signal) {
      if (!Number.isInteger(n) || n < 1 || n > BATCH_LIMIT) {
        throw new RangeError(`a post has 1 to ${BATCH_LIMIT} writes`);
      }
      return turns.take(() => (granted = Math.min(n, most())), signal);
    },
    granted: () => granted,
    isAway: () => pace.isAway(),
    most,
    report(result, { n, grantedAt }) {
      const now = clock.monotonic();
      if (result.kind === "answered") {
        pace.answered(pacedAnswer(result.parts, { kind: "Write", grantedAt }), now);
      } else if (result.kind === "not-taken" && result.status !== 429) {
        pace.answered({ grantedAt, parts: [] }, now);
      } else if (result.kind === "not-taken" && isAbout(result, "Write")) {
        pace.refuse({ amount: n, retryAfterMs: result.retryAfterMs, grantedAt }, now);
      } else pace.lost({ grantedAt, retryAfterMs: result.retryAfterMs }, now);
      turns.changed();
    },
    end: () => {
      hasEnded = true;
    },
    share: () => pace.shareUsed(),
    rate: () => pace.ratePerSecond(clock.monotonic()),
    heldUntilMs: () => Math.ceil(epochMs + pace.heldUntil()),
    memory: () => memoryOf(pace, { now: clock.monotonic(), epochMs, hasEnded }),
  };
}
