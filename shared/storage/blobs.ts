import { randomUUID } from "node:crypto";

import type { TokenCredential } from "@azure/identity";
import { ContainerClient, type StorageSharedKeyCredential } from "@azure/storage-blob";

import { openAppend } from "./append.ts";
import { type Place, storageCode, toStorageError } from "./errors.ts";
import { acquireLease } from "./lease.ts";
import { retryOptions, SMALL_CALL_MS, smallCall } from "./retry.ts";
import { uploadBlocks, watched } from "./streams.ts";
import type { BlobFacts, Blobs, WriteCondition } from "./types.ts";

/** What storage answers where a condition of ours does not hold. */
const UNMET = new Set(["BlobAlreadyExists", "ConditionNotMet", "TargetConditionNotMet"]);

/**
 * One container, by the blob service's url. ETags are without quotes here, as listings and events
 * show them. Every call throws OperatorError STORAGE_UNAVAILABLE, disposition `retry`, for what the
 * SDK's own repeats did not mend.
 */
export function createBlobs(options: {
  readonly url: string;
  readonly container: string;
  readonly credential: TokenCredential | StorageSharedKeyCredential;
  /** The time limit of a small call, and of a stream's standstill, milliseconds; 25 s unless told. */
  readonly callMs?: number;
}): Blobs {
  const { container, credential, callMs = SMALL_CALL_MS } = options;
  const limit = (): AbortSignal => smallCall(callMs);
  const client = new ContainerClient(`${options.url.replace(/\/$/, "")}/${container}`, credential, {
    retryOptions,
  });
  const place: Place = { where: `container ${container}`, role: "Storage Blob Data Contributor" };
  const fail = (error: unknown): Error => toStorageError(error, place);

  /**
   * Runs a conditional write. The SDK repeats a write whose answer was lost, and then meets its own
   * blob: the mark in the metadata tells that from somebody else's.
   */
  const conditional = async (
    path: string,
    condition: WriteCondition | undefined,
    send: (settings: ReturnType<typeof writeSettings>) => Promise<{ etag?: string }>,
  ): Promise<{ etag: string } | undefined> => {
    const mark = randomUUID();
    try {
      return { etag: bare((await send(writeSettings(path, condition, mark))).etag) };
    } catch (error) {
      if (!UNMET.has(storageCode(error) ?? "") && !isMissingTarget(error, condition)) {
        throw fail(error);
      }
    }
    try {
      const now = await client.getBlobClient(path).getProperties({ abortSignal: limit() });
      return now.metadata?.["mark"] === mark ? { etag: bare(now.etag) } : undefined;
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw fail(error);
    }
  };

  const open = async (path: string, abortSignal: AbortSignal, ifMatch?: string) => {
    try {
      return await client.getBlobClient(path).download(0, undefined, {
        abortSignal,
        conditions: ifMatch === undefined ? {} : { ifMatch: quoted(ifMatch) },
        maxRetryRequests: retryOptions.maxTries,
      });
    } catch (error) {
      if (isNotFound(error) || UNMET.has(storageCode(error) ?? "")) return undefined;
      throw fail(error);
    }
  };

  return {
    read: async (path) => {
      const found = await open(path, limit());
      if (found === undefined) return undefined;
      try {
        const parts: Buffer[] = [];
        for await (const part of found.readableStreamBody ?? []) parts.push(Buffer.from(part));
        return { bytes: Buffer.concat(parts), etag: bare(found.etag) };
      } catch (error) {
        throw fail(error);
      }
    },
    stream: async (path, { ifMatch } = {}) => {
      const opening = new AbortController();
      const late = setTimeout(() => opening.abort(), callMs);
      const found = await open(path, opening.signal, ifMatch).finally(() => clearTimeout(late));
      if (found === undefined) return undefined;
      const facts: BlobFacts = {
        path,
        etag: bare(found.etag),
        bytes: found.contentLength ?? 0,
        lastModifiedMs: found.lastModified?.getTime() ?? 0,
      };
      return { body: watched(found.readableStreamBody, fail, callMs), facts };
    },
    write: (path, body, condition) => {
      const bytes = typeof body === "string" ? Buffer.from(body, "utf8") : body;
      return conditional(path, condition, (settings) =>
        client
          .getBlockBlobClient(path)
          .upload(bytes, bytes.length, { ...settings, abortSignal: limit() }),
      );
    },
    writeStream: async (path, body, condition) => {
      let bytes = 0;
      const written = await conditional(path, condition, async (settings) => {
        const blob = client.getBlockBlobClient(path);
        const uploaded = await uploadBlocks(blob, body, settings, limit);
        bytes = uploaded.bytes;
        return uploaded;
      });
      return written && { ...written, bytes };
    },
    async *list(prefix) {
      try {
        let marker: string | undefined;
        do {
          // A time limit a page: whoever reads the list may take longer over it.
          const pages = client
            .listBlobsFlat({ prefix, abortSignal: limit() })
            .byPage(marker === undefined ? {} : { continuationToken: marker });
          const { value: page } = await pages.next();
          for (const { name, properties } of page?.segment?.blobItems ?? []) {
            yield {
              path: name,
              etag: bare(properties.etag),
              bytes: properties.contentLength ?? 0,
              lastModifiedMs: properties.lastModified.getTime(),
            };
          }
          marker = page?.continuationToken || undefined;
        } while (marker !== undefined);
      } catch (error) {
        throw fail(error);
      }
    },
    delete: async (path) => {
      try {
        await client.getBlobClient(path).delete({ abortSignal: limit() });
      } catch (error) {
        if (!isNotFound(error)) throw fail(error);
      }
    },
    openAppend: (path) => openAppend(client, path, place, limit),
    acquireLease: (path, seconds) => acquireLease(client, path, seconds, place, limit),
  };
}

const isNotFound = (error: unknown): boolean => storageCode(error) === "BlobNotFound";

/** A write over a version of a blob that is gone: storage says so, or that the condition is unmet. */
const isMissingTarget = (error: unknown, condition: WriteCondition | undefined): boolean =>
  condition?.ifMatch !== undefined && isNotFound(error);

const quoted = (etag: string): string => `"${etag}"`;
const bare = (etag: string | undefined): string => (etag ?? "").replaceAll('"', "");

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
    blobHTTPHeaders: {
      blobContentType:
        CONTENT_TYPES[path.slice(path.lastIndexOf(".") + 1)] ?? "application/octet-stream",
    },
  };
}
