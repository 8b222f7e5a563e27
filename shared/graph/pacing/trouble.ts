import type { Counts } from "./counts.ts";
import {
  type Easing,
  ease,
  inflowAt,
  isSlowest,
  isNearEmpty,
  type Moment,
  mostAt,
  mustEnd,
  shareAt,
  unlessCalm,
  watched,
} from "./easing.ts";
import { createOutage } from "./outage.ts";
import type { PaceSettings } from "./pace-settings.ts";
import { type Loss, type PacedAnswer, type Refusal, TOLD_ABOVE } from "./paced-answer.ts";
import { judge, type JudgedPost, noSuspicion } from "./refusals.ts";
import { createSharedUse } from "./shared-use.ts";

/** Above 1 Graph tells what part of the requests it refuses, not by how much the quota is overdrawn. */
const MOST_USED = 1.02;
/** In windows: how long what Graph told is worth something. */
const TOLD_FOR = 0.1;
/** Graph reports the use in whole percents. */
export const USE_ROUNDED_BY = 0.005;
/** A use above this may be all of the quota. */
const DRY_ABOVE = 1 - 2 * USE_ROUNDED_BY;
/** The same while as little is sent as may be: more than that flows in, so the use would fall. */
const NEARLY_DRY = 0.98;
/** So often the quota is exhausted although Graph told of less use than `NEARLY_DRY`, until what it tells is doubted. */
const WRONG = 4;
/** What a refusal that agrees with what was told takes off that. */
const RIGHT = 0.5;

/** What a later pace has to know. */
const lasting = (easing: Easing | undefined): Easing | undefined =>
  easing?.alone === undefined && !easing?.isWatched ? easing : undefined;

/** The state after an answer. A stock that is used says nothing of neighbors. */
function seenAfter(easing: Easing | undefined, moment: Moment, hasStock: boolean) {
  const calm = unlessCalm(easing, moment);
  return hasStock ? calm : watched(calm, moment);
}

/** How a post was answered: when, what was sent after it, and whether stock is still used. */
interface Landing {
  readonly now: number;
  readonly sentAfter: number;
  readonly hasStock: boolean;
}

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
  const ours = (now: number): number => fullRate * (use?.shareAt(now) ?? 1);
  return {
    /** Requests per millisecond that may leave, and that flow in by what is known. */
    rate: (now: number): number => ours(now) * shareOf(now),
    inflow: (now: number): number => ours(now) * inflowAt(easing, momentAt(now)),
    most: (now: number): number => mostAt(easing, momentAt(now)),
    isFull: (now: number): boolean => shareOf(now) === 1,
    ...held,
    easing: (): Easing | undefined => lasting(easing),
    /** Whether Graph told lately that nothing was left. */
    isDry: level.isDry,
    hasEased: (): boolean => easing !== undefined && !easing.isWatched,
    /** When `amount` is left by what Graph told, if the pace goes by that, and `by` of the inflow is there. */
    roomAt: (amount: number, by: number): number =>
      level.roomAt(amount, easing?.repeats && !use ? by * easing.share : 0),
    /** Whether the refusals of the answer mean an exhausted quota. Holds if the service is away. */
    judge(answer: PacedAnswer, { now, sentAfter, hasStock }: Landing): boolean {
      use?.answered(answer, now);
      level.told(answer, { sentAfter, isLeast: isSlowest(easing, momentAt(now)) });
      const isShed = judgeBy("shed", answer, { isExpected: false });
      held.told(answer, { isFailed: isShed || isFailed(answer), now });
      const isLate = answer.grantedAt <= exhaustedAt;
      easing = seenAfter(easing, momentAt(now), hasStock);
      return judgeBy("refused", answer, expectedAt(easing, momentAt(now), isLate));
    },

    /** The quota is exhausted: holds and, once for what was under way together, eases. */
    exhausted({ amount, retryAfterMs, grantedAt }: Refusal, { now, isOurGuess }: Exhausted): void {
      counts.refuse(amount);
      level.refused(now);
      const isKnown = grantedAt === undefined ? now < held.heldUntil() : grantedAt <= exhaustedAt;
      held.pause(Math.max(retryFloorMs, retryAfterMs ?? 0), now);
      if (isKnown) return;
      exhaustedAt = now;
      // A stock that was not there says nothing about how fast the quota fills.
      if (!isOurGuess) easing = ease(easing, momentAt(now));
    },
  };
}

