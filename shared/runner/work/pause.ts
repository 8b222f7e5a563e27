import { changeControl, withDecision } from "../../records/decisions/control.ts";
import type { BatchManifest } from "../../records/manifest.ts";
import { type Site, isoNow } from "../batch/site.ts";

/** Why the program itself pauses a batch. */
export interface Why {
  readonly policy: "breaker" | "canary" | "window" | "passwords";
  /** In whole sentences. */
  readonly reason: string;
}

/** Records the pause, once; a batch that is paused or stopped already stays as it is. */
export async function pause(
  site: Site,
  folder: string,
  { batch, tenant }: Pick<BatchManifest, "batch" | "tenant">,
  why: Why,
): Promise<void> {
  const at = isoNow(site);
  let isMade = false;
  await changeControl(site.blobs.batches, folder, (control) => {
    isMade = control.standing === "open";
    if (!isMade) return control;
    const by = { kind: "policy", policy: why.policy } as const;
    const made = { decisionId: `${why.policy}-${at}`, decision: "pause", at, by } as const;
    const { reason } = why;
    return withDecision(control, { ...made, outcome: "applied", reason, carriedOutAt: at }, at);
  });
  if (!isMade) return;
  site.emit({ event: "batch.paused", batch, tenant, by: why.policy, reason: why.reason });
}
