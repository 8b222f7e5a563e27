import { OperatorError } from "../../core/errors.ts";
import {
  chargeOf,
  type ChargedId,
  isNothing,
  withWritten,
  type WrittenCounts,
} from "../../guards/charges.ts";
import { type BatchFiles, readBatchFiles } from "../../records/batch-files.ts";
import type { Charge, Ledger } from "../../records/ledger/ledger.ts";
import { readManifest } from "../../records/manifest.ts";
import { folderOf } from "../../records/paths.ts";
import type { Receipts } from "../../records/receipt.ts";
import type { ShardRows } from "../../records/shard.ts";
import { isOver, readStatus } from "../../records/status.ts";
import type { BatchPorts } from "../ports.ts";
import { changeLedger } from "./change-ledger.ts";
import { chargeIn } from "./planned-charge.ts";
import { countWritten, writtenByJournals, writtenByReceipts } from "./written.ts";

type SettlePorts = Pick<BatchPorts, "blobs" | "clock" | "catalogue" | "settings">;

/**
 * Makes the charge of a batch that has ended what it really wrote. Call it before the batch's status says
 * that it has ended, and under the tenant's lease. Repeating it changes nothing.
 *
 * @throws OperatorError BATCH_DAMAGED, STORAGE_UNAVAILABLE
 */
export async function settleCharge(
  ports: SettlePorts,
  folder: string,
  { manifest, plan }: BatchFiles,
  { receipts, planned }: { readonly receipts: Receipts; readonly planned?: ShardRows | undefined },
): Promise<void> {
  if (isNothing(chargeIn(plan).counts)) return;
  const { batches } = ports.blobs;
  const job = { batches, folder, plan, catalogue: ports.catalogue, planned };
  const written = await countWritten(job, writtenByReceipts(receipts, ports.clock.now()));
  await changeLedger(ports, manifest.tenant, async (ledger) => ({
    ledger: withWritten(ledger, manifest, written),
    answer: undefined,
  }));
}

/**
 * The ledger with the charges closed of batches that have ended without being settled, or that a person
 * deleted. One that is parked without a marker, because it is paused or waits for a decision, keeps its
 * charge: it may go on at any moment.
 */
export async function withoutOrphans(
  ports: SettlePorts,
  tenant: string,
  ledger: Ledger,
  own: ChargedId,
): Promise<Ledger> {
  let next = ledger;
  for (const charge of ledger.charges) {
    if (charge.open === undefined || charge === chargeOf(ledger, own)) continue;
    const written = await writtenOf(ports, tenant, charge);
    if (written !== undefined) next = withWritten(next, charge, written);
  }
  return next;
}

/** What a batch wrote that has ended: its journals say it. All that was charged, if the batch is gone. */
async function writtenOf(
  ports: SettlePorts,
  tenant: string,
  charge: Charge,
): Promise<WrittenCounts | undefined> {
  const { batches } = ports.blobs;
  const nowMs = ports.clock.now();
  const folder = folderOf(ports.settings.homeTenant, tenant, charge.batch);
  const manifest = (await readManifest(batches, folder))?.value;
  if (manifest?.acceptedAt !== charge.acceptedAt) return allOf(charge, nowMs);
  if (!isOver((await readStatus(batches, folder))?.state)) return undefined;
  try {
    const { plan } = await readBatchFiles(batches, folder);
    const job = { batches, folder, plan, catalogue: ports.catalogue };
    return await countWritten(job, writtenByJournals(batches, folder, nowMs));
  } catch (error) {
    if (error instanceof OperatorError && error.code === "BATCH_DAMAGED") {
      return allOf(charge, nowMs);
    }
    throw error;
  }
}

function allOf({ open }: Charge, nowMs: number): WrittenCounts {
  const at = new Date(nowMs).toISOString();
  const { counts = {}, groups = { byGroup: {}, others: 0 } } = open ?? {};
  return { written: [{ at, counts }], groups: { ...groups, at } };
}
