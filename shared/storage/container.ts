import type { ContainerClient } from "@azure/storage-blob";

import { type Place, storageCode, toStorageError } from "./errors.ts";

/** One container, and what every call to it needs. */
export interface Container {
  readonly client: ContainerClient;
  readonly place: Place;
  /** The time limit of a small call, and of a stream's standstill, milliseconds. */
  readonly callMs: number;
  /** The time limit of a small call that begins now. */
  readonly limit: () => AbortSignal;
}

/** The error of a call to the container, in words for an operator. */
export const failureIn = ({ place }: Container, error: unknown): Error =>
  toStorageError(error, place);

/** Whether storage answered that there is no such blob. */
export const isNotFound = (error: unknown): boolean => storageCode(error) === "BlobNotFound";

/** Whether storage answered that a condition of ours does not hold. */
export const isUnmet = (error: unknown): boolean => UNMET.has(storageCode(error) ?? "");

const UNMET = new Set(["BlobAlreadyExists", "ConditionNotMet", "TargetConditionNotMet"]);

/** The whole of a small body. */
export async function bytesOf(body: NodeJS.ReadableStream | undefined): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of body ?? []) parts.push(Buffer.from(part));
  return Buffer.concat(parts);
}

/** An ETag as HTTP has it, from the form that this product keeps. */
export const quoted = (etag: string): string => `"${etag}"`;

/** An ETag without quotes: the form of listings and events, which this product keeps. */
export const bare = (etag: string | undefined): string => (etag ?? "").replaceAll('"', "");
