import { runnerLockBlob } from "../../records/paths.ts";
import { holdLease } from "../../storage/held-lease.ts";
import type { RunnerPorts } from "../ports.ts";
import type { TenantRun } from "./slice-end.ts";
import { runSlice } from "./slice.ts";

/**
 * Works as the tenant's runner for a slice of time, unless another process does. Whatever happens to
 * this process, the next call continues from the journals.
 *
 * @throws OperatorError LEASE_LOST, STORAGE_UNAVAILABLE (disposition `retry`); a token's or
 * permission's error of the whole app.
 */
export async function runTenant(ports: RunnerPorts, signal?: AbortSignal): Promise<TenantRun> {
  const { clock, tenant, settings } = ports;
  const lease = await holdLease({
    blobs: ports.blobs.runner,
    path: runnerLockBlob(tenant),
    clock,
    leaseSeconds: settings.leaseSeconds,
    renewEveryMs: settings.renewEveryMs,
  });
  if (lease === undefined) return { state: "busy" };
  try {
    return { state: "ran", ...(await runSlice(ports, lease, signal)) };
  } finally {
    await lease.release().catch(() => {
      // It expires by itself: the next runner only waits a little longer.
    });
  }
}
