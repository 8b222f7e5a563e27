import { randomUUID } from "node:crypto";

import type { ContainerClient } from "@azure/storage-blob";

import { leaseLost, type Place, storageCode, toStorageError } from "./errors.ts";
import type { BlobLease } from "./types.ts";

/** What storage says once a lease is no longer ours, or never was. */
const LOST = new Set([
  "BlobNotFound",
  "LeaseIdMismatchWithLeaseOperation",
  "LeaseIsBreakingAndCannotBeAcquired",
  "LeaseIsBrokenAndCannotBeRenewed",
  "LeaseLost",
  "LeaseNotPresentWithLeaseOperation",
]);

/** Takes the lease of a blob, which is made empty where it is absent; `undefined` where it is held. */
export async function acquireLease(
  container: ContainerClient,
  path: string,
  seconds: number,
  place: Place,
  limit: () => AbortSignal,
): Promise<BlobLease | undefined> {
  const blob = container.getBlockBlobClient(path);
  // Named by us, so that a repeated acquire whose first answer was lost finds its own lease.
  const lease = blob.getBlobLeaseClient(randomUUID());
  const acquire = async (): Promise<"held" | "absent" | "ours"> => {
    try {
      await lease.acquireLease(seconds, { abortSignal: limit() });
      return "ours";
    } catch (error) {
      const code = storageCode(error);
      if (code === "LeaseAlreadyPresent" || code === "LeaseIsBreakingAndCannotBeAcquired") {
        return "held";
      }
      if (code === "BlobNotFound") return "absent";
      throw toStorageError(error, place);
    }
  };
  const create = async (): Promise<void> => {
    try {
      await blob.upload("", 0, { conditions: { ifNoneMatch: "*" }, abortSignal: limit() });
    } catch (error) {
      const code = storageCode(error);
      if (code !== "BlobAlreadyExists" && code !== "LeaseIdMissing") {
        throw toStorageError(error, place);
      }
    }
  };
  let state = await acquire();
  if (state === "absent") {
    await create();
    state = await acquire();
  }
  if (state !== "ours") return undefined;
  return {
    leaseId: lease.leaseId,
    renew: async () => {
      try {
        await lease.renewLease({ abortSignal: limit() });
      } catch (error) {
        throw LOST.has(storageCode(error) ?? "")
          ? leaseLost(`Another runner holds ${path} now.`, error)
          : toStorageError(error, place);
      }
    },
    release: async () => {
      try {
        await lease.releaseLease({ abortSignal: limit() });
      } catch (error) {
        if (!LOST.has(storageCode(error) ?? "")) throw toStorageError(error, place);
      }
    },
  };
}
