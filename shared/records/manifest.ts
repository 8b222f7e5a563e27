import type { Blobs } from "../storage/types.ts";
import { manifestBlob } from "./paths.ts";
import { readStored, type Stored } from "./stored-json.ts";

/** Whether a batch is written to the directory, or only planned. */
export type Mode = "apply" | "plan";
/** Every priority, the most urgent first. */
export const priorities = ["urgent", "normal", "background"] as const;
/** The order of work between batches. */
export type Priority = (typeof priorities)[number];
/** How an input is written down. */
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

/** One version of one file of the inbox. */
export interface FileVersion {
  /** In container `inbox`. */
  readonly path: string;
  readonly etag: string;
}

/** The batch's manifest; `undefined` if the folder has none. @throws as `readStored` */
export const readManifest = (
  batches: Blobs,
  folder: string,
): Promise<Stored<BatchManifest> | undefined> => readStored(batches, manifestBlob(folder));
