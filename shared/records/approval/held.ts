import { createHash } from "node:crypto";

import * as v from "valibot";

import type { Properties } from "../../catalogue/row.ts";
import type { Blobs } from "../../storage/types.ts";
import { heldRowsBlob } from "../paths.ts";
import { readPlan } from "../plan.ts";
import { jsonText, readStored } from "../stored-json.ts";

/**
 * `held.json`: rows of a running batch were held, because what they found differed from what was planned.
 * They are open until a person decides.
 */
export interface HeldRows {
  readonly version: 1;
  readonly batch: string;
  /** What an approval of these rows has to name, `sha256:…`. */
  readonly digest: string;
  readonly rows: number;
  readonly at: string;
}

/** A held row: what it would write now. */
interface HeldRow {
  readonly row: number;
  readonly operation: string;
  /** The write as its shard keeps it. */
  readonly write: object;
  /** What is there now, if it is known. */
  readonly before: Properties | undefined;
}

/** Makes the digest of held rows, which are added in the order of their numbers. */
export function createHeldDigest(plan: string): {
  add(row: HeldRow): void;
  value(): string;
} {
  const hash = createHash("sha256").update(JSON.stringify([1, "held", plan]));
  return {
    add: ({ row, operation, write, before = null }) =>
      void hash.update(`\n${JSON.stringify([row, operation, write, before])}`),
    value: () => `sha256:${hash.copy().digest("hex")}`,
  };
}

const shape = v.object({ digest: v.string(), rows: v.number(), at: v.string() });

/** The rows that were held while the batch ran; `undefined` if none ever were. @throws as `readStored` */
export const readHeld = async (batches: Blobs, folder: string): Promise<HeldRows | undefined> =>
  (await readStored<HeldRows>(batches, heldRowsBlob(folder), shape))?.value;

/** Says which rows are held, in place of those that were before. */
export const writeHeld = async (batches: Blobs, folder: string, held: HeldRows): Promise<void> =>
  void (await batches.write(heldRowsBlob(folder), jsonText(held)));

/**
 * What an approval has to name now: the digest of the rows that were held while the batch ran, else that
 * of the plan. `undefined` if there is no plan, or one of an earlier release.
 *
 * @throws as `readStored`
 */
export async function approvable(batches: Blobs, folder: string): Promise<string | undefined> {
  const held = await readHeld(batches, folder);
  return held?.digest ?? (await readPlan(batches, folder))?.digest;
}
