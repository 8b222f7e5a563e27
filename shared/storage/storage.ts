// What other folders import of shared/storage; only the files behind it import the storage SDKs.
export { createBlobs } from "./blobs.ts";
export { createQueue } from "./queue.ts";
