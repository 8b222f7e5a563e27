import { type PacedAnswer, TOLD_ABOVE } from "./paced-answer.ts";

/** The share that an instance keeps at least. */
const LEAST = 0.03;
/** The share of one that is told at its first answer: many others read already. */
const NEWCOMER = 0.18;
/** The use settles by so much above what is steered for, because shares come back meanwhile. */
const SETTLES_ABOVE = 0.03;

/** In windows: so long an instance that begins uses its full rate. */
const AT_FIRST = 0.12;
/** So many may have begun at the same time, at so much of the quota each. */
const [MANY, EACH] = [8, 0.6];
/** What they may use beyond what flows in until they are told. */
const UNTOLD = 0.12;
/** The part of its measured share with which one goes on after the first word: others use the quota too. */
const AFTER_FIRST = 0.7;

/** In windows: without an answer for so long nothing is known anymore. */
const LATE = 0.2;
/** In windows: answers that come together say the same thing. */
const TOGETHER = 0.025;
/** How much of the full rate comes back within a window of silence, and less if it takes long to be told. */
const COMES_BACK = 0.5;
const COMES_BACK_BY_DELAY = 0.02;

/** How strongly the rate follows the use, and less if it takes long to be told. */
const AT_ONCE = 5;
const AT_ONCE_BY_DELAY = 0.4;
const [LEAST_AT_ONCE, MOST_AT_ONCE] = [0.2, 1.1];
/** The share follows the use beyond the aim by so much of the square of that within a window. */
const LASTING = 0.6;
const [DEEPEST_CUT, HIGHEST_RISE] = [1.2, 0.5];
/** What comes back for each part of that. */
const SLOWLY = 0.003;
/** Above this use a share is halved, once for what was under way together. */
const NEARLY_ALL = 0.97;

/**
 * Shares one quota among instances that do not know of each other: planners, policies and the runner
 * read in the same tenant. All of them are told the same thing in x-ms-throttle-limit-percentage, as soon
 * as four fifths of the quota are used. By then a fifth is left, and what is sent until each of them was told
 * comes out of it: so each measures how long it takes to be told (answers are slow, and posts may be rare), and
 * does everything slower if that is long.
 *
 * - *Untold.* An instance begins with the full rate. Soon it uses no more than eight could without using up that fifth
 *   before they are told; once they would have been told it takes the full rate again.
 * - *First word.* What was used since the beginning and how long that took say what all send together, and so which
 *   part of it flows in. One that is told at its first answer came later: it takes less than a fifth.
 * - *Told.* The rate follows the use at once, the share follows it lastingly. Both depend on the time between two
 *   words and not on their number: what a post costs does not change where the use settles.
 *   Meanwhile each gets back a small, about equal amount. The one who sends most is cut most, so they end at about the
 *   same rate.
 * - *Silence.* Graph tells nothing while less is used: each comes back steadily. At the next word as much was
 *   used as flowed in since the one before, so the mean share of that time is the right one, whoever came or went.
 *
 * The reserve is a part of the bucket, not of what flows in: the use settles at `1 - reserve`, on average,
 * so that people, other tools and the units of writes find it there whenever they want it. Whatever they
 * take, the readers send that much less. Without the header only the beginning changes.
 */
export function createSharedUse({ windowMs, reserve }: { windowMs: number; reserve: number }) {
  const aim = Math.max(TOLD_ABOVE, 1 - reserve - SETTLES_ABOVE);
  const delay = createDelay(windowMs);
  let told: Told | undefined;
  /** Of the time since the last word, or the beginning. */
  let mean = createMean();
  let beganAt: number | undefined;
  let halvedAt = Number.NEGATIVE_INFINITY;

  const windows = (from: number, to: number): number => Math.max(0, to - from) / windowMs;
  const shareAt = (now: number): number => {
    if (!told) return untold(windows(beganAt ?? now, now), delay.windows());
    if (now > told.silentFrom)
      return comingBack(told, windows(told.silentFrom, now), delay.windows());
    return following(told, aim, delay.windows());
  };
  const shareAfter = (used: number, now: number): number => {
    if (!told) return afterFirst(used, mean.of(), windows(beganAt ?? now, now));
    const lasted = windows(told.at, now);
    if (now > told.silentFrom) return afterSilence(mean.of(), lasted, used - told.used);
    return lastingly(told.share, used - aim, lasted * strength(delay.windows()));
  };

  return {
    /** The share of the full rate that this instance may use. */
    shareAt,
    /** What an answer tells: how much of the quota is used, 1 being all, or nothing. */
    answered({ grantedAt, used = 0, parts }: Answer, now: number): void {
      const isTold = used > TOLD_ABOVE;
      // What took nothing, and tells nothing, says nothing.
      if (!isTold && !parts.includes("taken")) return;
      const isNewcomer = beganAt === undefined;
      beganAt ??= grantedAt;
      delay.answered(grantedAt, now);
      mean.add(shareAt(now), now);
      if (!isTold) {
        if (told && grantedAt > told.takenAt && now < told.silentFrom)
          told = { ...told, silentFrom: now };
        return;
      }
      if (told && (grantedAt <= told.takenAt || windows(told.at, now) < TOGETHER)) return;
      let share = isNewcomer ? NEWCOMER : shareAfter(used, now);
      if (used >= NEARLY_ALL && grantedAt > halvedAt) [share, halvedAt] = [share / 2, now];
      share = Math.min(1, Math.max(LEAST, share));
      told = { share, used, takenAt: grantedAt, at: now, silentFrom: now + LATE * windowMs };
      mean = createMean();
      mean.add(shareAt(now), now);
    },
  };
}

