import type { HeldLease } from "../../storage/held-lease.ts";
import type { Site } from "../batch/site.ts";
import type { RunnerPorts } from "../ports.ts";
import { createLag } from "../schedule/lag.ts";
import { createSchedule } from "../schedule/schedule.ts";
import { type StateFile, openState } from "../state-file.ts";
import { createStatusWriter } from "../work/status.ts";
import type { StatusWriter } from "../work/work.ts";
import { type Workload, createWorkload } from "../work/workload.ts";
import { type Looks, createLooks } from "./looks.ts";
import { type Wake, createWake } from "./wake.ts";

/** One slice: what its parts share. `runSlice` describes its states. */
export interface Slice {
  readonly site: Site;
  readonly state: StateFile;
  readonly status: StatusWriter;
  readonly work: Workload;
  readonly looks: Looks;
  readonly wake: Wake;
  readonly startMs: number;
  /** When its time is over, on the monotonic clock. */
  readonly endMs: number;
  /** Aborted when nothing more is to be sent. */
  readonly stop: AbortController;
  /** Aborted when nothing is under way any more either. */
  readonly over: AbortController;
  /** The first error that stopped it. */
  failure(): { readonly error: unknown } | undefined;
  /** Stops it: nothing more is sent. */
  end(): void;
}

/** Makes the parts of a slice; reads the tenant's state. */
export async function openSlice(
  ports: RunnerPorts,
  lease: HeldLease,
  signal: AbortSignal | undefined,
): Promise<Slice> {
  const startMs = ports.clock.monotonic();
  const stop = new AbortController();
  const wake = createWake(ports.clock);
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
    snapshot: () => ({
      version: 1,
      pace: site.pacer.memory(),
      lagMs: site.lag.ms() || state.initial.lagMs,
      batches: work.progress(),
    }),
    check: () => lease.check(),
  });
  const site: Site = {
    ...ports,
    runner: crypto.randomUUID(),
    lease,
    schedule: createSchedule(),
    pacer: ports.createPacer(state.initial.pace),
    lag: createLag(),
    tally: { rows: 0, writes: 0, throttled: 0 },
    wake: () => {
      wake.notify();
      work.advance();
      looks.advance();
    },
    fail: (error) => {
      failure ??= { error };
      end();
    },
  };
  const status = createStatusWriter(site);
  const work = createWorkload(site, { state, status });
  const looks = createLooks(site, () => work.lanes(), wake, stop.signal);
  const over = new AbortController();
  const endMs = startMs + ports.settings.sliceMs;
  const parts = { site, state, status, work, looks, wake, startMs, endMs, stop, over };
  return { ...parts, failure: () => failure, end };
}
