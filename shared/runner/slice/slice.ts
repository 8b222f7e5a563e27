import { backoffMs } from "../../core/backoff.ts";
import { BATCH_LIMIT } from "../../core/chunk.ts";
import { OperatorError } from "../../core/errors.ts";
import type { HeldLease } from "../../storage/held-lease.ts";
import { createFlights } from "../flights.ts";
import type { RunnerPorts, Site } from "../ports.ts";
import type { PostOutcome } from "../sending/account.ts";
import { dueDoubts, lookAt, nextDoubtMs } from "../sending/doubts.ts";
import { sendPost } from "../sending/post.ts";
import type { OpenBatch } from "../work/batch.ts";
import { type Choice, choose } from "../work/schedule.ts";
import { openState } from "../work/state-file.ts";
import { createStatusWriter } from "../work/status.ts";
import { createWorkload } from "../work/workload.ts";
import { whyWaiting } from "./waiting.ts";
import { createWake } from "./wake.ts";

/** How a slice ended. */
export interface SliceEnd {
  /** The tenant has no work left. */
  readonly idle: boolean;
  /** Where it has: nothing can be done for this long, milliseconds. */
  readonly waitMs: number;
  /** A batch that cannot go on before a person has mended it; the others went on. */
  readonly problem?: OperatorError | undefined;
}

/** How often doubts and queues are seen to where nothing else wakes the slice. */
const TICK_MS = 200;
/** With a batch that waits for a person, there is no hurry. */
const PROBLEM_WAIT_MS = 5 * 60_000;
/** After this many posts in a row without an answer, single rows try whether Graph is back. */
const LOST_IN_A_ROW = 2;

/**
 * Works through the tenant's batches for a slice of time, under its lease. The sender keeps the
 * pacer's grants in use with several posts in flight; beside it the workload opens and finishes, rows
 * in doubt are looked at, and status is told. When the slice is over, the signal aborts, the lease is
 * lost or something fails, nothing more is sent, and what is under way is journaled.
 *
 * @throws what failed: OperatorError LEASE_LOST, STORAGE_UNAVAILABLE, a token's or permission's error.
 */
