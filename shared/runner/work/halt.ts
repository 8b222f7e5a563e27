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
import type { Halt, OpenBatch } from "../batch/open-batch.ts";
import type { Site } from "../batch/site.ts";
import type { BatchProgress } from "../state-file.ts";
import { stopIfBroken } from "./broken.ts";
import type { Work } from "./work.ts";

/**
 * The one place where the runner sees what people decided. It reads the tenant's control and those of the
 * open batches every `statusEveryMs`, and a batch's control before it opens the batch. A batch that was
 * stopped or paused is halted: its rows leave the schedule, so that nothing more of it is sent, and what
 * is under way or in doubt is settled as ever; then `endHalted` ends or parks it.
 *
 * @throws an outage, BATCH_DAMAGED of the tenant's control: nothing is sent while it is unknown.
 */
export async function seeToDecisions(work: Work): Promise<void> {
  const { site, batches, standing } = work;
  const control = await readTenantControl(site.blobs.runner, site.tenant);
  standing.tenant =
    control.standing === "paused" ? haltOf("tenant-paused", control, "The tenant") : undefined;
  await Promise.all(
    batches.lanes().map((lane) =>
      stopIfBroken(work, lane.marker, async () => {
        // What was halted stays so until it is parked: its rows have left the schedule.
        if (lane.halt?.kind === "stopped") return;
        const halt = await readHalt(work, lane.marker.folder);
        if (halt && (lane.halt === undefined || halt.kind === "stopped")) halted(site, lane, halt);
      }),
    ),
  );
}

/** Why nothing of a batch may be sent; `undefined` if it may. @throws as `readStored` */
export async function readHalt(
  { site, standing }: Pick<Work, "site" | "standing">,
  folder: string,
): Promise<Halt | undefined> {
  const control = await readControl(site.blobs.batches, folder);
  if (isStopped(control)) return haltOf("stopped", control, "The batch");
  if (control.standing === "paused") return haltOf("paused", control, "The batch");
  return standing.tenant;
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
