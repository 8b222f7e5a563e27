import * as v from "valibot";

import { OperatorError } from "../core/errors.ts";
import { parseJson } from "../core/parse-json.ts";
import { isRecord } from "../core/record.ts";
import type { Blobs } from "../storage/types.ts";
import { batchDamaged } from "./damaged.ts";

/** A stored record and the version of its blob. */
export interface Stored<T> {
  readonly value: T;
  readonly etag: string;
}

/** JSON for people as well: indented, and ended with a line break. */
export const jsonText = (value: object): string => `${JSON.stringify(value, undefined, 2)}\n`;

/** What a stored record must have to be used. Properties that it does not name pass unchanged. */
export type Shape = v.GenericSchema;

/**
 * A record of our own; `undefined` if there is no such blob.
 *
 * @throws OperatorError BATCH_DAMAGED if it is not what was written, VERSION_UNKNOWN if another release
 * wrote it
 */
export async function readStored<T>(
  blobs: Blobs,
  path: string,
  shape: Shape,
): Promise<Stored<T> | undefined> {
  const blob = await blobs.read(path);
  if (blob === undefined) return undefined;
  const value = parsed(path, blob.bytes);
  const version = isRecord(value) ? value["version"] : undefined;
  if (typeof version === "number" && version !== 1) {
    throw new OperatorError("VERSION_UNKNOWN", `${path} is not of version 1.`, {
      fix: "Finish the batch with the release that accepted it, or deploy that release again.",
      disposition: "stop",
    });
  }
  if (version !== 1 || !v.is(shape, value)) throw batchDamaged(path, "is damaged");
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- our own record, whose shape was checked
  return { value: value as T, etag: blob.etag };
}

function parsed(path: string, bytes: Buffer): unknown {
  try {
    return parseJson(bytes.toString("utf8"));
  } catch (cause) {
    throw batchDamaged(path, "is damaged", { cause });
  }
}
