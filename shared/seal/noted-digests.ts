import { createHash, hash } from "node:crypto";
import { Readable } from "node:stream";

import type { Blobs } from "../storage/types.ts";
import type { KnownDigest, KnownDigests } from "./digest.ts";

/** A container that notes the digest of what is read and written through it. */
export interface NotedBlobs {
  readonly blobs: Blobs;
  /** Those known before, and those of what was read or written last, as a whole. */
  readonly digests: KnownDigests;
}

/**
 * The container, with the digests of what passes through it: the reports of a batch go through nearly all of its
 * blobs, so that its seal need not read them again. A blob that was read or written in part has no digest.
 */
export function noteDigests(blobs: Blobs, known: KnownDigests = new Map()): NotedBlobs {
  const digests = new Map(known);
  const note = (path: string, etag: string, whole: Uint8Array): void =>
    void digests.set(path, { bytes: whole.length, sha256: hash("sha256", whole, "hex"), etag });
  return {
    digests,
    blobs: {
      list: (prefix) => blobs.list(prefix),
      delete: (path) => blobs.delete(path),
      openAppend: (path) => blobs.openAppend(path),
      acquireLease: (path, seconds) => blobs.acquireLease(path, seconds),
      read: async (path) => {
        const found = await blobs.read(path);
        if (found) note(path, found.etag, found.bytes);
        return found;
      },
      stream: async (path, options) => {
        const found = await blobs.stream(path, options);
        if (found === undefined) return undefined;
        const { body, facts } = found;
        const ended = (digest: Counted): void =>
          void digests.set(path, { ...digest, etag: facts.etag });
        return { facts, body: Readable.from(counted(body, ended)) };
      },
      write: async (path, body, condition) => {
        const bytes = typeof body === "string" ? Buffer.from(body) : body;
        const written = await blobs.write(path, bytes, condition);
        if (written) note(path, written.etag, bytes);
        return written;
      },
      writeStream: async (path, body, condition) => {
        let digest: Counted | undefined;
        const source = Readable.from(counted(body, (all) => (digest = all)));
        const written = await blobs.writeStream(path, source, condition);
        if (written && digest) digests.set(path, { ...digest, etag: written.etag });
        return written;
      },
    },
  };
}

type Counted = Omit<KnownDigest, "etag">;

/** The same bytes; `ended` is told of them if they come to their end. */
async function* counted(
  body: Readable,
  ended: (all: Counted) => void,
): AsyncGenerator<Uint8Array, void> {
  const sha256 = createHash("sha256");
  let bytes = 0;
  for await (const piece of body as AsyncIterable<Uint8Array | string>) {
    const part = typeof piece === "string" ? Buffer.from(piece) : piece;
    sha256.update(part);
    bytes += part.length;
    yield part;
  }
  ended({ bytes, sha256: sha256.digest("hex") });
}
