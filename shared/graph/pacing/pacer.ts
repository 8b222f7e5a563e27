import { BATCH_LIMIT } from "../../core/chunk.ts";
import type { Clock } from "../../core/clock.ts";
import { OperatorError } from "../../core/errors.ts";
import { createPace, type Pace, type Refusal } from "./pacing.ts";

/** What a write pacer learnt of its quota, as JSON for the one that follows it. */
export interface PacerMemory {
  readonly share: number;
  /** Milliseconds since the epoch. */
  readonly easedAtMs: number;
  readonly repeats: number;
  /** Until when Graph asked to send nothing, milliseconds since the epoch; it may have passed. */
  readonly heldUntilMs?: number | undefined;
}

/** Keeps one tenant's directory writes within the quota. One at a time: it does not know of another. */
export interface WritePacer {
  /**
   * Resolves when `n` (1 to 20) writes may leave, to the instant, for `throttled`. First come, first
   * served. Rejects with the signal's reason, having granted nothing, when `signal` aborts.
   */
  take(n: number, signal?: AbortSignal): Promise<number>;
  /**
   * Graph refused writes with 429, parts of a `$batch` or the whole: nothing leaves for the longest
   * wait asked, and then more slowly for a while.
   */
  throttled(
    retryAfterMs: number | undefined,
    refused?: { readonly parts?: number; readonly grantedAt?: number },
  ): void;
  /** Graph is unwell (5xx) and asked to be left alone for `ms`: nothing leaves, and then as before. */
  pause(ms: number): void;
  /** The part of the published quota used between first and last grant; 0 before the second. */
  share(): number;
  /** Writes a second that it lets through now. */
  rate(): number;
  /** `undefined` where Graph never throttled, and asks for no pause now. */
  memory(): PacerMemory | undefined;
}

/** 1 % below the quota: 20 writes each 1.01 s, so that jitter on the way overdraws no window. */
const WRITE_AIM = 0.99;

/** Makes the pacer of a run of writes, which takes Graph's bucket to be empty at this moment. */
export function createWritePacer(options: {
  readonly quota: number;
  readonly windowMs: number;
  readonly retryFloorMs: number;
  readonly clock: Clock;
  /** `memory()` of the pacer before this one. */
  readonly memory?: PacerMemory | undefined;
}): WritePacer {
  const { quota, windowMs, retryFloorMs, clock, memory } = options;
  const startAt = clock.monotonic();
  const epochMs = clock.now() - startAt;
  const pace = createPace({
    quota,
    windowMs,
    retryFloorMs,
    startAt,
    aim: WRITE_AIM,
    burst: BATCH_LIMIT,
    heldUntil: memory?.heldUntilMs === undefined ? undefined : memory.heldUntilMs - epochMs,
    easing: memory && {
      share: memory.share,
      easedAt: Math.min(startAt, memory.easedAtMs - epochMs),
      repeats: memory.repeats,
      sent: 0,
      refused: 0,
      countedFrom: startAt,
    },
  });
  const pacer = createPacer(pace, clock);
  return {
    take(n, signal) {
      if (!Number.isInteger(n) || n < 1 || n > BATCH_LIMIT) {
        throw new RangeError(`a post has 1 to ${BATCH_LIMIT} writes`);
      }
      return pacer.take(n, signal);
    },
    throttled: (retryAfterMs, { parts = 1, grantedAt } = {}) =>
      pacer.refuse({ amount: parts, retryAfterMs, grantedAt }),
    pause: (ms) => pace.pause(ms, clock.monotonic()),
    share: () => pace.shareUsed(),
    rate: () => pace.ratePerSecond(clock.monotonic()),
    memory() {
      const easing = pace.easing();
      if (!easing && pace.heldUntil() <= clock.monotonic()) return undefined;
      return {
        share: easing?.share ?? 1,
        // A pause alone says nothing of the quota: as if it had been eased long ago.
        easedAtMs: easing ? Math.round(epochMs + easing.easedAt) : 0,
        repeats: easing?.repeats ?? 0,
        heldUntilMs: Math.ceil(epochMs + pace.heldUntil()),
      };
    },
  };
}

/** The part of the resource-unit quota that our reads may use: the rest is for the writes' own units. */
const READ_AIM = 0.6;

/** Whoever reads does better to come back than to sit out a longer pause that Graph asked for. */
const LONGEST_HOLD_MS = 120_000;

/** A pacer of resource units, whose true amount is known only when Graph answers. */
export interface UnitPacer {
  /**
   * Resolves when reads of `units`, as expected, may leave; to the instant.
   * @throws OperatorError READ_INCOMPLETE (`retry`) while Graph's pause is too long to be sat out.
   */
  take(units: number): Promise<number>;
  /** The answer's true cost, beside what was taken for it. */
  correct(taken: number, cost: number): void;
  refuse(refusal: Refusal): void;
}

/** Makes the pacer of an instance's reads in one tenant. */
export function createUnitPacer(options: {
  readonly quota: number;
  readonly windowMs: number;
  readonly retryFloorMs: number;
  readonly clock: Clock;
}): UnitPacer {
  const { clock, ...quota } = options;
  const startAt = clock.monotonic();
  const pace = createPace({ ...quota, startAt, aim: READ_AIM, burst: BATCH_LIMIT });
  const pacer = createPacer(pace, clock, LONGEST_HOLD_MS);
  return {
    take: (units) => pacer.take(units),
    refuse: (refusal) => pacer.refuse(refusal),
    correct: (taken, cost) => pace.correct(cost - taken, clock.monotonic()),
  };
}

/** Waits for a pace, in the order of asking. */
function createPacer(pace: Pace, clock: Clock, longestHoldMs = Infinity) {
  let last: Promise<unknown> = Promise.resolve();

  async function grant(amount: number, askedAt: number, signal?: AbortSignal): Promise<number> {
    for (;;) {
      signal?.throwIfAborted();
      const now = clock.monotonic();
      const waitMs = pace.dueAt() - now;
      if (waitMs <= 0) {
        pace.grant(amount, now, askedAt);
        return now;
      }
      if (pace.heldUntil() - now > longestHoldMs) throw heldFor(pace.heldUntil() - now);
      await clock.sleep(waitMs, signal);
    }
  }

  return {
    take(amount: number, signal?: AbortSignal): Promise<number> {
      const askedAt = clock.monotonic();
      const turn = last.then(() => grant(amount, askedAt, signal));
      last = turn.catch(() => undefined);
      return signal ? orAborted(turn, signal) : turn;
    },
    refuse: (refusal: Refusal): void => pace.refuse(refusal, clock.monotonic()),
  };
}

const heldFor = (ms: number): OperatorError =>
  new OperatorError(
    "READ_INCOMPLETE",
    `Graph asked for a pause: nothing is read for the next ${Math.ceil(ms / 1000)} s.`,
    {
      fix: "Nothing was concluded, and it is tried again by itself. If it repeats, the event graph.throttled says whose quota is used up (throttleScope).",
      disposition: "retry",
      retryAfterMs: ms,
    },
  );

/** `turn`, or at once the signal's reason: whoever gives up need not wait for those before it. */
function orAborted<T>(turn: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const abort = (): void => reject(signal.reason);
    if (signal.aborted) abort();
    signal.addEventListener("abort", abort, { once: true });
    turn.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
  });
}
