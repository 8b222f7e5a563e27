// The face of shared/storage: the only files that know the storage SDKs are behind it.
export { createBlobs } from "./blobs.ts";
export { createQueue } from "./queue.ts";
