import { findGuards, whyHeld } from "../../guards/guards.ts";
import type { Admission } from "../../records/admission.ts";
import { type BatchFiles, readBatchFiles } from "../../records/batch-files.ts";
import { journalsPrefix } from "../../records/paths.ts";
import type { PlannedCharge } from "../../records/plan.ts";
import { readStatus } from "../../records/status.ts";
import type { BatchPorts } from "../ports.ts";
import { hold } from "./hold.ts";

/** A planned batch that the tenant's runner is about to open. */
export interface Opening extends BatchFiles {
  readonly folder: string;
  /** Whether anything of it may have been sent: its journal was begun. Such a batch is not held. */
  readonly isBegun: boolean;
}

/** One thing to see to before a batch is opened. Repeating it changes nothing; `run` asks the next one. */
export type AdmissionCheck = (
  ports: Pick<BatchPorts, "blobs" | "clock" | "emit" | "settings">,
  opening: Opening,
) => Promise<Admission>;

/** In this order; the last one charges the tenant's ledger, so that only what starts is charged. */
const checks: readonly AdmissionCheck[] = [seeToCaps];

/** See `Batches.admit`. */
export async function admit(
  ports: Pick<BatchPorts, "blobs" | "clock" | "emit" | "settings">,
  folder: string,
): Promise<Admission> {
  const { batches } = ports.blobs;
  const files = await readBatchFiles(batches, folder);
  const opening = { ...files, folder, isBegun: await hasJournal(ports, folder) };
  for (const check of checks) {
    const admission = await check(ports, opening);
    if (admission.kind !== "run") return admission;
  }
  return { kind: "run" };
}

async function hasJournal({ blobs }: Pick<BatchPorts, "blobs">, folder: string): Promise<boolean> {
  for await (const _ of blobs.batches.list(journalsPrefix(folder))) return true;
  return false;
}

/** Holds a batch that is over a cap as the settings are now: a cap may have been lowered since it was planned. */
async function seeToCaps(
  ports: Pick<BatchPorts, "blobs" | "clock" | "emit" | "settings">,
  { folder, manifest, plan, isBegun }: Opening,
): Promise<Admission> {
  const guards = findGuards(chargeOf(plan), ports.settings);
  const why = whyHeld(guards);
  if (why === undefined || isBegun) return { kind: "run" };
  if ((await readStatus(ports.blobs.batches, folder))?.state !== "held") {
    await hold(ports, folder, { manifest, plan: { ...plan, guards } }, why);
  }
  return { kind: "held" };
}

/** A plan of an earlier release has only the findings of its guards. */
function chargeOf({ charge, guards }: BatchFiles["plan"]): PlannedCharge {
  const counts = Object.fromEntries(guards.map(({ guard, count }) => [guard, count]));
  return charge ?? { counts, groups: { byGroup: {}, others: 0 } };
}
