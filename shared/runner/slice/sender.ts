import { backoffMs } from "../../core/backoff.ts";
import { mayShare } from "../batch/may-share.ts";
import type { PostOutcome } from "../sending/account.ts";
import { nextDoubtMs } from "../sending/doubts.ts";
import { sendPost } from "../sending/post.ts";
import type { Slice } from "./slice-parts.ts";
import { TICK_MS } from "./wake.ts";

/**
 * After this many rounds of posts without any answer Graph counts as away: single rows try whether it is
 * back. Posts that were under way together are one round, because a reset of their connection loses all.
 */
const LOST_ROUNDS = 2;

/**
 * Keeps the pacer's grants in use with several posts under way. In a loop it
 *
 * - waits, while as many posts are under way as may be, or Graph does not answer;
 * - else asks the pacer for room for the rows that could go, and sends what is most urgent by then;
 * - else, if no row could go, waits until one may, or ends because there is nothing to do.
 */
export interface Sender {
  /**
   * Sends until the slice stops. Resolves with how long there is nothing to do, milliseconds, or with
   * `undefined` if there is no work left.
   */
  run(): Promise<number | undefined>;
  /** Resolves when no post is under way. */
  rest(): Promise<void>;
}

interface State {
  readonly slice: Slice;
  readonly posts: Set<Promise<void>>;
  lostRounds: number;
  /** When the last round was lost: a post that was sent before is of the same round. */
  lostMs: number;
  pausedUntilMs: number;
  postNumber: number;
}

export function createSender(slice: Slice): Sender {
  const posts = new Set<Promise<void>>();
  const state: State = {
    slice,
    posts,
    lostRounds: 0,
    lostMs: -Infinity,
    pausedUntilMs: -Infinity,
    postNumber: 0,
  };
  return {
    run: () => run(state),
    rest: async () => {
      await Promise.all(posts);
    },
  };
}

async function run(state: State): Promise<number | undefined> {
  const { slice, posts } = state;
  const { site, wake, stop } = slice;
  while (!stop.signal.aborted) {
    const nowMs = site.clock.monotonic();
    const pauseMs = state.pausedUntilMs - nowMs;
    if (pauseMs > 0 || posts.size >= site.settings.postsInFlight) {
      await wake.wait(pauseMs > 0 ? pauseMs : TICK_MS);
      continue;
    }
    const most = state.lostRounds >= LOST_ROUNDS ? 1 : site.pacer.most();
    const { writes, nextMs } = choose(slice, most);
    if (writes > 0) {
      await sendNext(state, writes);
      continue;
    }
    if (slice.work.isEmpty() && posts.size === 0) {
      await slice.work.poll();
      if (slice.work.isEmpty()) return undefined;
    }
    const idleMs = idleForMs(state, nextMs, nowMs);
    if (idleMs !== undefined) return idleMs;
    await wake.wait(Math.min(TICK_MS, Math.max(1, (nextMs ?? Infinity) - nowMs)));
  }
  return 0;
}

/** How long nothing can be done, if that is beyond the end of the slice. */
function idleForMs(
  { slice, posts }: State,
  nextMs: number | undefined,
  nowMs: number,
): number | undefined {
  if (posts.size > 0 || slice.looks.isBusy() || slice.work.isBusy()) return undefined;
  const dueMs = Math.min(nextMs ?? Infinity, nextDoubtMs(slice.site));
  return dueMs < Infinity && dueMs > slice.endMs ? dueMs - nowMs : undefined;
}

const choose = ({ site, work }: Slice, most: number) =>
  site.schedule.choose({
    lanes: work.lanes(),
    nowMs: site.clock.monotonic(),
    most,
    sharing: { membersPerWrite: site.settings.membersPerWrite, mayShare: mayShare(site) },
  });

/** Waits for the pacer's grant, then sends what is most urgent by then. */
async function sendNext(state: State, writes: number): Promise<void> {
  const { slice, posts } = state;
  const { site, stop } = slice;
  let grantedAt: number;
  try {
    grantedAt = await site.pacer.take(writes, stop.signal);
  } catch (error) {
    if (stop.signal.aborted) return;
    throw error;
  }
  if (stop.signal.aborted) return;
  const { parts, picked } = choose(slice, writes);
  if (picked.length === 0) return;
  site.schedule.take(picked, "flying");
  for (const part of parts) if (part.every(mayShare(site))) site.schedule.share(part);
  state.postNumber += 1;
  const sentMs = site.clock.monotonic();
  const name = `${site.runner.slice(0, 8)}-${state.postNumber}`;
  const post = sendPost(site, parts, name, grantedAt)
    .then((outcome) => count(state, outcome, sentMs), site.fail)
    .finally(() => {
      posts.delete(post);
      site.wake();
    });
  posts.add(post);
}

/** Counts what a post did, and pauses if Graph does not answer. */
function count(state: State, outcome: PostOutcome, sentMs: number): void {
  const { site } = state.slice;
  site.tally.writes += outcome.writes;
  site.tally.throttled += outcome.throttled;
  // A runner that continues from here keeps the pause that Graph asked for, also after a kill.
  if (outcome.throttled > 0 || outcome.isLost) state.slice.state.save().catch(site.fail);
  if (!outcome.isLost) {
    state.lostRounds = 0;
    return;
  }
  if (sentMs < state.lostMs) return;
  state.lostRounds += 1;
  state.lostMs = site.clock.monotonic();
  if (state.lostRounds < LOST_ROUNDS) return;
  const wait = { baseMs: 2 * site.settings.retryFloorMs, capMs: 60_000 };
  state.pausedUntilMs = site.clock.monotonic() + backoffMs(state.lostRounds - 1, site.random, wait);
}
