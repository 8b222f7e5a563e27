import { OperatorError } from "../core/errors.ts";
import { recordOf } from "../core/record.ts";
import type { Blobs } from "../storage/types.ts";

/** A stored record and the version of its blob. */
export interface Stored<T> {
  readonly value: T;
  readonly etag: string;
}

/** JSON for people as well: indented, and ended with a line break. */
export const jsonText = (value: object): string => `${JSON.stringify(value, undefined, 2)}\n`;

/**
 * A record of our own; `undefined` if there is no such blob.
 *
 * @throws OperatorError VERSION_UNKNOWN if a newer release wrote it
 */
export async function readStored<T>(blobs: Blobs, path: string): Promise<Stored<T> | undefined> {
  const blob = await blobs.read(path);
  if (blob === undefined) return undefined;
  const value: unknown = JSON.parse(blob.bytes.toString("utf8"));
  if (recordOf(value)["version"] !== 1) {
    throw new OperatorError("VERSION_UNKNOWN", `${path} is not of version 1.`, {
      fix: "Finish the batch with the release that accepted it, or deploy that release again.",
      disposition: "stop",
    });
  }
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- our own record of the version we write
  return { value: value as T, etag: blob.etag };
}
