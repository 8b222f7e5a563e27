import * as v from "valibot";

import type { VerdictCounts } from "../catalogue/row.ts";
import type { ErrorCode } from "../core/errors.ts";
import type { Blobs } from "../storage/types.ts";
import { statusBlob } from "./paths.ts";
import { readStored, type Stored } from "./stored-json.ts";
import type { Who } from "./who.ts";

/** How far a batch is. */
export const batchStates = [
  "accepted",
  "planned",
  "held",
  "running",
  "paused",
  "finished",
  "cancelled",
  "refused",
] as const;
/** One of them. */
export type BatchState = (typeof batchStates)[number];

/** Whether every row of a batch has its final verdict. */
export const hasEnded = (state: unknown): state is "finished" | "cancelled" =>
  state === "finished" || state === "cancelled";

/** Whether nothing more comes of a batch under this state: it has ended, or was refused. */
export const isOver = (state: BatchState | undefined): boolean =>
  hasEnded(state) || state === "refused";

/** `status.json`: at most 5 s old while the batch runs. */
export interface BatchStatus {
  readonly version: 1;
  readonly batch: string;
  readonly state: BatchState;
  /** The rows that were sent or, once an input is expanded, their parts. */
  readonly rows: number;
  /** Of an input that was expanded: the rows that were sent. */
  readonly inputRows?: number | undefined;
  readonly verdicts: VerdictCounts;
  readonly writesPerSecond: number;
  readonly quotaShare: number;
  readonly throttled: number;
  readonly etaSeconds: number | null;
  readonly updatedAt: string;
  /** Why it is held, paused, cancelled or refused, and what to do. */
  readonly reason?: string | undefined;
  readonly fix?: string | undefined;
  /** The error that is the reason. */
  readonly code?: ErrorCode | undefined;
  /** Of a batch that is planned or held: what an approval has to name. */
  readonly digest?: string | undefined;
  /** Who paused or cancelled it. */
  readonly by?: Who | undefined;
}

/** Errors after which a batch goes on once a person has seen to them. */
const brokenBy: readonly unknown[] = [
  "BATCH_DAMAGED",
  "UNEXPECTED",
  "VERSION_UNKNOWN",
] satisfies ErrorCode[];

/** Whether the runner could not go on with a batch, and cannot before a person has seen to it. */
export const isBroken = ({ code }: Pick<BatchStatus, "code">): boolean => brokenBy.includes(code);

const shape = v.object({
  state: v.picklist(batchStates),
  rows: v.number(),
  verdicts: v.record(v.string(), v.number()),
  writesPerSecond: v.number(),
  quotaShare: v.number(),
  throttled: v.number(),
});

/** The batch's status and the version of its blob; `undefined` if nothing was said of it yet. @throws as `readStored` */
export const readStatusVersion = (
  batches: Blobs,
  folder: string,
): Promise<Stored<BatchStatus> | undefined> => readStored(batches, statusBlob(folder), shape);

/** The batch's status; `undefined` if nothing was said of it yet. @throws as `readStored` */
export const readStatus = async (
  batches: Blobs,
  folder: string,
): Promise<BatchStatus | undefined> => (await readStatusVersion(batches, folder))?.value;
