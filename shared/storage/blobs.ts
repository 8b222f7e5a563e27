import { randomUUID } from "node:crypto";
import { PassThrough, Readable } from "node:stream";

import type { TokenCredential } from "@azure/identity";
import { ContainerClient, type StorageSharedKeyCredential } from "@azure/storage-blob";

import { openAppend } from "./append.ts";
import { type Place, storageCode, toStorageError } from "./errors.ts";
import { acquireLease } from "./lease.ts";
import { retryOptions, smallCall } from "./retry.ts";
import type { BlobFacts, Blobs, WriteCondition } from "./types.ts";

/** Blocks of this many bytes, two in flight: what `writeStream` holds in memory is a few of them. */
const BLOCK_BYTES = 4 * 1024 * 1024;
const BLOCKS_IN_FLIGHT = 2;

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
}): Blobs {
  const { container, credential } = options;
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
      const now = await client.getBlobClient(path).getProperties({ abortSignal: smallCall() });
      return now.metadata?.["mark"] === mark ? { etag: bare(now.etag) } : undefined;
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw fail(error);
    }
  };

  const open = async (path: string, ifMatch?: string) => {
    try {
      return await client.getBlobClient(path).download(0, undefined, {
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
      const found = await open(path);
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
      const found = await open(path, ifMatch);
      if (found === undefined) return undefined;
      const facts: BlobFacts = {
        path,
        etag: bare(found.etag),
        bytes: found.contentLength ?? 0,
        lastModifiedMs: found.lastModified?.getTime() ?? 0,
      };
      return { body: mapped(found.readableStreamBody, fail), facts };
    },
    write: (path, body, condition) => {
      const bytes = typeof body === "string" ? Buffer.from(body, "utf8") : body;
      return conditional(path, condition, (settings) =>
        client
          .getBlockBlobClient(path)
          .upload(bytes, bytes.length, { ...settings, abortSignal: smallCall() }),
      );
    },
    writeStream: async (path, body, condition) => {
      let bytes = 0;
      const counted = Readable.from(
        (async function* () {
          for await (const part of body) {
            const piece = Buffer.from(part);
            bytes += piece.length;
            yield piece;
          }
        })(),
        { objectMode: false },
      );
      const written = await conditional(path, condition, (settings) =>
        client
          .getBlockBlobClient(path)
          .uploadStream(counted, BLOCK_BYTES, BLOCKS_IN_FLIGHT, settings),
      );
      return written && { ...written, bytes };
    },
    async *list(prefix) {
      try {
        for await (const { name, properties } of client.listBlobsFlat({ prefix })) {
          yield {
            path: name,
            etag: bare(properties.etag),
            bytes: properties.contentLength ?? 0,
            lastModifiedMs: properties.lastModified.getTime(),
          };
        }
      } catch (error) {
        throw fail(error);
      }
    },
    delete: async (path) => {
      try {
        await client.getBlobClient(path).delete({ abortSignal: smallCall() });
      } catch (error) {
        if (!isNotFound(error)) throw fail(error);
      }
    },
    openAppend: (path) => openAppend(client, path, place),
    acquireLease: (path, seconds) => acquireLease(client, path, seconds, place),
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

/** The SDK's stream with its errors as ours; whichever end is destroyed takes the other along. */
function mapped(
  source: NodeJS.ReadableStream | undefined,
  fail: (error: unknown) => Error,
): Readable {
  if (!(source instanceof Readable)) return Readable.from([]);
  const outer = new PassThrough();
  source.on("error", (error) => outer.destroy(fail(error)));
  outer.on("close", () => source.destroy());
  return source.pipe(outer);
}
