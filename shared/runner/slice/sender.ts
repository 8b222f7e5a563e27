import { hasWork } from "../../records/markers/marker.ts";
import { mayShare } from "../batch/may-share.ts";
import type { OpenBatch } from "../batch/open-batch.ts";
import type { OpenRow } from "../schedule/open-row.ts";
import type { PostOutcome } from "../sending/account.ts";
import { nextDoubtMs } from "../sending/doubts.ts";
import { rowHeldBefore } from "../sending/look-first.ts";
import { sendPost } from "../sending/post.ts";
import type { Slice } from "./slice-parts.ts";
import { TICK_MS } from "./wake.ts";

/** So many requests that rows share are worth a post, if others are under way. */
const ENOUGH_PARTS = 15;
const LINGER_STEP_MS = 10;
const LONGEST_LINGER_MS = 500;
/** How often a runner without work looks for the batch that is being planned, milliseconds. */
const AWAIT_MS = 25;
/** So often it sees only whether work has come, until it asks again for all there is to know. */
const GLANCES = 4;

/**
 * Keeps the pacer's grants in use with several posts under way. In a loop it
 *
 * - waits, while as many posts are under way as may be;
 * - else asks the pacer for room for the rows that could go, and sends what is most urgent by then;
 * - else, if no row could go, waits until one may, or ends because there is nothing to do and no batch
 *   is being planned.
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
  postNumber: number;
  /** How long posts took lately, milliseconds. */
  postMs: number;
  /** Until when rows that share requests wait for others to fill the post. */
  lingerUntilMs: number | undefined;
}

export function createSender(slice: Slice): Sender {
  const posts = new Set<Promise<void>>();
  const state: State = {
    slice,
    posts,
    postNumber: 0,
    postMs: 0,
    lingerUntilMs: undefined,
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
    if (posts.size >= site.settings.postsInFlight) {
      await wake.wait(TICK_MS);
      continue;
    }
    const nowMs = site.clock.monotonic();
    const { writes, parts, nextMs } = choose(slice, site.pacer.most());
    if (writes > 0 && lingers(state, parts, nowMs)) {
      await wake.wait(LINGER_STEP_MS);
      continue;
    }
    if (writes > 0) {
      state.lingerUntilMs = undefined;
      await sendNext(state, writes);
      continue;
    }
    if (slice.work.isEmpty() && posts.size === 0) {
      const isComing = await slice.work.isComing();
      await slice.work.poll();
      if (slice.work.isEmpty()) {
        if (!isComing) return undefined;
        await awaitWork(slice);
        continue;
      }
    }
    const idleMs = idleForMs(state, nextMs, nowMs);
    if (idleMs !== undefined) return idleMs;
    await wake.wait(Math.min(TICK_MS, Math.max(1, (nextMs ?? Infinity) - nowMs)));
  }
  return 0;
}

/** Waits until a batch has come that was being planned, or for a while. */
async function awaitWork({ site, stop }: Slice): Promise<void> {
  const { blobs, tenant, clock } = site;
  // A batch that may not go on, because its tenant is paused, say, is not what is awaited.
  const isOther = await hasWork(blobs.runner, tenant);
  for (let glance = 0; glance < GLANCES && !stop.signal.aborted; glance++) {
    await clock.sleep(AWAIT_MS, stop.signal);
    if (!isOther && (await hasWork(blobs.runner, tenant))) return;
  }
}

/**
 * Whether to wait for more rows that share requests: groups whose request is under way are about to be
 * free, and one full post costs less than many small ones. Waits at most as long as a post takes.
 */
function lingers(
  state: State,
  parts: readonly (readonly OpenRow<OpenBatch>[])[],
  nowMs: number,
): boolean {
  const { slice, posts, postMs } = state;
  if (posts.size < 2 || parts.length >= ENOUGH_PARTS) return false;
  if (!parts.every((part) => part.length > 1 && part.every(mayShare(slice.site)))) return false;
  state.lingerUntilMs ??= nowMs + Math.min(LONGEST_LINGER_MS, postMs);
  return nowMs < state.lingerUntilMs;
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

/** Chooses rows to send. Those that grew old meanwhile, or come after a held row, are looked at first. */
function choose({ site, work }: Slice, most: number) {
  for (;;) {
    const nowMs = site.clock.monotonic();
    const choice = site.schedule.choose({
      lanes: work.lanes(),
      nowMs,
      most,
      sharing: {
        membersPerWrite: site.settings.membersPerWrite,
        mayShare: mayShare(site),
        isFilling: ({ lane }) => work.isOpening(lane),
      },
    });
    const old = choice.picked.filter(
      (row) => row.freshUntilMs <= nowMs || rowHeldBefore(row) !== undefined,
    );
    if (old.length === 0) return choice;
    site.schedule.lookFirst(old);
  }
}

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
  // Graph may have gone away since, or told that little is left.
  const { parts, picked } = choose(slice, site.pacer.granted());
  if (picked.length === 0) return;
  site.schedule.take(picked, "flying");
  for (const part of parts) if (part.every(mayShare(site))) site.schedule.share(part);
  state.postNumber += 1;
  const name = `${site.runner.slice(0, 8)}-${state.postNumber}`;
  const sentMs = site.clock.monotonic();
  const post = sendPost(site, parts, name, grantedAt)
    .finally(() => {
      state.postMs += (site.clock.monotonic() - sentMs - state.postMs) / 4;
    })
    .then((outcome) => count(state, outcome), site.fail)
    .finally(() => {
      posts.delete(post);
      site.wake();
    });
  posts.add(post);
}

/** Counts what a post did. */
function count(state: State, outcome: PostOutcome): void {
  const { site } = state.slice;
  site.tally.writes += outcome.writes;
  site.tally.throttled += outcome.throttled;
  // A runner that continues from here keeps the pause that Graph asked for, also after a kill.
  if (outcome.throttled > 0 || outcome.isLost) state.slice.state.save().catch(site.fail);
}
