import type { OpenBatch } from "../batch/open-batch.ts";
import { type Why, pause } from "./pause.ts";
import { pastWindow } from "./window.ts";
import type { Work } from "./work.ts";

/**
 * Pauses what a person should look at before it goes on: a batch of which too many rows fail for one cause
 * that nothing of theirs explains, and a batch whose window has ended. It is the decision `pause`, made by
 * a policy: the runner halts the batch as for a person, and a person resumes or cancels it.
 */
export async function seeToPolicies({ site, batches }: Work): Promise<void> {
  for (const lane of batches.lanes()) {
    if (lane.halt) continue;
    const { marker, files } = lane;
    const why =
      brokenBy(lane) ?? killedBy(lane) ?? (await pastWindow(site, marker.folder, files.manifest));
    if (why) await pause(site, marker.folder, files.manifest, why);
  }
}

function brokenBy({ breaker }: OpenBatch): Why | undefined {
  const trip = breaker.trip();
  return (
    trip && {
      policy: "breaker",
      reason: `${trip.count} of the last ${trip.of} rows failed for one cause that nothing of theirs explains: ${trip.cause}. Look at the reasons of the failed rows in the journal, mend the cause, then resume the batch, and send the failed rows again once it has finished.`,
    }
  );
}

function killedBy({ canary }: OpenBatch): Why | undefined {
  const trouble = canary.trouble();
  return trouble === undefined
    ? undefined
    : {
        policy: "canary",
        reason: `${trouble} Look at these objects before the rest is sent; then resume or cancel the batch.`,
      };
}
