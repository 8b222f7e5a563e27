import { createHash } from "node:crypto";

import { noVerdicts } from "../../catalogue/row.ts";
import type { OperatorError } from "../../core/errors.ts";
import { InputRefusal, type Where } from "../../core/input-refusal.ts";
import { type BatchManifest, readManifest } from "../../records/manifest.ts";
import { planningMarker } from "../../records/markers/planning-marker.ts";
import { conflictFolder, refusedBlob } from "../../records/paths.ts";
import { readRefused, type Refused } from "../../records/refused.ts";
import { jsonText } from "../../records/stored-json.ts";
import type { BatchPorts } from "../ports.ts";
import { stillStatus, writeStatus } from "../report/status.ts";
import type { BatchFolder } from "./context.ts";
import { hasRemains } from "./take-name.ts";

/** What is refused: its name and folder, and what distinguishes it from another input of the same name. */
export interface Refusable extends BatchFolder {
  /** The message's text, or anything else that is the same if the message comes again. */
  readonly identity: string;
  /** The manifest in the folder, if it is this batch's and not another's that had the name first. */
  readonly own?: BatchManifest | undefined;
  /** Another delivery is working in the folder, so its name is taken or is about to be. */
  readonly isBusy?: boolean;
}

/**
 * Records in the batch's folder why its input is not run, and emits `batch.refused`. If another batch
 * has the name, that batch is not changed: the refusal goes into its folder `conflicts/`.
 */
export async function refuse(
  ports: Pick<BatchPorts, "blobs" | "clock" | "emit">,
  { batch, folder, identity, own, isBusy = false }: Refusable,
  error: OperatorError,
): Promise<string> {
  const { batches } = ports.blobs;
  const where: Where = error instanceof InputRefusal ? error.where : {};
  const refused: Refused = {
    version: 1,
    batch,
    code: error.code,
    what: error.what,
    fix: error.fix,
    ...where,
    at: new Date(ports.clock.now()).toISOString(),
  };
  const isTaken = own === undefined && (isBusy || (await isNameTaken(ports, folder)));
  const place = isTaken ? conflictFolder(folder, shortDigest(identity)) : folder;
  // Nobody has to wait for its plan any more.
  if (own) await ports.blobs.runner.delete(planningMarker(own));
  await batches.write(refusedBlob(place), jsonText(refused));
  if (!isTaken) {
    const { what, fix } = error;
    const status = stillStatus(batch, "refused", noVerdicts(), ports.clock.now(), {
      reason: what,
      fix,
    });
    await writeStatus(batches, folder, status);
  }
  ports.emit({
    event: "batch.refused",
    batch,
    code: error.code,
    ...(where.row !== undefined && { row: where.row }),
    ...(where.column !== undefined && { column: where.column }),
  });
  return place;
}

/** Whether a batch that was not refused has the folder. */
async function isNameTaken(ports: Pick<BatchPorts, "blobs">, folder: string): Promise<boolean> {
  const { batches } = ports.blobs;
  if ((await readRefused(batches, folder)) !== undefined) return false;
  return (await readManifest(batches, folder)) !== undefined || (await hasRemains(batches, folder));
}

const shortDigest = (text: string): string =>
  createHash("sha256").update(text).digest("hex").slice(0, 8);
