import { randomUUID } from "node:crypto";
import { PassThrough, Readable } from "node:stream";

import type { BlockBlobClient, BlockBlobCommitBlockListOptions } from "@azure/storage-blob";

/**
 * Blocks of this many bytes, one under way while the next is gathered, and as much again where it is encrypted: all
 * that is held in memory. A blob takes 50,000 of them (Put Block List), 25 times the largest input.
 */
const BLOCK_BYTES = 512 * 1024;

/**
 * Uploads a stream in blocks, even from a slow source; the blob appears at the end. The SDK's own
 * `uploadStream` hands no signal to its blocks, so a block without an answer would hang forever.
 */
export async function uploadBlocks(
  blob: BlockBlobClient,
  body: Readable,
  settings: BlockBlobCommitBlockListOptions,
  limit: () => AbortSignal,
): Promise<{ readonly etag?: string; readonly bytes: number }> {
  const prefix = randomUUID();
  const ids: string[] = [];
  let staging: Promise<unknown> = Promise.resolve();
  /** One is filled while the other is under way. */
  let block = Buffer.allocUnsafe(BLOCK_BYTES);
  let other: Buffer<ArrayBuffer> | undefined;
  let filled = 0;
  let bytes = 0;
  const stage = async (): Promise<void> => {
    const id = Buffer.from(`${prefix}-${String(ids.length).padStart(6, "0")}`).toString("base64");
    ids.push(id);
    await staging;
    const full = block.subarray(0, filled);
    staging = blob.stageBlock(id, full, filled, { abortSignal: limit() });
    // The next caller that awaits it gets the error.
    staging.catch(() => undefined);
    [block, other] = [other ?? Buffer.allocUnsafe(BLOCK_BYTES), block];
    filled = 0;
  };
  for await (const part of body as AsyncIterable<Uint8Array | string>) {
    const piece = typeof part === "string" ? Buffer.from(part) : part;
    for (let at = 0; at < piece.length;) {
      const taken = piece.subarray(at, at + BLOCK_BYTES - filled);
      block.set(taken, filled);
      filled += taken.length;
      at += taken.length;
      if (filled === BLOCK_BYTES) await stage();
    }
    bytes += piece.length;
  }
  if (filled > 0) await stage();
  await staging;
  const { etag } = await blob.commitBlockList(ids, { ...settings, abortSignal: limit() });
  return { ...(etag !== undefined && { etag }), bytes };
}

/**
 * The SDK's stream, with its errors as `fail` words them. If either end is destroyed, so is the other.
 * It fails if storage sends nothing for `stallMs` while the stream is being read.
 */
export function watched(
  source: NodeJS.ReadableStream | undefined,
  fail: (error: unknown) => Error,
  stallMs: number,
): Readable {
  if (!(source instanceof Readable)) return Readable.from([]);
  const outer = new PassThrough();
  const timer = setTimeout(() => {
    if (source.isPaused()) timer.refresh();
    else outer.destroy(fail(new DOMException("the rest of the body did not come", "TimeoutError")));
  }, stallMs);
  timer.unref();
  source.on("data", () => void timer.refresh());
  source.on("end", () => clearTimeout(timer));
  source.on("error", (error) => outer.destroy(fail(error)));
  outer.on("close", () => {
    clearTimeout(timer);
    source.destroy();
  });
  return source.pipe(outer);
}
