import { changeControl, isStopped, withDecision } from "../../records/decisions/control.ts";
import { readManifest } from "../../records/manifest.ts";
import { summonRunner } from "../../records/markers/marker.ts";
import { folderOf, heldPrefix } from "../../records/paths.ts";
import { readStatus } from "../../records/status.ts";
import type { BatchPorts } from "../ports.ts";

const DAY_MS = 24 * 60 * 60_000;

/**
 * Cancels the batches about which nobody decided for `heldExpiresDays`: what was looked at then is no longer
 * what would be written. It reads only the notes of batches that wait. It may be repeated: a batch that was
 * cancelled and not ended is ended.
 *
 * @throws OperatorError STORAGE_UNAVAILABLE
 */
export async function expireHeld(ports: BatchPorts): Promise<void> {
  const { blobs, settings, clock } = ports;
  const oldestMs = clock.now() - settings.heldExpiresDays * DAY_MS;
  for (const tenant of settings.tenants) {
    for await (const { path, lastModifiedMs } of blobs.runner.list(heldPrefix(tenant))) {
      if (lastModifiedMs > oldestMs) continue;
      const batch = path.slice(heldPrefix(tenant).length);
      const since = new Date(lastModifiedMs).toISOString();
      if (!(await expire(ports, { tenant, batch, since }))) await blobs.runner.delete(path);
    }
  }
}

/** Answers whether the batch still waits, so that its note stays until the runner has ended it. */
async function expire(
  { blobs, settings, clock, emit, ring }: BatchPorts,
  { tenant, batch, since }: { readonly tenant: string; readonly batch: string; since: string },
): Promise<boolean> {
  const folder = folderOf(settings.homeTenant, tenant, batch);
  const manifest = (await readManifest(blobs.batches, folder))?.value;
  const state = (await readStatus(blobs.batches, folder))?.state;
  if (manifest === undefined || (state !== "held" && state !== "planned")) return false;
  const at = new Date(clock.now()).toISOString();
  const made = {
    decisionId: `expired-${since.replaceAll(/[:.]/g, "-")}`,
    decision: "reject",
    at,
    by: { kind: "policy", policy: "held batches expire" },
    outcome: "applied",
    reason: `Nobody decided about it for ${settings.heldExpiresDays} days (HELD_EXPIRES_DAYS).`,
    carriedOutAt: at,
  } as const;
  let isNew = false;
  const control = await changeControl(blobs.batches, folder, (before) => {
    // Somebody may have approved it at this moment: then it is not expired.
    isNew =
      before.standing === "open" &&
      before.decisions.every(
        ({ outcome, carriedOutAt }) => outcome !== "applied" || carriedOutAt !== undefined,
      );
    return isNew ? withDecision(before, made, at) : before;
  });
  if (!isStopped(control)) return true;
  await summonRunner(blobs.runner, manifest, folder, at);
  await ring(tenant);
  if (isNew) {
    const { decisionId, decision } = made;
    emit({ event: "decision.applied", decisionId, decision, tenant, batch, by: "policy" });
  }
  return true;
}
