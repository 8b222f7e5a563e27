import * as v from "valibot";

import type { GuardedCounts } from "../../catalogue/guarded.ts";
import { OperatorError } from "../../core/errors.ts";
import type { Blobs } from "../../storage/types.ts";
import { batchDamaged } from "../damaged.ts";
import { ledgerBlob } from "../paths.ts";
import type { GroupCounts, PlannedCharge } from "../plan.ts";
import { readStored, type Stored } from "../stored-json.ts";

/**
 * What a tenant's batches were allowed in the last 24 hours, in container `runner`. Only the tenant's
 * runner writes it, under the tenant's lease and over the version that it read.
 */
export interface Ledger {
  readonly version: 1;
  /** One for each batch that is open or wrote something in the last 24 hours, in order of their start. */
  readonly charges: readonly Charge[];
  /** How many users the tenant had, the lowest count of each hour of the last 24. */
  readonly users: readonly CountInHour[];
}

/** The lowest count of an hour, which is named by its end. */
export interface CountInHour {
  readonly at: string;
  readonly count: number;
}

/**
 * What one batch is charged with. While it is open that is the most that it can change, and it does not
 * age; afterwards it is what it wrote, and each write ages by itself.
 */
export type Charge = ChargedBatch & (OpenCharge | WrittenCharge);

/** A batch; its name alone would not do if a person deleted the batch and sent another of that name. */
interface ChargedBatch {
  readonly batch: string;
  readonly acceptedAt: string;
}

export interface OpenCharge {
  readonly open: PlannedCharge;
  readonly written?: undefined;
}

export interface WrittenCharge {
  readonly open?: undefined;
  readonly written: readonly WrittenSpan[];
  /** Memberships that it removed, by group: they age together, from its last write. */
  readonly groups?: (GroupCounts & { readonly at: string }) | undefined;
}

/** What was written in a short span of time, which is named by its end. */
export interface WrittenSpan {
  readonly at: string;
  readonly counts: GuardedCounts;
}

/** The ledger of a tenant that wrote nothing yet. */
export const emptyLedger: Ledger = { version: 1, charges: [], users: [] };

const counts = v.record(v.string(), v.number());
const groups = { byGroup: counts, others: v.number() };
const batch = { batch: v.string(), acceptedAt: v.string() };

const shape = v.object({
  charges: v.array(
    v.union([
      v.object({ ...batch, open: v.object({ counts, groups: v.object(groups) }) }),
      v.object({
        ...batch,
        open: v.optional(v.undefined()),
        written: v.array(v.object({ at: v.string(), counts })),
        groups: v.optional(v.object({ ...groups, at: v.string() })),
      }),
    ]),
  ),
  users: v.array(v.object({ at: v.string(), count: v.number() })),
});

/**
 * The tenant's ledger; `undefined` if it has none yet.
 *
 * @throws OperatorError BATCH_DAMAGED (no batch of the tenant starts until it is restored), VERSION_UNKNOWN
 */
export async function readLedger(
  runner: Blobs,
  tenant: string,
): Promise<Stored<Ledger> | undefined> {
  const path = ledgerBlob(tenant);
  try {
    return await readStored(runner, path, shape);
  } catch (error) {
    if (!(error instanceof OperatorError) || error.code !== "BATCH_DAMAGED") throw error;
    throw batchDamaged(path, "is damaged (container runner)", { fix: RESTORE, cause: error });
  }
}

const RESTORE =
  "Restore the blob from an earlier version (docs/runbook.md, A blob is gone): the tenant's batches then continue. If that is impossible, delete it once nothing was changed for 24 hours: the caps then count anew.";
