import type { Counts } from "./counts.ts";
import {
  type Easing,
  ease,
  isNearEmpty,
  type Moment,
  mostAt,
  mustEnd,
  shareAt,
  unlessCalm,
} from "./easing.ts";
import { createOutage } from "./outage.ts";
import type { PaceSettings } from "./pace-settings.ts";
import type { Loss, PacedAnswer, Refusal } from "./paced-answer.ts";
import { judge, type JudgedPost, noSuspicion } from "./refusals.ts";
import { createSharedUse } from "./shared-use.ts";

/** Graph tells the use only above this. */
const TOLD_ABOVE = 0.8;
/** In windows: how long what Graph told is worth something. */
const TOLD_FOR = 0.1;
/** Graph reports the use in whole percents. */
export const USE_ROUNDED_BY = 0.005;

/** Keeps what refusals mean for a pace: how long it holds, and how far it eases. */
export function createTrouble(settings: PaceSettings, counts: Counts) {
  const { quota, windowMs, aim, retryFloorMs, reserve } = settings;
  const fullRate = (quota / windowMs) * aim;
  let easing = settings.easing;
  /** What left before this was under way together with what was refused then. */
  let exhaustedAt = easing?.easedAt ?? Number.NEGATIVE_INFINITY;
  const judgeBy = createJudge();
  const held = createHold(settings);
  const level = createLevel(settings, counts);
  const use = reserve === undefined ? undefined : createSharedUse({ windowMs, reserve });

  const momentAt = (now: number): Moment => ({
    now,
    windowMs,
    fullRate,
    sent: counts.sent(),
    refused: counts.refused(),
    level: use ? undefined : level.at(now, easing?.share ?? 1),
  });
  const shareOf = (now: number): number => shareAt(easing, momentAt(now));
  return {
    /** Requests per millisecond that may leave. */
    rate: (now: number): number => fullRate * shareOf(now) * (use?.shareAt(now) ?? 1),
    most: (now: number): number => mostAt(easing, momentAt(now)),
    isFull: (now: number): boolean => shareOf(now) === 1,
    ...held,
    easing: (): Easing | undefined => (easing?.alone === undefined ? easing : undefined),

    /** Whether Graph told lately that nothing was left. */
    isDry: level.isDry,
    hasEased: (): boolean => easing !== undefined,

    /** Whether the refusals of the answer mean an exhausted quota. Holds if the service is away. */
    judge(answer: PacedAnswer, sentAfter: number, now: number): boolean {
      if (answer.used !== undefined) use?.told(answer.used, now);
      level.told(answer, sentAfter);
      if (judgeBy("shed", answer, { isExpected: false }) || isFailed(answer))
        held.lost(answer, now);
      else held.answered(answer.grantedAt);
      const isLate = answer.grantedAt <= exhaustedAt;
      easing = unlessCalm(easing, momentAt(now));
      return judgeBy("refused", answer, expectedAt(momentAt(now), easing, isLate));
    },

    /** The quota is exhausted: holds and, once for what was under way together, eases. */
    exhausted(
      { amount, retryAfterMs, grantedAt }: Refusal,
      { now, isOurGuess }: { readonly now: number; readonly isOurGuess: boolean },
    ): void {
      counts.refuse(amount);
      const isKnown = grantedAt === undefined ? now < held.heldUntil() : grantedAt <= exhaustedAt;
      held.pause(Math.max(retryFloorMs, retryAfterMs ?? 0), now);
      if (isKnown) return;
      exhaustedAt = now;
      // A stock that was not there says nothing about how fast the quota fills.
      if (!isOurGuess) easing = ease(easing, momentAt(now));
    },
  };
}

/** Keeps what Graph tells of the use of the quota (x-ms-throttle-limit-percentage). */
function createLevel(
  { quota, windowMs }: Pick<PaceSettings, "quota" | "windowMs">,
  counts: Counts,
) {
  let told: { readonly used: number; readonly at: number; readonly sent: number } | undefined;
  const isOld = (now: number): boolean => told === undefined || now - told.at > TOLD_FOR * windowMs;
  return {
    told({ used, parts, grantedAt }: PacedAnswer, sentAfter: number): void {
      // Without the header less than that is used, if Graph tells at all, and took anything.
      if (used === undefined && (told === undefined || !parts.includes("taken"))) return;
      told = { used: used ?? TOLD_ABOVE, at: grantedAt, sent: counts.sent() - sentAfter };
    },
    isDry: (now: number): boolean => !isOld(now) && (told?.used ?? 0) > 1 - 2 * USE_ROUNDED_BY,
    /** What is left at the moment, as a share of the quota, if `inflow` of the full rate flows in. */
    at(now: number, inflow: number): number | undefined {
      if (!told || isOld(now)) return undefined;
      const change = (inflow * (now - told.at)) / windowMs - (counts.sent() - told.sent) / quota;
      return 1 - USE_ROUNDED_BY - told.used + change;
    },
  };
}

/** Keeps until when nothing leaves, and whether Graph is away. */
function createHold(settings: Pick<PaceSettings, "heldUntil" | "startAt" | "retryFloorMs">) {
  const outage = createOutage(settings);
  let until = settings.heldUntil ?? settings.startAt;
  const pause = (waitMs: number, now: number): void => {
    until = Math.max(until, now + waitMs);
  };
  return {
    heldUntil: (): number => until,
    pause,
    lost: (loss: Loss, now: number): void => {
      const end = outage.failed(loss, now);
      if (end !== undefined) pause(end - now, now);
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

const expectedAt = (moment: Moment, easing: Easing | undefined, isLate: boolean) => ({
  isExpected: isLate || isNearEmpty(easing, moment),
  isProbe: mustEnd(easing, moment),
});

/** Judges answer after answer, each kind of refusal for itself. */
function createJudge() {
  const suspicions = { refused: noSuspicion, shed: noSuspicion };
  return (
    kind: "refused" | "shed",
    answer: PacedAnswer,
    expected: Omit<JudgedPost, "refused">,
  ): boolean => {
    const refused = answer.parts.map((part) => part === kind);
    const { suspicion, isExhausted } = judge(suspicions[kind], { refused, ...expected });
    suspicions[kind] = suspicion;
    return isExhausted;
  };
}
