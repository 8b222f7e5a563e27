import { runnerLockBlob } from "../../records/paths.ts";
import { holdLease } from "../../storage/held-lease.ts";
import type { RunnerPorts } from "../ports.ts";
import { type SliceEnd, runSlice } from "./slice.ts";

/** What became of a call: another process is the tenant's runner, or this one was, for a slice. */
export type TenantRun = { readonly state: "busy" } | ({ readonly state: "ran" } & SliceEnd);

/**
 * Is the tenant's runner for a slice of time, unless another process is. Whatever happens, also to
 * this process, the next call goes on from the journals.
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
      // It runs out by itself: the next runner only waits a little longer.
    });
  }
}
