import { OperatorError } from "../../core/errors.ts";
import type { HeldLease } from "../../storage/held-lease.ts";
import type { RunnerPorts } from "../ports.ts";
import { createSender } from "./sender.ts";
import type { SliceEnd } from "./slice-end.ts";
import { type Slice, openSlice } from "./slice-parts.ts";
import { whyWaiting } from "./waiting.ts";
import { TICK_MS } from "./wake.ts";

/** How long posts under way are awaited when the host ends the process, milliseconds. */
const ABORT_PATIENCE_MS = 1_200;
/** If a batch waits for a person, there is no hurry. */
const PROBLEM_WAIT_MS = 5 * 60_000;

/**
 * Works through the tenant's batches for a slice of time, under its lease. A slice is in one of these
 * states:
 *
 * - recovering: it opens what an earlier slice had open. → working.
 * - working: it sends; beside it shards are opened, batches finished, rows in doubt looked at, and
 *   statuses written. → stopping when its time is over, the signal aborts, the lease is lost or
 *   something fails, or when there is nothing to do.
 * - stopping: nothing more is sent, and what is under way is journaled. → over when nothing is under way,
 *   or a second after the signal aborted.
 * - over: nothing is under way; the statuses and the state are written a last time.
 *
 * @throws what failed: OperatorError LEASE_LOST, STORAGE_UNAVAILABLE, a token's or permission's error.
 */
export async function runSlice(
  ports: RunnerPorts,
  lease: HeldLease,
  signal?: AbortSignal,
): Promise<SliceEnd> {
  const slice = await openSlice(ports, lease, signal);
  const { site, work, status } = slice;
  const sender = createSender(slice);
  void ports.clock.sleep(ports.settings.sliceMs, slice.stop.signal).then(() => slice.end());
  let leftMs: number | undefined = 0;
  const loops: Promise<void>[] = [];
  try {
    await work.recover();
    // From here on this runner may write, and the state must say so: the next one relies on it.
    await slice.state.save();
    await Promise.all(work.lanes().map((batch) => status.write(batch)));
    work.advance();
    loops.push(tick(slice).catch(site.fail), writeStatuses(slice).catch(site.fail));
    leftMs = await sender.run();
  } catch (error) {
    site.fail(error);
  }
  slice.end();
  const rest = Promise.all([sender.rest(), slice.looks.rest()]).then(() => work.rest());
  await Promise.race([rest, patienceAfter(slice, signal)]);
  slice.over.abort();
  await Promise.all(loops);
  return close(slice, leftMs);
}

/**
 * Resolves a while after the signal aborted; never without one. The process is about to be killed then:
 * rows whose post is still under way are left in doubt, and the successor looks at them when their
 * posts have timed out. The journal fences out what this process would still write.
 */
const patienceAfter = ({ site, over }: Slice, signal: AbortSignal | undefined): Promise<void> =>
  new Promise((resolve) => {
    const wait = (): void => void site.clock.sleep(ABORT_PATIENCE_MS).then(resolve);
    if (signal?.aborted) wait();
    else signal?.addEventListener("abort", wait, { once: true, signal: over.signal });
  });

/** Checks doubts and shards, even if nothing else wakes the slice. */
async function tick({ site, stop, looks, work }: Slice): Promise<void> {
  while (!stop.signal.aborted) {
    await site.clock.sleep(TICK_MS, stop.signal);
    looks.advance();
    work.advance();
  }
}

/** Keeps status.json of the open batches current, and looks for batches that came since. */
async function writeStatuses({ site, stop, over, work, status }: Slice): Promise<void> {
  while (!over.signal.aborted) {
    await site.clock.sleep(site.settings.statusEveryMs, over.signal);
    if (over.signal.aborted) return;
    if (!stop.signal.aborted) await work.poll();
    const pause = whyWaiting(site);
    await Promise.all(work.lanes().map((batch) => status.write(batch, pause)));
  }
}

/** Tells how the slice went, and leaves the state to the next one. */
async function close(slice: Slice, leftMs: number | undefined): Promise<SliceEnd> {
  const { site, work, status } = slice;
  const { rows, writes, throttled } = site.tally;
  site.emit({
    event: "slice.finished",
    tenant: site.tenant,
    rows,
    writes,
    quotaShare: Number(site.pacer.share().toFixed(3)),
    throttled,
    seconds: Math.round((site.clock.monotonic() - slice.startMs) / 1000),
  });
  const failure = slice.failure();
  const why = failure?.error instanceof OperatorError ? failure.error : whyWaiting(site);
  await Promise.all(work.lanes().map((batch) => status.write(batch, why)));
  if (failure) throw failure.error;
  site.pacer.end();
  await slice.state.save();
  const problem = work.problem();
  const idle = leftMs === undefined && problem === undefined;
  // Not at once: a batch that may not start yet would be asked again and again.
  const laterMs = work.laterMs();
  const idleMs = laterMs === Infinity ? 0 : Math.min(PROBLEM_WAIT_MS, Math.max(0, laterMs));
  return { idle, waitMs: idle ? idleMs : (leftMs ?? PROBLEM_WAIT_MS), problem };
}
