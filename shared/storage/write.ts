import { randomUUID } from "node:crypto";
import type { Readable } from "node:stream";

import type { BlockBlobUploadOptions } from "@azure/storage-blob";

import { bare, type Container, failureIn, isNotFound, isUnmet, quoted } from "./container.ts";
import { uploadBlocks } from "./streams.ts";
import type { WriteCondition } from "./types.ts";

/** Writes a small blob; `undefined` if the condition does not hold. */
export const writeBlob = (
  container: Container,
  path: string,
  body: string | Uint8Array,
  condition: WriteCondition | undefined,
): Promise<{ etag: string } | undefined> => {
  const bytes = typeof body === "string" ? Buffer.from(body, "utf8") : body;
  return conditional(container, path, condition, (settings) =>
    container.client
      .getBlockBlobClient(path)
      .upload(bytes, bytes.length, { ...settings, abortSignal: container.limit() }),
  );
};

/** Uploads a stream in blocks; `undefined` if the condition does not hold. */
export async function writeBlobStream(
  container: Container,
  path: string,
  body: Readable,
  condition: WriteCondition | undefined,
): Promise<{ etag: string; bytes: number } | undefined> {
  let bytes = 0;
  const written = await conditional(container, path, condition, async (settings) => {
    const blob = container.client.getBlockBlobClient(path);
    const uploaded = await uploadBlocks(blob, body, settings, container.limit);
    bytes = uploaded.bytes;
    return uploaded;
  });
  return written && { ...written, bytes };
}

/**
 * Runs a conditional write. If an answer is lost, the SDK repeats the write and then meets its own blob:
 * the mark in the metadata tells it from another process's.
 */
async function conditional(
  container: Container,
  path: string,
  condition: WriteCondition | undefined,
  send: (settings: BlockBlobUploadOptions) => Promise<{ etag?: string }>,
): Promise<{ etag: string } | undefined> {
  const mark = randomUUID();
  try {
    return { etag: bare((await send(writeSettings(path, condition, mark))).etag) };
  } catch (error) {
    // A write over a version of a blob that is gone is answered as either.
    const isGone = condition?.ifMatch !== undefined && isNotFound(error);
    if (!isUnmet(error) && !isGone) throw failureIn(container, error);
  }
  try {
    const blob = container.client.getBlobClient(path);
    const now = await blob.getProperties({ abortSignal: container.limit() });
    return now.metadata?.["mark"] === mark ? { etag: bare(now.etag) } : undefined;
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw failureIn(container, error);
  }
}

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  csv: "text/csv; charset=utf-8",
  html: "text/html; charset=utf-8",
  json: "application/json",
  jsonl: "application/jsonl; charset=utf-8",
};

function writeSettings(path: string, condition: WriteCondition | undefined, mark: string) {
  return {
    conditions: {
      ...(condition?.ifAbsent && { ifNoneMatch: "*" }),
      ...(condition?.ifMatch !== undefined && { ifMatch: quoted(condition.ifMatch) }),
    },
    ...(condition && { metadata: { mark } }),
    ...(condition?.tags && { tags: { ...condition.tags } }),
    blobHTTPHeaders: {
      blobContentType:
        CONTENT_TYPES[path.slice(path.lastIndexOf(".") + 1)] ?? "application/octet-stream",
    },
  };
}