type Answer = Pick<PacedAnswer, "grantedAt" | "used" | "parts">;

/** The last word. */
interface Told {
  readonly used: number;
  /** When the post left that Graph told it of, and when that was answered. */
  readonly takenAt: number;
  readonly at: number;
  /** What this instance keeps by it. */
  readonly share: number;
  /** From when on Graph is silent, as known now. */
  readonly silentFrom: number;
}

/** The share before the first word, so many windows after the beginning. */
function untold(windows: number, delay: number): number {
  if (windows < AT_FIRST) return 1;
  const most = (1 + UNTOLD / delay) / (MANY * EACH);
  return Math.min(1, most + Math.max(0, windows - (TOLD_ABOVE * delay) / UNTOLD));
}

const afterFirst = (used: number, mean: number, windows: number): number =>
  Math.max(NEWCOMER / 2, (AFTER_FIRST * mean * windows) / (windows + used));

const following = ({ share, used }: Told, aim: number, delay: number): number => {
  const follows = Math.exp(-atOnce(delay) * (used - aim));
  return Math.min(1, share * Math.min(MOST_AT_ONCE, Math.max(LEAST_AT_ONCE, follows)));
};

function lastingly(share: number, excess: number, strong: number): number {
  const cut = Math.min(DEEPEST_CUT, Math.max(-HIGHEST_RISE, strong * excess));
  return share * Math.exp(-cut) + SLOWLY * strong * Math.sqrt(share / NEWCOMER);
}

const comingBack = ({ share }: Told, windows: number, delay: number): number =>
  Math.min(1, share + Math.min(COMES_BACK, COMES_BACK_BY_DELAY / delay) * windows);

/** What was used in a silence is what flowed in and, if the use has risen, what was taken beyond it. */
const afterSilence = (mean: number, windows: number, risen: number): number =>
  (mean * windows) / Math.max(windows / 2, windows + risen);

const atOnce = (delay: number): number => Math.min(AT_ONCE, AT_ONCE_BY_DELAY / delay);

/** How much of the excess is cut lastingly within a window. */
const strength = (delay: number): number => LASTING * atOnce(delay) ** 2;

/** How much of an earlier value stays with each new one. */
const STAYS = 0.8;
/** In windows: the longest time between two posts that counts. */
const RAREST = 0.1;
const SHORTEST = 0.001;

/** Measures how long it takes until an instance is told: an answer under way, and the time between two of them. */
function createDelay(windowMs: number) {
  let lagMs: number | undefined;
  let gapMs: number | undefined;
  let lastAt: number | undefined;
  return {
    answered(grantedAt: number, now: number): void {
      lagMs = smooth(lagMs, now - grantedAt);
      if (lastAt !== undefined) gapMs = smooth(gapMs, now - lastAt);
      lastAt = now;
    },
    windows: (): number =>
      Math.max(SHORTEST, (lagMs ?? 0) / windowMs + Math.min(RAREST, (gapMs ?? 0) / windowMs)),
  };
}

const smooth = (before: number | undefined, value: number): number =>
  before === undefined ? value : STAYS * before + (1 - STAYS) * value;

/** The mean of a value over the time in which it was seen. */
function createMean() {
  let [area, lasted] = [0, 0];
  let last: { readonly value: number; readonly at: number } | undefined;
  return {
    add(value: number, at: number): void {
      if (last) {
        area += ((last.value + value) / 2) * (at - last.at);
        lasted += at - last.at;
      }
      last = { value, at };
    },
    of: (): number => (lasted > 0 ? area / lasted : (last?.value ?? 1)),
  };
}
