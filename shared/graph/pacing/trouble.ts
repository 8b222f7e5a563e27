import type { Counts } from "./counts.ts";
import { type Easing, ease, isNearEmpty, type Moment, shareAt, unlessCalm } from "./easing.ts";
import type { PaceSettings } from "./pace-settings.ts";
import type { PacedAnswer, Refusal } from "./paced-answer.ts";
import { judge, noSuspicion } from "./refusals.ts";
import { createSharedUse } from "./shared-use.ts";

/** Keeps what refusals mean for a pace: how long it holds, and how far it eases. */
export function createTrouble(settings: PaceSettings, counts: Counts) {
  const { quota, windowMs, aim, retryFloorMs, startAt, reserve } = settings;
  const fullRate = (quota / windowMs) * aim;
  let easing = settings.easing;
  let heldUntil = settings.heldUntil ?? startAt;
  /** What left before this was under way together with what was refused then. */
  let exhaustedAt = easing?.easedAt ?? Number.NEGATIVE_INFINITY;
  const judgeBy = createJudge();
  const use = reserve === undefined ? undefined : createSharedUse({ windowMs, reserve });

  const momentAt = (now: number): Moment => ({
    now,
    windowMs,
    fullRate,
    sent: counts.sent(),
    refused: counts.refused(),
  });
  const shareOf = (now: number): number => shareAt(easing, momentAt(now));
  const hold = (waitMs: number, now: number): void => {
    heldUntil = Math.max(heldUntil, now + waitMs);
  };
  return {
    /** Requests per millisecond that may leave. */
    rate: (now: number): number => fullRate * shareOf(now) * (use?.shareAt(now) ?? 1),
    isFull: (now: number): boolean => shareOf(now) === 1,
    heldUntil: (): number => heldUntil,
    easing: (): Easing | undefined => easing,

    hasNeighbour: (): boolean => easing !== undefined && easing.repeats > 0,

    pause: hold,

    /** Whether the refusals of the answer mean an exhausted quota. Holds if the service sheds load. */
    judge(answer: PacedAnswer, now: number): boolean {
      if (answer.used !== undefined) use?.told(answer.used, now);
      if (judgeBy("shed", answer, false)) hold(answer.retryAfterMs ?? retryFloorMs, now);
      const isLate = answer.grantedAt <= exhaustedAt;
      easing = unlessCalm(easing, momentAt(now));
      return judgeBy("refused", answer, isLate || isNearEmpty(easing, momentAt(now)));
    },

    /** The quota is exhausted: holds and, once for what was under way together, eases. */
    exhausted(
      { amount, retryAfterMs, grantedAt }: Refusal,
      { now, isOurGuess }: { readonly now: number; readonly isOurGuess: boolean },
    ): void {
      counts.refuse(amount);
      const isKnown = grantedAt === undefined ? now < heldUntil : grantedAt <= exhaustedAt;
      hold(Math.max(retryFloorMs, retryAfterMs ?? 0), now);
      if (isKnown) return;
      exhaustedAt = now;
      // A stock that was not there says nothing about how fast the quota fills.
      if (!isOurGuess) easing = ease(easing, momentAt(now));
    },
  };
}

/** Judges answer after answer, each kind of refusal for itself. */
function createJudge() {
  const suspicions = { refused: noSuspicion, shed: noSuspicion };
  return (kind: "refused" | "shed", answer: PacedAnswer, isExpected: boolean): boolean => {
    const refused = answer.parts.map((part) => part === kind);
    const { suspicion, isExhausted } = judge(suspicions[kind], { refused, isExpected });
    suspicions[kind] = suspicion;
    return isExhausted;
  };
}
