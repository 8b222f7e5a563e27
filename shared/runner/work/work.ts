import type { OperatorError } from "../../core/errors.ts";
import type { Marker } from "../../records/marker.ts";
import type { OpenBatch } from "../batch/open-batch.ts";
import type { Site } from "../batch/site.ts";
import type { BatchProgress, StateFile } from "../batch/state-file.ts";
import type { BatchList } from "./batch-list.ts";

/**
 * Keeps status.json of open batches current. It looks at a status that another process wrote before it
 * replaces it, and never replaces one that is finished.
 */
export interface StatusWriter {
  /** Writes what is so now; `problem` says why the batch does not go on. */
  write(batch: OpenBatch, problem?: OperatorError): Promise<void>;
}

/**
 * The tenant's work, as the functions of this folder share it. A batch is in one of these states:
 *
 * - known: its marker was found. → open when its first shard is to be opened; → broken.
 * - open: its shards are opened one after another. → finished when all are closed; → broken.
 * - broken: something stored of it is missing or damaged. It waits for a person, and the other
 *   batches go on. Rows of it in doubt are still looked at. Nothing follows in this slice.
 * - finished: its reports are written and its marker is deleted. Nothing follows.
 */
export interface Work {
  readonly site: Site;
  readonly state: StateFile;
  readonly status: StatusWriter;
  readonly batches: BatchList;
  /** How far an earlier runner was, by the marker's name; batches that were opened since excluded. */
  readonly before: Map<string, BatchProgress>;
  /** Begins a batch, or continues it where an earlier runner was. @throws OperatorError BATCH_DAMAGED */
  readonly begin: (marker: Marker) => Promise<OpenBatch>;
}
