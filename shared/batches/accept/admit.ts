import { readBatchFiles } from "../../records/batch-files.ts";
import type { Admission } from "../../records/ledger/admission.ts";
import { journalsPrefix } from "../../records/paths.ts";
import { hasEnded, readStatus } from "../../records/status.ts";
import { approveAtStart } from "./approve-at-start.ts";
import { chargeAtStart } from "./charge-at-start.ts";
import type { AdmissionCheck, AdmitPorts } from "./opening.ts";
import { protectAtStart } from "./protect-at-start.ts";

/** Pauses a batch whose plan says that its passwords are kept sealed, if the deployment has no key for that any more. */
const keepPasswords: AdmissionCheck = async ({ settings }, { plan }) =>
  !plan.keepsPasswords || settings.keepsPasswordsOf?.length
    ? { kind: "run" }
    : { kind: "pause", policy: "passwords", reason: NO_KEY };

const NO_KEY =
  "It was planned to keep the passwords that it gives, and the setting PASSWORD_KEY is gone: nobody would know them. Set it again and resume the batch; or cancel it, and send the rest without a key in a new batch.";

/** In this order; the last one charges the tenant's ledger, so that only what starts is charged. */
const checks: readonly AdmissionCheck[] = [
  approveAtStart,
  keepPasswords,
  protectAtStart,
  chargeAtStart,
];

/** See `Batches.admit`. */
export async function admit(ports: AdmitPorts, folder: string): Promise<Admission> {
  const { batches } = ports.blobs;
  const status = await readStatus(batches, folder);
  // Only its marker is left: nothing of it may be held or charged any more.
  if (hasEnded(status?.state)) return { kind: "run" };
  const files = await readBatchFiles(batches, folder);
  const opening = { ...files, folder, status, isBegun: await hasJournal(ports, folder) };
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