export async function runSlice(
  ports: RunnerPorts,
  lease: HeldLease,
  signal?: AbortSignal,
): Promise<SliceEnd> {
  const { clock, settings } = ports;
  const startMs = clock.monotonic();
  const endMs = startMs + settings.sliceMs;
  const stop = new AbortController();
  /** Nothing is under way any more either. */
  const over = new AbortController();
  const wake = createWake(clock);
  let failure: { readonly error: unknown } | undefined;
  const end = (): void => {
    stop.abort();
    wake.notify();
  };
  for (const each of [signal, lease.lost]) {
    if (each?.aborted) end();
    each?.addEventListener("abort", end, { once: true, signal: stop.signal });
  }

  const state = await openState({
    blobs: ports.blobs.runner,
    tenant: ports.tenant,
    snapshot: () => ({ version: 1, pace: site.pacer.memory(), batches: work.progress() }),
    check: () => lease.check(),
  });
  const site: Site = {
    ...ports,
    runner: crypto.randomUUID(),
    lease,
    flights: createFlights(),
    pacer: ports.createPacer(state.initial.pace),
    tally: { rows: 0, writes: 0, throttled: 0 },
    wake: () => {
      wake.notify();
      work.advance();
    },
    fail: (error) => {
      failure ??= { error };
      end();
    },
  };
  const status = createStatusWriter(site);
  const work = createWorkload(site, { state, status });

  const posts = new Set<Promise<void>>();
  let looking: Promise<void> | undefined;
  let lostInARow = 0;
  let pausedUntilMs = startMs;
  let postNumber = 0;

  const seeToDoubts = (): void => {
    if (looking || stop.signal.aborted) return;
    const due = dueDoubts(site, work.opened());
    if (due.length === 0) return;
    looking = lookAt(site, due)
      .catch(site.fail)
      .finally(() => {
        looking = undefined;
        wake.notify();
      });
  };
  const counted = (outcome: PostOutcome): void => {
    site.tally.writes += outcome.writes;
    site.tally.throttled += outcome.throttled;
    // Whoever takes over from here, killed or not, keeps the pause that Graph asked for.
    if (outcome.throttled > 0 || outcome.isLost) state.save().catch(site.fail);
    lostInARow = outcome.isLost ? lostInARow + 1 : 0;
    if (lostInARow < LOST_IN_A_ROW) return;
    const baseMs = 2 * settings.retryFloorMs;
    pausedUntilMs =
      clock.monotonic() + backoffMs(lostInARow - 1, ports.random, { baseMs, capMs: 60_000 });
  };
  const next = (most: number, peek: boolean): Choice<OpenBatch> =>
    choose({ lanes: work.lanes(), nowMs: clock.monotonic(), most, flights: site.flights, peek });
  /** Waits for the budget, then sends what is most urgent by then. */
  const sendNext = async (rows: number): Promise<void> => {
    let grantedAt: number;
    try {
      grantedAt = await site.pacer.take(rows, stop.signal);
    } catch (error) {
      if (stop.signal.aborted) return;
      throw error;
    }
    if (stop.signal.aborted) return;
    const { picked } = next(rows, false);
    if (picked.length === 0) return;
    postNumber += 1;
    const post = sendPost(site, picked, `${site.runner.slice(0, 8)}-${postNumber}`, grantedAt)
      .then(counted, site.fail)
      .finally(() => {
        posts.delete(post);
        site.wake();
      });
    posts.add(post);
  };

  /** Ends with how long there is nothing to do, or `undefined` where there is no work left. */
  const sending = async (): Promise<number | undefined> => {
    while (!stop.signal.aborted) {
      const nowMs = clock.monotonic();
      const isPaused = pausedUntilMs > nowMs;
      if (isPaused || posts.size >= settings.postsInFlight) {
        await wake.wait(isPaused ? pausedUntilMs - nowMs : TICK_MS);
        continue;
      }
      const { picked, nextMs } = next(lostInARow >= LOST_IN_A_ROW ? 1 : BATCH_LIMIT, true);
      if (picked.length > 0) {
        await sendNext(picked.length);
        continue;
      }
      if (work.isEmpty() && posts.size === 0) {
        await work.poll();
        if (work.isEmpty()) return undefined;
      }
      const dueMs = Math.min(nextMs ?? Infinity, nextDoubtMs(work.opened()));
      const isWaiting = posts.size === 0 && !looking && !work.isBusy() && dueMs < Infinity;
      if (isWaiting && dueMs > endMs) return dueMs - nowMs;
      await wake.wait(Math.min(TICK_MS, Math.max(1, (nextMs ?? Infinity) - nowMs)));
    }
    return 0;
  };
  const ticking = async (): Promise<void> => {
    while (!stop.signal.aborted) {
      await clock.sleep(TICK_MS, stop.signal);
      seeToDoubts();
      work.advance();
    }
  };
  const telling = async (): Promise<void> => {
    while (!over.signal.aborted) {
      await clock.sleep(settings.statusEveryMs, over.signal);
      if (over.signal.aborted) return;
      if (!stop.signal.aborted) await work.poll();
      const pause = whyWaiting(site);
      await Promise.all(work.lanes().map((batch) => status.write(batch, pause)));
    }
  };

  void clock.sleep(settings.sliceMs, stop.signal).then(end);
  let left: number | undefined = 0;
  const loops: Promise<void>[] = [];
  try {
    await work.recover();
    await Promise.all(work.lanes().map((batch) => status.write(batch)));
    work.advance();
    loops.push(ticking().catch(site.fail), telling().catch(site.fail));
    left = await sending();
  } catch (error) {
    site.fail(error);
  }
  end();
  await Promise.all([...posts, looking]);
  await work.rest();
  over.abort();
  await Promise.all(loops);
  const { rows, writes, throttled } = site.tally;
  ports.emit({
    event: "slice.finished",
    tenant: ports.tenant,
    rows,
    writes,
    quotaShare: Number(site.pacer.share().toFixed(3)),
    throttled,
    seconds: Math.round((clock.monotonic() - startMs) / 1000),
  });
  const why = failure?.error instanceof OperatorError ? failure.error : whyWaiting(site);
  await Promise.all(work.lanes().map((batch) => status.write(batch, why)));
  if (failure) throw failure.error;
  await state.save();
  const problem = work.problem();
  const idle = left === undefined && problem === undefined;
  return { idle, waitMs: idle ? 0 : left === undefined ? PROBLEM_WAIT_MS : left, problem };
}
