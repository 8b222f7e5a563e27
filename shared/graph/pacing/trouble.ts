import type { Counts } from "./counts.ts";
import { type Easing, ease, isNearEmpty, type Moment, shareAt, unlessCalm } from "./easing.ts";
import { createOutage } from "./outage.ts";
import type { PaceSettings } from "./pace-settings.ts";
import type { Loss, PacedAnswer, Refusal } from "./paced-answer.ts";
import { judge, noSuspicion } from "./refusals.ts";
import { createSharedUse } from "./shared-use.ts";

/** Keeps what refusals mean for a pace: how long it holds, and how far it eases. */
export function createTrouble(settings: PaceSettings, counts: Counts) {
  const { quota, windowMs, aim, retryFloorMs, reserve } = settings;
  const fullRate = (quota / windowMs) * aim;
  let easing = settings.easing;
  /** What left before this was under way together with what was refused then. */
  let exhaustedAt = easing?.easedAt ?? Number.NEGATIVE_INFINITY;
  const judgeBy = createJudge();
  const held = createHold(settings);
  const use = reserve === undefined ? undefined : createSharedUse({ windowMs, reserve });

  const momentAt = (now: number): Moment => ({
    now,
    windowMs,
    fullRate,
    sent: counts.sent(),
    refused: counts.refused(),
  });
  const shareOf = (now: number): number => shareAt(easing, momentAt(now));
  return {
    /** Requests per millisecond that may leave. */
    rate: (now: number): number => fullRate * shareOf(now) * (use?.shareAt(now) ?? 1),
    isFull: (now: number): boolean => shareOf(now) === 1,
    heldUntil: held.until,
    isAway: held.isAway,
    isAsked: held.isAsked,
    pause: held.hold,
    lost: held.lost,
    easing: (): Easing | undefined => easing,

    hasNeighbour: (): boolean => easing !== undefined && easing.repeats > 0,

    /** Whether the refusals of the answer mean an exhausted quota. Holds if the service is away. */
    judge(answer: PacedAnswer, now: number): boolean {
      if (answer.used !== undefined) use?.told(answer.used, now);
      if (judgeBy("shed", answer, false) || isFailed(answer)) held.lost(answer, now);
      else held.answered(answer.grantedAt);
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
      const isKnown = grantedAt === undefined ? now < held.until() : grantedAt <= exhaustedAt;
      held.hold(Math.max(retryFloorMs, retryAfterMs ?? 0), now);
      if (isKnown) return;
      exhaustedAt = now;
      // A stock that was not there says nothing about how fast the quota fills.
      if (!isOurGuess) easing = ease(easing, momentAt(now));
    },
  };
}

/** Keeps until when nothing leaves, and whether Graph is away. */
function createHold(settings: Pick<PaceSettings, "heldUntil" | "startAt" | "retryFloorMs">) {
  const outage = createOutage(settings);
  let until = settings.heldUntil ?? settings.startAt;
  const hold = (waitMs: number, now: number): void => {
    until = Math.max(until, now + waitMs);
  };
  return {
    until: (): number => until,
    hold,
    lost: (loss: Loss, now: number): void => {
      const end = outage.failed(loss, now);
      if (end !== undefined) hold(end - now, now);
    },
    answered: (grantedAt: number): void => outage.answered(grantedAt),
    isAway: outage.isAway,
    /** Graph is away, and what left last has to say whether it is back. */
    isAsked: (lastAt: number): boolean => outage.isAway() && lastAt > outage.failedAt(),
  };
}

/** Whether Graph shed all of the post, or failed at it. */
const isFailed = ({ parts }: PacedAnswer): boolean =>
  parts.length > 0 && parts.every((part) => part === "shed" || part === "unknown");

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
