import { statusBlob } from "../../records/paths.ts";
import { readStatusVersion } from "../../records/status.ts";
import { jsonText } from "../../records/stored-json.ts";
import type { BatchPorts } from "../ports.ts";

/** The states in which a batch waits for a decision. */
const waiting: readonly string[] = ["planned", "held", "paused"];

/**
 * Says in status.json that a batch waits no more. If the runner or anyone else has written it in between,
 * theirs stays.
 */
export async function sayReleased({ blobs, clock }: BatchPorts, folder: string): Promise<void> {
  const found = await readStatusVersion(blobs.batches, folder);
  if (found === undefined || !waiting.includes(found.value.state)) return;
  const { reason: _reason, fix: _fix, code: _code, by: _by, ...status } = found.value;
  const { pending, held } = status.verdicts;
  const next = {
    ...status,
    state: "running",
    verdicts: { ...status.verdicts, pending: pending + held, held: 0 },
    updatedAt: new Date(clock.now()).toISOString(),
  };
  await blobs.batches.write(statusBlob(folder), jsonText(next), { ifMatch: found.etag });
}
