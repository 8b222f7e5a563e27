import type { OperatorError } from "../../core/errors.ts";
import type { Marker } from "../../records/markers/marker.ts";
import type { Halt, OpenBatch } from "../batch/open-batch.ts";
import type { Site } from "../batch/site.ts";
import type { TouchedKeys } from "../batch/touched-keys.ts";
import type { BatchProgress, StateFile } from "../state-file.ts";
import type { BatchList } from "./batch-list.ts";
import type { PlanningWatch } from "./planning-watch.ts";

/**
 * Keeps status.json of open batches current. It looks at a status that another process wrote before it
 * replaces it, and never replaces one that is finished.
 */
export interface StatusWriter {
  /** Writes the present state; `problem` says why the batch does not continue. */
  write(batch: OpenBatch, problem?: OperatorError): Promise<void>;
  /** Writes what stopped a batch that could not be opened; a status that cannot be read stays as it is. */
  stopped(folder: string, problem: OperatorError): Promise<void>;
}

/** What the rows of a batch touch that is not open. */
export interface Glimpse {
  readonly touched: TouchedKeys;
  readonly shards: number;
}

/**
 * The tenant's work, as the functions of this folder share it. A batch is in one of these states:
 *
 * - known: its marker was found. → open when its first shard is to be opened; → held if the caps do
 *   not allow it by then; → halted; → broken.
 * - open: its shards are opened one after another. → finished when all are closed; → halted; → broken.
 * - halted: somebody stopped or paused it, or the tenant (`see-to-decisions.ts`). Nothing more of it is sent, and rows
 *   in doubt are still looked at. → finished when nothing is under way, if it was stopped; → parked.
 * - parked: its status says by whom, and its marker is deleted, unless the whole tenant is paused. A
 *   decision to resume writes another one. Nothing follows in this slice.
 * - broken: something stored of it is missing or damaged. It waits for a person, and the other
 *   batches go on. Rows of it in doubt are still looked at. Nothing follows in this slice.
 * - held: its reports say why, and its marker is deleted. Nothing follows.
 * - finished: its reports are written and its marker is deleted. Nothing follows.
 */
export interface Work {
  readonly site: Site;
  readonly state: StateFile;
  readonly status: StatusWriter;
  readonly batches: BatchList;
  /** How far an earlier runner was, by the marker's name; batches that were opened since excluded. */
  readonly before: Map<string, BatchProgress>;
  /** What is known of batches that are not open, by the path of their marker. */
  readonly glimpses: Map<string, Glimpse>;
  /** What people decided about the whole tenant, as it was read last. */
  readonly standing: { tenant: Halt | undefined };
  /** When the first batch whose time has not come is to be asked again, by the wall clock; else Infinity. */
  readonly later: { untilMs: number };
  /** Looks for batches that came since. */
  readonly poll: () => Promise<void>;
  /** What batches say that are being planned. */
  readonly planning: PlanningWatch;
  /** Opens a batch in the state an earlier runner left it in. @throws OperatorError BATCH_DAMAGED */
  readonly begin: (marker: Marker) => Promise<OpenBatch>;
}
