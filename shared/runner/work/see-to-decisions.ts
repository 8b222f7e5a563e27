import { halted, readHalt, readTenantHalt } from "../batch/halt.ts";
import { stopIfBroken } from "./broken.ts";
import type { Work } from "./work.ts";

/**
 * The one place where the runner sees what people decided while it works. It reads the tenant's control and
 * those of the open batches every `statusEveryMs`; `openedBatch` reads a batch's before it opens it. A batch
 * that was stopped or paused is halted: its rows leave the schedule, so that nothing more of it is sent,
 * and what is under way or in doubt is settled as ever; then `endHalted` ends it or lays it aside.
 *
 * @throws an outage, BATCH_DAMAGED of the tenant's control: nothing is sent while it is unknown.
 */
export async function seeToDecisions(work: Work): Promise<void> {
  const { site, batches, standing } = work;
  standing.tenant = await readTenantHalt(site);
  await Promise.all(
    batches.lanes().map((lane) =>
      stopIfBroken(work, lane.marker, async () => {
        // What was halted stays so until it is laid aside: its rows have left the schedule.
        if (lane.halt?.kind === "stopped") return;
        const halt = await readHalt(site, lane.marker.folder, standing.tenant);
        if (halt && (lane.halt === undefined || halt.kind === "stopped")) halted(site, lane, halt);
      }),
    ),
  );
}
