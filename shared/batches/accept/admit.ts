import { readBatchFiles } from "../../records/batch-files.ts";
import type { Admission } from "../../records/ledger/admission.ts";
import { journalsPrefix } from "../../records/paths.ts";
import { approveAtStart } from "./approve-at-start.ts";
import { chargeAtStart } from "./charge-at-start.ts";
import type { AdmissionCheck, AdmitPorts } from "./opening.ts";
import { protectAtStart } from "./protect-at-start.ts";

/** In this order; the last one charges the tenant's ledger, so that only what starts is charged. */
const checks: readonly AdmissionCheck[] = [approveAtStart, protectAtStart, chargeAtStart];

/** See `Batches.admit`. */
export async function admit(ports: AdmitPorts, folder: string): Promise<Admission> {
  const { batches } = ports.blobs;
  const files = await readBatchFiles(batches, folder);
  const opening = { ...files, folder, isBegun: await hasJournal(ports, folder) };
  for (const check of checks) {
    const admission = await check(ports, opening);
    if (admission.kind !== "run") return admission;
  }
  return { kind: "run" };
}

async function hasJournal({ blobs }: AdmitPorts, folder: string): Promise<boolean> {
  for await (const _ of blobs.batches.list(journalsPrefix(folder))) return true;
  return false;
}
