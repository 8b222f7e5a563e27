import { createHash } from "node:crypto";

import { noVerdicts } from "../../catalogue/row.ts";
import type { OperatorError } from "../../core/errors.ts";
import { InputRefusal, type Where } from "../../core/input-refusal.ts";
import { readManifest } from "../../records/manifest.ts";
import { conflictFolder, refusedBlob } from "../../records/paths.ts";
import { readRefused, type Refused } from "../../records/refused.ts";
import { jsonText } from "../../records/stored-json.ts";
import type { BatchPorts } from "../ports.ts";
import { stillStatus, writeStatus } from "../report/status.ts";
import { hasRemains } from "./take-name.ts";

/** What is refused: under which name, in which folder, and what tells it from another of the name. */
export interface Refusable {
  readonly batch: string;
  readonly folder: string;
  /** The message's text, or whatever else is the same when it comes again. */
  readonly identity: string;
  /** It has the name already: the refusal is this very batch's, not a newcomer's. */
  readonly isOwner?: boolean;
  /** Somebody is at work on the batch of that name, so it is taken, or about to be. */
  readonly isBusy?: boolean;
}

/**
 * Says in the batch's folder why nothing of an input is run, and tells telemetry. A batch that has the
 * name already is left untouched: what is said of the newcomer goes below its `conflicts/`.
 */
export async function refuse(
  ports: Pick<BatchPorts, "blobs" | "clock" | "emit">,
  { batch, folder, identity, isOwner = false, isBusy = false }: Refusable,
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
  const isTaken = !isOwner && (isBusy || (await isNameTaken(ports, folder)));
  const place = isTaken ? conflictFolder(folder, shortDigest(identity)) : folder;
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

/** Whether a batch that was not refused has the folder; one that was refused has no claim to it. */
async function isNameTaken(ports: Pick<BatchPorts, "blobs">, folder: string): Promise<boolean> {
  const { batches } = ports.blobs;
  if ((await readRefused(batches, folder)) !== undefined) return false;
  return (await readManifest(batches, folder)) !== undefined || (await hasRemains(batches, folder));
}

const shortDigest = (text: string): string =>
  createHash("sha256").update(text).digest("hex").slice(0, 8);
