import { setTimeout as delay } from "node:timers/promises";

import type { BatchStatus } from "../../shared/records/status.ts";
import type { Stage } from "../stage/stage.ts";

/** Sends the decision that a planned batch is to be run exactly as planned. */
export async function approve(
  stage: Stage,
  batch: string,
  plan: string | undefined,
): Promise<void> {
  const expires = new Date(Date.now() + 30 * 60_000).toISOString();
  const decision = {
    version: 1,
    decisionId: `approve-${batch}`,
    decision: "approve",
    tenant: stage.cloud.home.tenantId,
    batch,
    plan,
    expects: "planned",
    expires,
  };
  await stage.send("decisions", JSON.stringify(decision));
}

/** Waits until an approved batch is finished. */
export async function untilFinished(
  stage: Stage,
  batch: string,
  { timeoutMs, everyMs }: { readonly timeoutMs: number; readonly everyMs: number },
): Promise<BatchStatus> {
  const endMs = performance.now() + timeoutMs;
  for (;;) {
    const status = await stage.status(batch);
    if (status?.state === "finished") return status;
    if (performance.now() > endMs)
      throw new Error(`${batch} did not finish: ${JSON.stringify(status)}`);
    await delay(everyMs);
  }
}
