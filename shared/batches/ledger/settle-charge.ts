import { OperatorError } from "../../core/errors.ts";
import { chargeOf, type ChargedId, isNothing, withWritten } from "../../guards/charges.ts";
import { type BatchFiles, readBatchFiles } from "../../records/batch-files.ts";
import { readControl } from "../../records/decisions/control.ts";
import type { Charge, Ledger } from "../../records/ledger/ledger.ts";
import { batchesWithMarkers } from "../../records/markers/marker.ts";
import { folderOf } from "../../records/paths.ts";
import type { Receipts } from "../../records/receipt.ts";
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
  receipts: Receipts,
): Promise<void> {
  if (isNothing(chargeIn(plan).counts)) return;
  const { batches } = ports.blobs;
  const job = { batches, folder, plan, catalogue: ports.catalogue };
  const written = await countWritten(job, writtenByReceipts(receipts, ports.clock.now()));
  await changeLedger(ports, manifest.tenant, async (ledger) => ({
    ledger: withWritten(ledger, manifest, written),
    answer: undefined,
  }));
}

/**
 * The ledger with the charges closed of batches that nobody will finish: their markers are gone, because a
 * person deleted them, and they are not paused. What their journals show counts, or all that was charged
 * if they are gone too.
 */
export async function withoutOrphans(
  ports: SettlePorts,
  tenant: string,
  ledger: Ledger,
  own: ChargedId,
): Promise<Ledger> {
  const others = ledger.charges.filter(
    (each) => each.open !== undefined && each !== chargeOf(ledger, own),
  );
  if (others.length === 0) return ledger;
  const marked = await batchesWithMarkers(ports.blobs.runner, tenant);
  let next = ledger;
  for (const charge of others) {
    if (marked.has(charge.batch) || (await isPaused(ports, tenant, charge))) continue;
    next = withWritten(next, charge, await writtenOf(ports, tenant, charge));
  }
  return next;
}

async function isPaused(
  { blobs, settings }: SettlePorts,
  tenant: string,
  { batch }: ChargedId,
): Promise<boolean> {
  const folder = folderOf(settings.homeTenant, tenant, batch);
  const control = await readControl(blobs.batches, folder);
  return control.standing === "paused";
}

async function writtenOf(ports: SettlePorts, tenant: string, charge: Charge) {
  const { batches } = ports.blobs;
  const nowMs = ports.clock.now();
  const folder = folderOf(ports.settings.homeTenant, tenant, charge.batch);
  try {
    const { manifest, plan } = await readBatchFiles(batches, folder);
    if (manifest.acceptedAt === charge.acceptedAt) {
      const job = { batches, folder, plan, catalogue: ports.catalogue };
      return await countWritten(job, writtenByJournals(batches, folder, nowMs));
    }
  } catch (error) {
    if (!isDamaged(error)) throw error;
  }
  const at = new Date(nowMs).toISOString();
  const { counts = {}, groups = { byGroup: {}, others: 0 } } = charge.open ?? {};
  return { written: [{ at, counts }], groups: { ...groups, at } };
}

const isDamaged = (error: unknown): boolean =>
  error instanceof OperatorError && error.code === "BATCH_DAMAGED";
