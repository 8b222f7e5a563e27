import type { Operation } from "../catalogue/operation.ts";
import type { VerdictCounts } from "../catalogue/row.ts";
import type { Clock } from "../core/clock.ts";
import type { Emit } from "../core/telemetry.ts";
import type { PacerMemory, WritePacer } from "../graph/pacing/pacer.ts";
import type { Graph } from "../graph/types.ts";
import type { Admission } from "../records/ledger/admission.ts";
import type { Receipts } from "../records/receipt.ts";
import type { Blobs } from "../storage/types.ts";

/** How a runner behaves. Durations are milliseconds unless the name says otherwise. */
export interface RunnerSettings {
  /** How long a slice sends before it hands over. */
  readonly sliceMs: number;
  /** 15 to 60, as Azure allows. */
  readonly leaseSeconds: number;
  readonly renewEveryMs: number;
  /** Time in trouble other than throttling after which a row fails. */
  readonly retryForMs: number;
  /** The shortest wait before a row is sent again. */
  readonly retryFloorMs: number;
  /** A post that could not leave within this time after its intents is not sent. */
  readonly stallMs: number;
  /** `$batch` posts under way at once. */
  readonly postsInFlight: number;
  /** Between two writes of status.json, and between two looks for more urgent work. */
  readonly statusEveryMs: number;
  /** Writes a second that the tenant's quota allows. */
  readonly quotaPerSecond: number;
  /** A row whose object was last read longer ago is looked at again just before its write. */
  readonly planFreshMs: number;
  /** A row that found its change in place awaits the plans of earlier batches so long: then it is sent. */
  readonly awaitPlansMs: number;
  /** How many members that are added in one request count as one write; with 1, each has its own. */
  readonly membersPerWrite: number;
  /** When one cause has failed so many rows that the batch is paused. */
  readonly breaker: {
    /** So many of a batch's last rows are looked at. */
    readonly rows: number;
    /** One cause may fail so much of them; 100 never trips. */
    readonly percent: number;
  };
  /** So many rows of a batch go first and are read back before the others; 0 for none. */
  readonly canaryRows: number;
}

/** What fits Graph's published quota and Azure's blob leases. */
export const runnerDefaults = {
  sliceMs: 15 * 60_000,
  leaseSeconds: 30,
  renewEveryMs: 10_000,
  retryForMs: 15 * 60_000,
  retryFloorMs: 1_000,
  stallMs: 10_000,
  postsInFlight: 16,
  statusEveryMs: 1_000,
  membersPerWrite: 3,
  planFreshMs: 10 * 60_000,
  awaitPlansMs: 5 * 60_000,
  breaker: { rows: 200, percent: 5 },
  canaryRows: 0,
} as const satisfies Partial<RunnerSettings>;

/** Seals a password so that only the key's holder can read it. */
export type SealPassword = (
  clear: string,
  of: { readonly batch: string; readonly row: number },
) => Promise<string>;

/** What a tenant's runner works with; `compose.ts` builds it. */
export interface RunnerPorts {
  readonly tenant: string;
  readonly graph: Graph;
  readonly blobs: { readonly batches: Blobs; readonly runner: Blobs };
  readonly catalogue: Readonly<Record<string, Operation>>;
  /** Makes the pacer of a slice; `memory` is what the slice before learned. */
  readonly createPacer: (memory: PacerMemory | undefined) => WritePacer;
  /** A new random password: made for one request, and kept nowhere. */
  readonly makePassword: () => string;
  /** Seals a password to the deployment's key, bound to its row; absent if passwords are kept nowhere. */
  readonly sealPassword?: SealPassword | undefined;
  /** Sees whether a batch may start that is about to be opened, and charges the tenant's ledger for it. */
  readonly admit: (folder: string) => Promise<Admission>;
  /** Reads what the end of a batch needs and does not change any more; the end comes without it, too. */
  readonly prepareEnd?: (folder: string) => Promise<void>;
  /** Writes the reports and the final status, and tells telemetry; repeating it changes nothing. */
  readonly finishBatch: (folder: string, receipts: Receipts) => Promise<VerdictCounts>;
  readonly clock: Clock;
  /** In [0, 1). */
  readonly random: () => number;
  readonly emit: Emit;
  readonly settings: RunnerSettings;
}
