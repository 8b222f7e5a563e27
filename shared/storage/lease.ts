import { randomUUID } from "node:crypto";

import type { BlobLeaseClient, BlockBlobClient } from "@azure/storage-blob";

import { type Container, failureIn } from "./container.ts";
import { leaseLost, storageCode } from "./errors.ts";
import type { BlobLease } from "./types.ts";

/** What storage answers once a lease is no longer ours, or never was. */
const LOST = new Set([
  "BlobNotFound",
  "LeaseIdMismatchWithLeaseOperation",
  "LeaseIsBreakingAndCannotBeAcquired",
  "LeaseIsBrokenAndCannotBeRenewed",
  "LeaseLost",
  "LeaseNotPresentWithLeaseOperation",
]);

const isLost = (error: unknown): boolean => LOST.has(storageCode(error) ?? "");

/** Takes the lease of a blob, which is created empty if absent; `undefined` if another has the lease. */
export async function acquireLease(
  container: Container,
  path: string,
  seconds: number,
): Promise<BlobLease | undefined> {
  const blob = container.client.getBlockBlobClient(path);
  // Named by us, so that a repeated acquire whose first answer was lost finds its own lease.
  const lease = blob.getBlobLeaseClient(randomUUID());
  let state = await acquire(container, lease, seconds);
  if (state === "absent") {
    await create(container, blob);
    state = await acquire(container, lease, seconds);
  }
  if (state !== "ours") return undefined;
  return {
    leaseId: lease.leaseId,
    renew: async () => {
      try {
        await lease.renewLease({ abortSignal: container.limit() });
      } catch (error) {
        throw isLost(error)
          ? leaseLost(`Another process holds ${path} now.`, error)
          : failureIn(container, error);
      }
    },
    release: async () => {
      try {
        await lease.releaseLease({ abortSignal: container.limit() });
      } catch (error) {
        if (!isLost(error)) throw failureIn(container, error);
      }
    },
  };
}

async function acquire(
  container: Container,
  lease: BlobLeaseClient,
  seconds: number,
): Promise<"held" | "absent" | "ours"> {
  try {
    await lease.acquireLease(seconds, { abortSignal: container.limit() });
    return "ours";
  } catch (error) {
    const code = storageCode(error);
    if (code === "LeaseAlreadyPresent" || code === "LeaseIsBreakingAndCannotBeAcquired") {
      return "held";
    }
    if (code === "BlobNotFound") return "absent";
    throw failureIn(container, error);
  }
}

async function create(container: Container, blob: BlockBlobClient): Promise<void> {
  try {
    await blob.upload("", 0, {
      conditions: { ifNoneMatch: "*" },
      abortSignal: container.limit(),
    });
  } catch (error) {
    const code = storageCode(error);
    if (code !== "BlobAlreadyExists" && code !== "LeaseIdMissing")
      throw failureIn(container, error);
  }
}
