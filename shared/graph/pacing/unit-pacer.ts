import { BATCH_LIMIT } from "../../core/chunk.ts";
import type { Clock } from "../../core/clock.ts";
import type { GraphAnswer } from "../../core/graph-request.ts";
import { type Loss, pacedAnswer } from "./paced-answer.ts";
import { createPace } from "./pacing.ts";
import { createTurns } from "./turns.ts";

/** The part of the resource-unit quota that the reads of one instance may use. */
const READ_AIM = 0.6;

const DEFAULT_RESERVE = 0.15;

/** If Graph asks for a longer pause, the caller had better come back later. */
const LONGEST_HOLD_MS = 120_000;

/** A pacer of resource units. The true cost of a read is known only when Graph answers. */
export interface UnitPacer {
  /**
   * Resolves when reads of `units`, as expected, may leave; to the instant.
   * @throws OperatorError READ_INCOMPLETE (`retry`) while Graph's pause is longer than two minutes.
   */
  take(units: number): Promise<number>;
  /** The answers to what was taken, one or the parts of a post; strays among refusals change nothing. */
  answered(
    answers: readonly (GraphAnswer | undefined)[],
    taken: { readonly grantedAt: number; readonly units: number; readonly cost: number },
  ): void;
  /** No answer came. Once Graph counts as away every read waits. */
  lost(loss: Loss): void;
  /** Graph refused a whole post: every read waits. */
  refused(
    retryAfterMs: number | undefined,
    taken: { readonly grantedAt: number; readonly units: number },
  ): void;
}

/** Makes the pacer of an instance's reads in one tenant. */
export function createUnitPacer(options: {
  readonly quota: number;
  readonly windowMs: number;
  readonly retryFloorMs: number;
  /** What of the quota all our instances together leave to people, other tools and the writes. */
  readonly reserve?: number | undefined;
  readonly clock: Clock;
}): UnitPacer {
  const { clock, ...quota } = options;
  const startAt = clock.monotonic();
  const pace = createPace({
    ...quota,
    startAt,
    aim: READ_AIM,
    burst: BATCH_LIMIT,
    reserve: options.reserve ?? DEFAULT_RESERVE,
  });
  const turns = createTurns(pace, clock, LONGEST_HOLD_MS);
  return {
    take: (units) => turns.take(() => units),
    answered(answers, { grantedAt, units, cost }) {
      const now = clock.monotonic();
      pace.correct(cost - units, now);
      const answer = pacedAnswer(answers, { kind: "Read", grantedAt });
      pace.answered(answer, now);
      // A single read never needs so long a wait.
      const { retryAfterMs = 0 } = answer;
      if (retryAfterMs > LONGEST_HOLD_MS) pace.pause(retryAfterMs, now);
      turns.changed();
    },
    lost(loss) {
      pace.lost(loss, clock.monotonic());
      turns.changed();
    },
    refused(retryAfterMs, { grantedAt, units }) {
      pace.refuse({ amount: units, retryAfterMs, grantedAt }, clock.monotonic());
    },
  };
}
