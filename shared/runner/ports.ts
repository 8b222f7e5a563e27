import type { Operation } from "../catalogue/operation.ts";
import type { VerdictCounts } from "../catalogue/row.ts";
import type { Clock } from "../core/clock.ts";
import type { Emit } from "../core/telemetry.ts";
import type { PacerMemory, WritePacer } from "../graph/pacing/pacer.ts";
import type { Graph } from "../graph/types.ts";
import type { Outcomes } from "../records/receipt.ts";
import type { HeldLease } from "../storage/held-lease.ts";
import type { Blobs } from "../storage/types.ts";
import type { Flights } from "./flights.ts";

/** How a runner behaves. Durations are milliseconds unless the name says otherwise. */
export interface RunnerSettings {
  /** After this a slice sends no more, and hands over. */
  readonly sliceMs: number;
  /** 15 to 60, as Azure allows. */
  readonly leaseSeconds: number;
  readonly renewEveryMs: number;
  /** Time in trouble other than throttling after which a row fails. */
  readonly retryForMs: number;
  /** The shortest wait before a row is sent again. */
  readonly retryFloorMs: number;
  /** A send that could not leave within this time after its intent does not leave any more. */
  readonly stallMs: number;
  /** `$batch` posts under way at once. */
  readonly postsInFlight: number;
  /** Between two writes of status.json, and between two looks for more urgent work. */
  readonly statusEveryMs: number;
  /** Writes a second that the tenant's quota allows. */
  readonly quotaPerSecond: number;
}

/** What fits Graph's published quota and Azure's blob leases; all but the last come from here. */
export const runnerDefaults = {
  sliceMs: 15 * 60_000,
  leaseSeconds: 30,
  renewEveryMs: 10_000,
  retryForMs: 15 * 60_000,
  retryFloorMs: 1_000,
  stallMs: 10_000,
  postsInFlight: 16,
  statusEveryMs: 1_000,
} as const satisfies Partial<RunnerSettings>;

/** What a tenant's runner works with; `compose.ts` builds it. */
export interface RunnerPorts {
  readonly tenant: string;
  readonly graph: Graph;
  readonly blobs: { readonly batches: Blobs; readonly runner: Blobs };
  readonly catalogue: Readonly<Record<string, Operation>>;
  /** Makes the pacer of a slice; `memory` is what the slice before it learnt. */
  readonly createPacer: (memory: PacerMemory | undefined) => WritePacer;
  /** A new random password: made for one request, and kept nowhere. */
  readonly makePassword: () => string;
  /** Writes the reports and the final status, and tells telemetry; repeating it changes nothing. */
  readonly finishBatch: (folder: string, outcomes: Outcomes) => Promise<VerdictCounts>;
  readonly clock: Clock;
  /** In [0, 1). */
  readonly random: () => number;
  readonly emit: Emit;
  readonly settings: RunnerSettings;
}

/** One slice's surroundings: the ports, and what all its parts share. */
export interface Site extends RunnerPorts {
  readonly runner: string;
  readonly lease: HeldLease;
  readonly flights: Flights;
  readonly pacer: WritePacer;
  /** The slice's own figures. */
  readonly tally: { rows: number; writes: number; throttled: number };
  /** Something changed that may let the slice go on: an answer, an opened shard. */
  readonly wake: () => void;
  /** Ends the slice with this error, once what is under way has ended. */
  readonly fail: (error: unknown) => void;
}

/** The wall clock as the journal writes it. */
export const isoNow = ({ clock }: { readonly clock: Clock }): string =>
  new Date(clock.now()).toISOString();

/** The monotonic instant, milliseconds, at which the wall clock will show `iso`. */
export const monotonicAt = ({ clock }: { readonly clock: Clock }, iso: string): number =>
  clock.monotonic() + (Date.parse(iso) - clock.now());
