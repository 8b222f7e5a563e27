import type { TokenCredential } from "@azure/identity";
import {
  type BlobDownloadResponseParsed,
  ContainerClient,
  type StorageSharedKeyCredential,
} from "@azure/storage-blob";

import { openAppend } from "./append.ts";
import {
  bare,
  bytesOf,
  type Container,
  failureIn,
  isNotFound,
  isUnmet,
  quoted,
} from "./container.ts";
import { acquireLease } from "./lease.ts";
import { retryOptions, SMALL_CALL_MS, smallCall } from "./retry.ts";
import { watched } from "./streams.ts";
import type { BlobFacts, Blobs } from "./types.ts";
import { writeBlob, writeBlobStream } from "./write.ts";

/**
 * One container, by the blob service's URL. ETags are without quotes here, as listings and events
 * show them. Every call throws OperatorError STORAGE_UNAVAILABLE, disposition `retry`, if the SDK's own
 * retries did not succeed.
 */
export function createBlobs(options: {
  readonly url: string;
  readonly container: string;
  readonly credential: TokenCredential | StorageSharedKeyCredential;
  /** The time limit of a small call, and of a stream's standstill, milliseconds; 25 s by default. */
  readonly callMs?: number;
}): Blobs {
  const { credential, callMs = SMALL_CALL_MS } = options;
  const url = `${options.url.replace(/\/$/, "")}/${options.container}`;
  const container: Container = {
    client: new ContainerClient(url, credential, { retryOptions }),
    place: { where: `container ${options.container}`, role: "Storage Blob Data Contributor" },
    callMs,
    limit: () => smallCall(callMs),
  };
  return {
    read: (path) => readBlob(container, path),
    stream: (path, { ifMatch } = {}) => streamBlob(container, path, ifMatch),
    write: (path, body, condition) => writeBlob(container, path, body, condition),
    writeStream: (path, body, condition) => writeBlobStream(container, path, body, condition),
    list: (prefix) => listBlobs(container, prefix),
    delete: (path) => deleteBlob(container, path),
    openAppend: (path) => openAppend(container, path),
    acquireLease: (path, seconds) => acquireLease(container, path, seconds),
  };
}

async function readBlob(container: Container, path: string): ReturnType<Blobs["read"]> {
  const found = await download(container, path, container.limit());
  if (found === undefined) return undefined;
  try {
    return { bytes: await bytesOf(found.readableStreamBody), etag: bare(found.etag) };
  } catch (error) {
    throw failureIn(container, error);
  }
}

async function streamBlob(
  container: Container,
  path: string,
  ifMatch: string | undefined,
): ReturnType<Blobs["stream"]> {
  const opening = new AbortController();
  const late = setTimeout(() => opening.abort(), container.callMs);
  const opened = download(container, path, opening.signal, ifMatch);
  const found = await opened.finally(() => clearTimeout(late));
  if (found === undefined) return undefined;
  const fail = (error: unknown): Error => failureIn(container, error);
  return {
    body: watched(found.readableStreamBody, fail, container.callMs),
    facts: {
      path,
      etag: bare(found.etag),
      bytes: found.contentLength ?? 0,
      lastModifiedMs: found.lastModified?.getTime() ?? 0,
      mayGrow: mayGrow(found),
    },
  };
}

/** `undefined` if there is no such blob or, with `ifMatch`, if it is another version. */
async function download(
  container: Container,
  path: string,
  abortSignal: AbortSignal,
  ifMatch?: string,
): Promise<BlobDownloadResponseParsed | undefined> {
  try {
    return await container.client.getBlobClient(path).download(0, undefined, {
      abortSignal,
      conditions: ifMatch === undefined ? {} : { ifMatch: quoted(ifMatch) },
      maxRetryRequests: retryOptions.maxTries,
    });
  } catch (error) {
    if (isNotFound(error) || isUnmet(error)) return undefined;
    throw failureIn(container, error);
  }
}

async function* listBlobs(container: Container, prefix: string): AsyncGenerator<BlobFacts> {
  try {
    let marker: string | undefined;
    do {
      // Each page has a time limit of its own, because the caller may take longer over the whole list.
      const pages = container.client
        .listBlobsFlat({ prefix, abortSignal: container.limit() })
        .byPage(marker === undefined ? {} : { continuationToken: marker });
      const { value: page } = await pages.next();
      for (const { name, properties } of page?.segment?.blobItems ?? []) {
        yield {
          path: name,
          etag: bare(properties.etag),
          bytes: properties.contentLength ?? 0,
          lastModifiedMs: properties.lastModified.getTime(),
          mayGrow: mayGrow(properties),
        };
      }
      marker = page?.continuationToken || undefined;
    } while (marker !== undefined);
  } catch (error) {
    throw failureIn(container, error);
  }
}

async function deleteBlob(container: Container, path: string): Promise<void> {
  try {
    await container.client.getBlobClient(path).delete({ abortSignal: container.limit() });
  } catch (error) {
    if (!isNotFound(error)) throw failureIn(container, error);
  }
}

/** A sealed append blob takes no more appends; other blobs appear whole. */
const mayGrow = ({
  blobType,
  isSealed,
}: {
  readonly blobType?: string;
  readonly isSealed?: boolean;
}): boolean => blobType === "AppendBlob" && isSealed !== true;
