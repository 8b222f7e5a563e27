import type { WritePacer } from "../../graph/pacing/pacer.ts";
import type { HeldLease } from "../../storage/held-lease.ts";
import type { RunnerPorts } from "../ports.ts";
import type { Lag } from "../schedule/lag.ts";
import type { Schedule } from "../schedule/schedule.ts";
import type { OpenBatch } from "./open-batch.ts";

/** What all parts of one slice share: the ports, the lease, the schedule and the slice's figures. */
export interface Site extends RunnerPorts {
  readonly runner: string;
  readonly lease: HeldLease;
  readonly schedule: Schedule<OpenBatch>;
  readonly pacer: WritePacer;
  /** How long objects that this run creates take to replicate. */
  readonly lag: Lag;
  readonly tally: { rows: number; writes: number; throttled: number };
  /** Wakes the slice after a change that may let it continue: an answer, an opened shard. */
  readonly wake: () => void;
  /** Ends the slice with this error, once what is under way has ended. */
  readonly fail: (error: unknown) => void;
}

/** The wall clock as the journal writes it. */
export const isoNow = ({ clock }: Pick<Site, "clock">): string =>
  new Date(clock.now()).toISOString();

/** The monotonic instant, milliseconds, at which the wall clock will show `iso`. */
export const monotonicAt = ({ clock }: Pick<Site, "clock">, iso: string): number =>
  clock.monotonic() + (Date.parse(iso) - clock.now());

/** The site at one instant: rows that are placed together with it are due together, to the millisecond's last part. */
export function atOneInstant(site: Site): Site {
  const { clock } = site;
  const [nowMs, monotonicMs] = [clock.now(), clock.monotonic()];
  return {
    ...site,
    clock: {
      now: () => nowMs,
      monotonic: () => monotonicMs,
      sleep: (ms, signal) => clock.sleep(ms, signal),
    },
  };
}
