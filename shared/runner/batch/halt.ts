import { noVerdicts } from "../../catalogue/row.ts";
import {
  type Control,
  isStopped,
  readControl,
  readTenantControl,
  standingDecision,
} from "../../records/decisions/control.ts";
import { standingInWords } from "../../records/decisions/standing-words.ts";
import type { Marker } from "../../records/markers/marker.ts";
import { journalsPrefix, shardOfJournal } from "../../records/paths.ts";
import type { BatchProgress } from "../state-file.ts";
import type { Halt, OpenBatch } from "./open-batch.ts";
import type { Site } from "./site.ts";

/** Why nothing of any batch of the tenant may be sent; `undefined` if it may. @throws as `readStored` */
export async function readTenantHalt({ blobs, tenant }: Site): Promise<Halt | undefined> {
  const control = await readTenantControl(blobs.runner, tenant);
  return control.standing === "paused" ? haltOf("tenant-paused", control, "The tenant") : undefined;
}

/** Why nothing of a batch may be sent; `undefined` if it may. @throws as `readStored` */
export async function readHalt(
  { blobs }: Site,
  folder: string,
  ofTenant: Halt | undefined,
): Promise<Halt | undefined> {
  const control = await readControl(blobs.batches, folder);
  if (isStopped(control)) return haltOf("stopped", control, "The batch");
  if (control.standing === "paused") return haltOf("paused", control, "The batch");
  return ofTenant;
}

function haltOf(
  kind: Halt["kind"],
  control: Control,
  what: Parameters<typeof standingInWords>[1],
): Halt {
  const made = standingDecision(control);
  return { kind, reason: standingInWords(control, what), by: made?.by, at: made?.at ?? "" };
}

/** Takes the rows of a batch out of the schedule; also those that were opened since. */
export function halted(site: Site, lane: OpenBatch, halt: Halt): void {
  lane.halt = halt;
  site.schedule.withdraw(lane, lane.rows);
  site.wake();
}

/**
 * Where to look for rows in doubt of a batch that is to stop and of which no earlier runner left word:
 * in each of its journals. Nothing else of it is opened.
 */
export async function journaled(site: Site, { name, folder }: Marker): Promise<BatchProgress> {
  const ahead: number[] = [];
  for await (const { path } of site.blobs.batches.list(journalsPrefix(folder))) {
    const shard = shardOfJournal(path);
    if (shard !== undefined) ahead.push(shard);
  }
  return { marker: name, next: 1, open: [], ahead, counts: noVerdicts(), throttled: 0 };
}
