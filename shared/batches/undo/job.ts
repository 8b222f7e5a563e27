import type { Decision } from "../../records/decisions/decision.ts";
import type { BatchManifest } from "../../records/manifest.ts";
import type { Who } from "../../records/who.ts";

/** A decision that makes a new batch out of a batch: `rerun` or `undo`. */
export interface MakeJob {
  /** The batch that the decision is about. */
  readonly folder: string;
  readonly manifest: BatchManifest;
  readonly decision: Decision;
  readonly who: Who;
}

/** What such a decision made. */
export interface MadeBatch {
  readonly batch: string;
}
