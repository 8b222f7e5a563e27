import * as v from "valibot";

import type { Guarded } from "../catalogue/operation.ts";
import type { VerdictCounts } from "../catalogue/row.ts";
import type { Blobs } from "../storage/types.ts";
import type { Mode } from "./manifest.ts";
import { planBlob } from "./paths.ts";
import { readStored } from "./stored-json.ts";

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
  /** Permissions the application did not have; absent if it has all, or nothing is written. */
  readonly lacking?: readonly LackingPermission[] | undefined;
  readonly plannedAt: string;
}

/** A Graph permission that rows to be written need, and that the token lacks. */
export interface LackingPermission {
  readonly permission: string;
  readonly rows: number;
  /** Those of the batch that need it. */
  readonly operations: readonly string[];
  /** Whether it holds the batch: the setting PREFLIGHT. */
  readonly held: boolean;
}

/** What one guard found in a batch. */
export interface GuardFinding {
  readonly guard: Guarded;
  readonly count: number;
  readonly limit: number;
  /** The setting that raises the limit. */
  readonly setting: string;
  readonly held: boolean;
}

const counts = v.record(v.string(), v.number());

const shape = v.object({
  batch: v.string(),
  tenant: v.string(),
  mode: v.picklist(["apply", "plan"]),
  rows: v.number(),
  verdicts: counts,
  operations: v.record(v.string(), v.object({ rows: v.number(), writes: v.number() })),
  writes: v.number(),
  shards: v.number(),
  rowsPerShard: v.pipe(v.number(), v.minValue(1)),
  permissions: counts,
  guards: v.array(v.object({ guard: v.string(), held: v.boolean() })),
  lacking: v.optional(v.array(v.object({ permission: v.string(), held: v.boolean() }))),
  plannedAt: v.string(),
});

/** The batch's plan; `undefined` if it is not planned yet. @throws as `readStored` */
export const readPlan = async (batches: Blobs, folder: string): Promise<Plan | undefined> =>
  (await readStored<Plan>(batches, planBlob(folder), shape))?.value;
