/** What is known of refusals: how suspicious the last posts were, and how many parts are strays. */
export interface Suspicion {
  readonly score: number;
  /** The share of parts that were refused as strays, over about the last thousand parts. */
  readonly strays: number;
}

/** Nothing is known. */
export const noSuspicion: Suspicion = { score: 0, strays: 0 };

/** A post as it is judged. */
export interface JudgedPost {
  /** Which parts Graph refused with 429, in the order of the requests. */
  readonly refused: readonly boolean[];
  /** The quota must be used up by what is known. */
  readonly isExpected: boolean;
  /** It was sent to find that out (easing.ts). */
  readonly isProbe?: boolean | undefined;
}

/** Strays reach this score by chance once in many thousands of posts, at 1 % of parts. */
const ENOUGH = 5;
/** What each part sent takes off the score: more than strays add. */
const FORGIVE = 1.5 / 20;
/** A tail this long is no stray: at 1 % of parts it comes once in ten thousand posts. */
const TAIL = 2;
/** At more strays than this a tail must be longer. */
const MANY_STRAYS = 0.015;
/** At fewer strays than this, one refused part is enough if it is expected. */
const FEW_STRAYS = 0.002;
/** This many parts of one post are no strays, in whatever order. */
const TOO_MANY = 5;
const REMEMBERED_PARTS = 1000;

/**
 * Tells an exhausted quota from stray refusals. A stray concerns its own row: it is sent again after its
 * own Retry-After, and nothing else waits. A quota is exhausted if refusals come as an empty bucket
 * makes them:
 *
 * - *The rest of a post.* From the first refused part on all are refused, and at least two of them.
 * - *A quarter of a post*, in any order: nothing says that Graph works through a post in its order.
 * - *Posts in a row.* Each refused part counts 1, each part sent takes 0.075 off; at 5 it is enough.
 * - *As expected.* A single part, if the bucket must be empty by what flowed in and what was sent
 *   (easing.ts), unless strays are about.
 * - *Probed.* The last part of a post that was sent to find it out, also if strays are about. A stray there costs an early
 *   end of the probe; to wait for a second refusal would cost two or three more at each probe.
 */
export function judge(
  before: Suspicion,
  { refused, isExpected, isProbe = false }: JudgedPost,
): { readonly suspicion: Suspicion; readonly isExhausted: boolean } {
  const count = refused.filter(Boolean).length;
  const isRest = count > 0 && refused.slice(-count).every(Boolean);
  const score = Math.max(0, before.score + count - FORGIVE * refused.length);
  const isExhausted =
    (isRest && count >= (before.strays < MANY_STRAYS ? TAIL : TAIL + 1)) ||
    (isExpected && count > 0 && before.strays < FEW_STRAYS) ||
    (isProbe && isRest) ||
    count >= TOO_MANY ||
    score >= ENOUGH;
  // A lone refusal in the middle of a post looks like a stray, even at a moment when it is expected.
  const strayed = isExhausted && (isRest || count > 1) ? 0 : count;
  const strays = before.strays + (strayed - before.strays * refused.length) / REMEMBERED_PARTS;
  if (isExhausted) return { suspicion: { score: 0, strays }, isExhausted };
  return { suspicion: { score, strays }, isExhausted };
}
