import type { AppendBlobClient } from "@azure/storage-blob";

import { bytesOf, type Container, failureIn, isNotFound } from "./container.ts";
import { leaseLost, storageCode } from "./errors.ts";
import type { AppendBlob } from "./types.ts";

/**
 * Opens a blob for appends at the position it knows. What is appended must be unique to the process that
 * appends it: after a lost answer the blob is read back, to tell our own append from another process's.
 */
export async function openAppend(container: Container, path: string): Promise<AppendBlob> {
  const blob = container.client.getAppendBlobClient(path);
  const content = await readOrCreate(container, blob);
  let position = content.length;
  let broken: Error | undefined;
  return {
    content,
    append: async (bytes) => {
      // After a failure the end of the blob is not known: a process that opens it again reads it first.
      if (broken !== undefined) throw broken;
      try {
        await appendAt(container, blob, position, bytes);
        position += bytes.length;
      } catch (error) {
        broken = failureIn(container, error);
        throw broken;
      }
    },
  };
}

async function appendAt(
  container: Container,
  blob: AppendBlobClient,
  position: number,
  bytes: Uint8Array,
): Promise<void> {
  try {
    await blob.appendBlock(bytes, bytes.length, {
      conditions: { appendPosition: position },
      abortSignal: container.limit(),
    });
  } catch (error) {
    if (isNotFound(error)) throw leaseLost(`${blob.name} was deleted.`, error);
    if (storageCode(error) !== "AppendPositionConditionNotMet") throw failureIn(container, error);
    // If the blob has exactly these bytes at the position and no more, our own append succeeded.
    const isOurs = (await readFrom(container, blob, position))?.equals(bytes) === true;
    if (!isOurs) throw leaseLost(`Another runner writes ${blob.name} now.`, error);
  }
}

async function readOrCreate(container: Container, blob: AppendBlobClient): Promise<Buffer> {
  const found = await readFrom(container, blob, 0);
  if (found !== undefined) return found;
  try {
    await blob.create({ conditions: { ifNoneMatch: "*" }, abortSignal: container.limit() });
  } catch (error) {
    if (storageCode(error) !== "BlobAlreadyExists") throw failureIn(container, error);
  }
  return (await readFrom(container, blob, 0)) ?? Buffer.alloc(0);
}

/** What follows an offset; `undefined` if there is no such blob. */
async function readFrom(
  container: Container,
  blob: AppendBlobClient,
  offset: number,
): Promise<Buffer | undefined> {
  try {
    const { readableStreamBody } = await blob.download(offset, undefined, {
      abortSignal: container.limit(),
    });
    return await bytesOf(readableStreamBody);
  } catch (error) {
    if (isNotFound(error)) return undefined;
    if (storageCode(error) === "InvalidRange") return Buffer.alloc(0);
    throw failureIn(container, error);
  }
}
