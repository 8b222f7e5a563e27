/**
 * What is stored of a batch, and where: container `batches`, one folder a batch. Every type here is
 * JSON as it lies in a blob; `version` is 1 and a reader refuses another.
 */
import type { PlannedWrite, Settled, VerdictCounts } from "../catalogue/row.ts";

export type Mode = "apply" | "plan";
export const priorities = ["urgent", "normal", "background"] as const;
export type Priority = (typeof priorities)[number];
export type BatchState = "accepted" | "planned" | "held" | "running" | "finished" | "refused";
export type InputFormat = "csv" | "jsonl";

/** `batch.json`: written once, before anything else of the batch; whoever creates it owns the name. */
export interface BatchManifest {
  readonly version: 1;
  readonly batch: string;
  readonly tenant: string;
  readonly mode: Mode;
  readonly priority: Priority;
  /** The operation of every row, where message or folder names it; else a column does. */
  readonly operation?: string | undefined;
  readonly source: BatchSource;
  /** How `input` is read. Rows of a message are stored as JSON Lines. */
  readonly format: InputFormat;
  /** The input's own columns, in its order: what report.csv starts with. */
  readonly columns: readonly string[];
  readonly rows: number;
  /** SHA-256, hex, of what decides the effect: input, operation and mode. */
  readonly contentSha256: string;
  readonly acceptedAt: string;
}

/** Where a batch came from. A version of a file is its path and ETag. */
export type BatchSource =
  | {
      readonly kind: "message";
      readonly messageId: string;
      readonly file?: FileVersion | undefined;
    }
  | { readonly kind: "file"; readonly file: FileVersion }
  /** No batch: it keeps the file from being run by itself, because the batch `by` runs it. */
  | { readonly kind: "claimed"; readonly file: FileVersion; readonly by: string };

export interface FileVersion {
  /** In container `inbox`. */
  readonly path: string;
  readonly etag: string;
}

/** One line of `shards/NNNNN.jsonl`: a row as planned. It has a `verdict` or a `write`, never both. */
export type PlannedRow = {
  /** 1 for the first row after the header. */
  readonly row: number;
  readonly operation: string;
} & (
  | { readonly write: PlannedWrite; readonly verdict?: undefined }
  | ({ readonly write?: undefined } & Settled)
);

/** `plan.json`. */
export interface Plan {
  readonly version: 1;
  readonly batch: string;
  readonly tenant: string;
  readonly mode: Mode;
  readonly rows: number;
  /** Rows by verdict when planned: those to be written are `pending`, or `held` by a guard. */
  readonly verdicts: VerdictCounts;
  readonly operations: Readonly<Record<string, { rows: number; writes: number }>>;
  readonly writes: number;
  readonly resourceUnits: number;
  /** At the write quota of the settings, alone. */
  readonly estimatedSeconds: number;
  readonly shards: number;
  readonly rowsPerShard: number;
  /** permission → the rows that need it. */
  readonly permissions: Readonly<Record<string, number>>;
  readonly guards: readonly GuardFinding[];
  /** Permissions the application did not have; absent where it has all, or nothing is written. */
  readonly lacking?: readonly LackingPermission[] | undefined;
  readonly plannedAt: string;
}

/** A Graph permission that rows to be written need, and the token has not. */
export interface LackingPermission {
  readonly permission: string;
  readonly rows: number;
  /** Those of the batch that need it. */
  readonly operations: readonly string[];
  /** Whether it holds the batch: the setting PREFLIGHT. */
  readonly held: boolean;
}

/** A limit that was held against a batch. */
export interface GuardFinding {
  readonly guard: "deletes" | "disables";
  readonly count: number;
  readonly limit: number;
  /** The setting that raises the limit. */
  readonly setting: string;
  readonly held: boolean;
}

/** `status.json`: at most 5 s old while the batch runs. */
export interface BatchStatus {
  readonly version: 1;
  readonly batch: string;
  readonly state: BatchState;
  readonly rows: number;
  readonly verdicts: VerdictCounts;
  readonly writesPerSecond: number;
  readonly quotaShare: number;
  readonly throttled: number;
  readonly etaSeconds: number | null;
  readonly updatedAt: string;
  /** Why it is held or refused, and what to do. */
  readonly reason?: string | undefined;
  readonly fix?: string | undefined;
}

/**
 * The settled rows of a shard by row, out of its journal. Rows that the plan settled need not be in
 * it; a row to be written that is absent is `pending`.
 */
export type Outcomes = (shard: number) => Promise<ReadonlyMap<number, Settled>>;

/** `refused.json`: why nothing of an input was run, where the fault is, and what to do. */
export interface Refused {
  readonly version: 1;
  readonly batch: string;
  readonly code: string;
  readonly what: string;
  readonly fix: string;
  readonly file?: string | undefined;
  readonly row?: number | undefined;
  readonly column?: string | undefined;
  readonly at: string;
}

/** Rows a shard covers; the last one may be shorter. */
export const ROWS_PER_SHARD = 1000;

/** The batch's folder: its name in the home tenant, below the tenant's id in another. */
export const folderOf = (homeTenant: string, tenant: string, batch: string): string =>
  tenant === homeTenant ? batch : `${tenant}/${batch}`;

/** The name of the batch whose folder it is. */
export const batchOf = (folder: string): string => folder.slice(folder.lastIndexOf("/") + 1);

/** The blob, in container `runner`, that tells the runner of a batch with work; markers sort as work. */
export const workMarker = (manifest: BatchManifest): string =>
  `${manifest.tenant}/queue/${priorities.indexOf(manifest.priority)}-${manifest.acceptedAt}-${manifest.batch}`;

export const shardBlob = (folder: string, shard: number): string =>
  `${folder}/shards/${String(shard).padStart(5, "0")}.jsonl`;
export const journalBlob = (folder: string, shard: number): string =>
  `${folder}/journal/${String(shard).padStart(5, "0")}.jsonl`;
