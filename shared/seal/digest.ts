import { createHash } from "node:crypto";

import type { Blobs } from "../storage/types.ts";
import type { SealedBlob } from "./seal.ts";

/** The size and digest of the version of a blob that has the ETag. */
export type KnownDigest = Omit<SealedBlob, "path"> & { readonly etag: string };

/** Digests by path, each of the version that has the ETag. */
export type KnownDigests = ReadonlyMap<string, KnownDigest>;

/** The size and digest of a blob, with flat memory; `undefined` if there is none. */
export async function digest(batches: Blobs, path: string): Promise<KnownDigest | undefined> {
  const blob = await batches.stream(path);
  if (blob === undefined) return undefined;
  const hash = createHash("sha256");
  let bytes = 0;
  for await (const chunk of blob.body as AsyncIterable<Buffer>) {
    hash.update(chunk);
    bytes += chunk.length;
  }
  return { bytes, sha256: hash.digest("hex"), etag: blob.facts.etag };
}