interface Exhausted {
  readonly now: number;
  /** What was sent was no more than a guess that it is there. */
  readonly isOurGuess: boolean;
}

/** What was sent after a post that is answered, and whether the pace is as slow as it may be before a refusal. */
interface Known {
  readonly sentAfter: number;
  readonly isLeast: boolean;
}

/** Keeps what Graph tells of the use of the quota (x-ms-throttle-limit-percentage). */
function createLevel(
  { quota, windowMs }: Pick<PaceSettings, "quota" | "windowMs">,
  counts: Counts,
) {
  let told: { readonly used: number; readonly at: number; readonly sent: number } | undefined;
  /** Since when Graph tells that nothing is left, and refuses nothing all the same. */
  let dryFrom: number | undefined;
  let isDoubted = false;
  /** How often what Graph told was wrong: something was left, and yet the quota was exhausted. */
  let wrong = 0;
  const isOld = (now: number): boolean => told === undefined || now - told.at > TOLD_FOR * windowMs;
  /** What is left by what was told, as a share of the quota, less what was sent since; no inflow is counted. */
  const leftOf = ({ used, sent }: { readonly used: number; readonly sent: number }): number =>
    1 - USE_ROUNDED_BY - used - (counts.sent() - sent) / quota;
  return {
    told({ used, parts, grantedAt }: PacedAnswer, { sentAfter, isLeast }: Known): void {
      // Without the header less than that is used, if Graph tells at all, and took anything.
      if (used === undefined && (told === undefined || !parts.includes("taken"))) return;
      // Answers come in any order.
      if (told && grantedAt < told.at) return;
      told = {
        used: Math.min(MOST_USED, used ?? TOLD_ABOVE),
        at: grantedAt,
        sent: counts.sent() - sentAfter,
      };
      dryFrom = told.used > (isLeast ? NEARLY_DRY : DRY_ABOVE) ? (dryFrom ?? grantedAt) : undefined;
      if (dryFrom !== undefined && grantedAt - dryFrom > windowMs) isDoubted = true;
      if (isDoubted) told = undefined;
    },
    /** The quota is exhausted: what was told is true, or not. */
    refused(now: number): void {
      if (told && !isOld(now)) wrong = Math.max(0, wrong + (told.used < NEARLY_DRY ? 1 : -RIGHT));
      [dryFrom, isDoubted] = [undefined, wrong >= WRONG];
      if (isDoubted) told = undefined;
    },
    isDry: (now: number): boolean => !isOld(now) && (told?.used ?? 0) > DRY_ABOVE,
    /**
     * When `amount` is left, if `inflow` of the full rate flows in. What was told long ago keeps nobody waiting, nor
     * does an inflow of 0, which is not known.
     */
    roomAt(amount: number, inflow: number): number {
      if (!told || inflow === 0) return Number.NEGATIVE_INFINITY;
      const missing = amount / quota - leftOf(told);
      return told.at + windowMs * Math.min(TOLD_FOR, missing / inflow);
    },
    /** What is left at the moment, as a share of the quota, if `inflow` of the full rate flows in. */
    at(now: number, inflow: number): number | undefined {
      if (!told || isOld(now)) return undefined;
      return leftOf(told) + (inflow * (now - told.at)) / windowMs;
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
  const lost = (loss: Loss, now: number): void => {
    const end = outage.failed(loss, now);
    if (end !== undefined) pause(end - now, now);
  };
  return {
    heldUntil: (): number => until,
    pause,
    lost,
    told(answer: PacedAnswer, how: { readonly isFailed: boolean; readonly now: number }): void {
      if (how.isFailed) lost(answer, how.now);
      else outage.answered(answer.grantedAt);
    },
    isAway: outage.isAway,
    /** Graph is away, and what left last has to say whether it is back. */
    isAsked: (lastAt: number): boolean => outage.isAway() && lastAt > outage.failedAt(),
  };
}

/** Whether Graph shed all of the post, or failed at it. */
const isFailed = ({ parts }: PacedAnswer): boolean =>
  parts.length > 0 && parts.every((part) => part === "shed" || part === "unknown");

const expectedAt = (easing: Easing | undefined, moment: Moment, isLate: boolean) => ({
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
