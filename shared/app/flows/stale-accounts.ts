import { scheduledInstant } from "../../policies/scheduled-instant.ts";
import { findStaleAccounts } from "../../policies/stale-accounts/stale-accounts.ts";
import { submitPolicyBatch } from "../../policies/submit.ts";
import type { Call, FlowPorts } from "./ports.ts";

/** Finds the stale accounts of the home tenant and submits a batch that disables them. */
export async function staleAccounts(ports: FlowPorts, call: Call, timer: unknown): Promise<void> {
  const { settings, blobs, queues } = ports;
  const mode = settings.STALE_ACCOUNTS_MODE;
  if (mode === "off") return call.note("stale-accounts is off (STALE_ACCOUNTS_MODE).");
  const nowMs = ports.clock.now();
  const { rows, stale, findings } = await findStaleAccounts(
    ports.graphFor(settings.TENANT_ID),
    {
      days: settings.STALE_ACCOUNTS_DAYS,
      minimumAgeDays: settings.STALE_ACCOUNTS_MINIMUM_AGE_DAYS,
    },
    settings.STALE_ACCOUNTS_EXCLUDED_GROUP,
    nowMs,
  );
  call.note(`stale-accounts found ${JSON.stringify(findings)}`);
  if (stale === 0) return;
  const batch = {
    policy: "stale-accounts",
    dueMs: scheduledInstant(timer, nowMs),
    mode: mode === "apply" ? "apply" : "plan",
    operation: "user.disable",
    rows,
  } as const;
  await submitPolicyBatch(batch, blobs.inbox, queues.accept);
}
