import { runnerLockBlob } from "../../records/paths.ts";
import { type HeldLease, holdLease } from "../../storage/held-lease.ts";
import type { RunnerPorts } from "../ports.ts";
import type { RunOptions, TenantRun } from "./slice-end.ts";
import { runSlice } from "./slice.ts";

/**
 * Works as the tenant's runner for a slice of time, unless another process does. Whatever happens to
 * this process, the next call continues from the journals.
 *
 * @throws OperatorError LEASE_LOST, STORAGE_UNAVAILABLE (disposition `retry`); a token's or
 * permission's error of the whole app.
 */
export async function runTenant(
  ports: RunnerPorts,
  signal?: AbortSignal,
  { waitMs, started }: RunOptions = { waitMs: 0, started: () => undefined },
): Promise<TenantRun> {
  const lease = await takeLease(ports, waitMs, signal);
  if (lease === undefined) return { state: "busy" };
  started();
  try {
    return { state: "ran", ...(await runSlice(ports, lease, signal)) };
  } finally {
    await lease.release().catch(() => {
      // The lease expires anyway: the next runner only waits a little longer.
    });
  }
}

/** Between two tries to take a lease that is waited for, milliseconds. */
const TRY_EVERY_MS = 500;

async function takeLease(
  { clock, tenant, settings, blobs }: RunnerPorts,
  waitMs: number,
  signal: AbortSignal | undefined,
): Promise<HeldLease | undefined> {
  const { leaseSeconds, renewEveryMs } = settings;
  const path = runnerLockBlob(tenant);
  const endMs = clock.monotonic() + waitMs;
  for (;;) {
    const lease = await holdLease({ blobs: blobs.runner, path, clock, leaseSeconds, renewEveryMs });
    if (lease || clock.monotonic() >= endMs || signal?.aborted) return lease;
    await clock.sleep(TRY_EVERY_MS, signal);
  }
}
