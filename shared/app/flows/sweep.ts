import { writeHeartbeat } from "../../records/deployment/heartbeat.ts";
import { tenantsWithWorkAndNoRunner } from "../../runner/slice/ring.ts";
import type { FlowPorts } from "./ports.ts";

/**
 * Queues inbox files that no event announced and rings for tenants that have work and no runner. Its
 * event tells alerts that timers still run, and its heartbeat in storage tells an operator.
 */
export async function sweep(ports: FlowPorts): Promise<void> {
  const { tenants, DECISION_PROOF, DECISION_CLIENT_ID } = ports.settings;
  const { inboxFiles } = await ports.batches.sweepInbox();
  await ports.batches.expireHeld();
  const waiting = await tenantsWithWorkAndNoRunner({ runner: ports.blobs.runner, tenants });
  for (const tenant of waiting) await ports.ring(tenant);
  await writeHeartbeat(ports.blobs.runner, {
    at: new Date(ports.clock.now()).toISOString(),
    homeTenant: ports.settings.TENANT_ID,
    tenants,
    decisionClientId: DECISION_PROOF === "signed" ? DECISION_CLIENT_ID : undefined,
    bundle: ports.bundleDigest(),
    node: process.version,
  });
  ports.emit({
    event: "runner.heartbeat",
    tenants: tenants.length,
    rung: waiting.length,
    inboxFiles,
  });
}
