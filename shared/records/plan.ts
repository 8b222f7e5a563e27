import * as v from "valibot";

import type { GuardedCounts } from "../catalogue/guarded.ts";
import type { VerdictCounts } from "../catalogue/row.ts";
import type { Blobs } from "../storage/types.ts";
import { type BatchRecipe, type Mode, recipeShape } from "./manifest.ts";
import { planBlob } from "./paths.ts";
import { readStored } from "./stored-json.ts";

/** `plan.json`. */
export interface Plan {
  readonly version: 1;
  readonly batch: string;
  readonly tenant: string;
  readonly mode: Mode;
  /** Of an input that was expanded, its parts. */
  readonly rows: number;
  /** Of such an input: the rows that were sent. */
  readonly inputRows?: number | undefined;
  /** The recipes of the deployment's own that its rows name. */
  readonly recipes?: readonly BatchRecipe[] | undefined;
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
  /** Absent if it was planned by a release whose guards counted deletes and disables only. */
  readonly charge?: PlannedCharge | undefined;
  readonly guards: readonly GuardFinding[];
  /** Permissions the application did not have; absent if it has all, or nothing is written. */
  readonly lacking?: readonly LackingPermission[] | undefined;
  /** Seats of licenses, by product; absent if no row takes or frees one. */
  readonly seats?: readonly PlannedSeats[] | undefined;
  /** Passwords that it gives are kept, sealed to the deployment's key. */
  readonly keepsPasswords?: true | undefined;
  readonly plannedAt: string;
  /** What an approval names, `sha256:…` (`planDigest`); a plan of an earlier release has none. */
  readonly digest?: string;
  /** SHA-256 of each shard's blob, hex, in the order of the shards. */
  readonly shardDigests?: readonly string[];
}

/** What a batch does to the seats of one product. */
export interface PlannedSeats {
  /** Part number and SKU id. */
  readonly license: string;
  /** Rows that need a seat. */
  readonly needed: number;
  /** Seats that rows free. */
  readonly freed: number;
  /** Rows without a seat, which fail. */
  readonly short: number;
  /** Seats that are free afterwards. */
  readonly left: number;
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

/**
 * What a batch has of what guards count, as its plan knows it: the most that it can change. The tenant's
 * ledger is charged with it when the batch starts.
 */
export interface PlannedCharge {
  readonly counts: GuardedCounts;
  readonly groups: GroupCounts;
}

/** Memberships that are removed, by group: those with the most, by id. */
export interface GroupCounts {
  readonly byGroup: Readonly<Record<string, number>>;
  /** The most that any group lost which is not named. */
  readonly others: number;
}

/** What one guard found in a batch; a plan has one of each guard, also of those that hold nothing. */
export interface GuardFinding {
  /** The guard's name, such as `deletes` or `deletes-per-day`. */
  readonly guard: string;
  /** What it counts. */
  readonly kind: string;
  /** Over what it counts: this batch, 24 hours of the tenant, one group, one object, or one source of files. */
  readonly scope: "batch" | "day" | "group" | "object" | "source";
  /** This batch and, in a day, those in `over`. */
  readonly count: number;
  readonly limit: number;
  /** Of how many objects the limit is a percentage; absent if they were not counted. */
  readonly percentOf?: number | undefined;
  /** The other batches that count, the largest first; not all if they are many. */
  readonly over?: readonly { readonly batch: string; readonly count: number }[] | undefined;
  /** How much more the limit allows beside this batch. */
  readonly left: number;
  /** The setting that sets the limit. */
  readonly setting: string;
  readonly held: boolean;
  /** Why it holds the batch: what was counted and over what, as a clause. */
  readonly reason?: string | undefined;
  /** What a person does about it, in whole sentences; what releases a batch is added to it. */
  readonly fix?: string | undefined;
}

const counts = v.record(v.string(), v.number());

const shape = v.object({
  batch: v.string(),
  tenant: v.string(),
  mode: v.picklist(["apply", "plan"]),
  rows: v.number(),
  inputRows: v.optional(v.number()),
  recipes: v.optional(v.array(recipeShape)),
  verdicts: counts,
  operations: v.record(v.string(), v.object({ rows: v.number(), writes: v.number() })),
  writes: v.number(),
  shards: v.number(),
  rowsPerShard: v.pipe(v.number(), v.minValue(1)),
  permissions: counts,
  charge: v.optional(
    v.object({ counts, groups: v.object({ byGroup: counts, others: v.number() }) }),
  ),
  guards: v.array(v.object({ guard: v.string(), held: v.boolean() })),
  lacking: v.optional(v.array(v.object({ permission: v.string(), held: v.boolean() }))),
  seats: v.optional(v.array(v.object({ license: v.string(), short: v.number() }))),
  keepsPasswords: v.optional(v.literal(true)),
  plannedAt: v.string(),
  digest: v.optional(v.string()),
  shardDigests: v.optional(v.array(v.string())),
});

/** The batch's plan; `undefined` if it is not planned yet. @throws as `readStored` */
export const readPlan = async (batches: Blobs, folder: string): Promise<Plan | undefined> =>
  (await readStored<Plan>(batches, planBlob(folder), shape))?.value;
