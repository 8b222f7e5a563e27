import type { ContainerClient } from "@azure/storage-blob";

import { leaseLost, type Place, storageCode, toStorageError } from "./errors.ts";
import type { AppendBlob } from "./types.ts";

/**
 * Opens a blob for appends at the position it knows. What is appended must be unique to the one who
 * appends it: an append whose answer was lost is told from another's by reading it back.
 */
export async function openAppend(
  container: ContainerClient,
  path: string,
  place: Place,
  limit: () => AbortSignal,
): Promise<AppendBlob> {
  const blob = container.getAppendBlobClient(path);
  const read = async (offset: number, count?: number): Promise<Buffer | undefined> => {
    try {
      const response = await blob.download(offset, count, { abortSignal: limit() });
      const parts: Buffer[] = [];
      for await (const part of response.readableStreamBody ?? []) parts.push(Buffer.from(part));
      return Buffer.concat(parts);
    } catch (error) {
      if (storageCode(error) === "BlobNotFound") return undefined;
      if (storageCode(error) === "InvalidRange") return Buffer.alloc(0);
      throw toStorageError(error, place);
    }
  };
  const create = async (): Promise<void> => {
    try {
      await blob.create({ conditions: { ifNoneMatch: "*" }, abortSignal: limit() });
    } catch (error) {
      if (storageCode(error) !== "BlobAlreadyExists") throw toStorageError(error, place);
    }
  };
  const open = async (): Promise<Buffer> => {
    const found = await read(0);
    if (found !== undefined) return found;
    await create();
    return (await read(0)) ?? Buffer.alloc(0);
  };

  const content = await open();
  let position = content.length;
  let broken: Error | undefined;
  /** Whether exactly `bytes` stand at our position and nothing after: our own append came through. */
  const isOurs = async (bytes: Uint8Array): Promise<boolean> =>
    (await read(position))?.equals(bytes) === true;
  const append = async (bytes: Uint8Array): Promise<void> => {
    try {
      await blob.appendBlock(bytes, bytes.length, {
        conditions: { appendPosition: position },
        abortSignal: limit(),
      });
    } catch (error) {
      const code = storageCode(error);
      if (code === "BlobNotFound") throw leaseLost(`${path} was deleted.`, error);
      if (code !== "AppendPositionConditionNotMet") throw toStorageError(error, place);
      if (!(await isOurs(bytes))) throw leaseLost(`Another runner writes ${path} now.`, error);
    }
    position += bytes.length;
  };
  return {
    content,
    append: async (bytes) => {
      // After a failure nobody knows where the blob ends: whoever opens it again reads that first.
      if (broken !== undefined) throw broken;
      try {
        await append(bytes);
      } catch (error) {
        broken = toStorageError(error, place);
        throw broken;
      }
    },
  };
}
