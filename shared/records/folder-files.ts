import { OperatorError } from "../core/errors.ts";
import { recordOf } from "../core/record.ts";
import type { Blobs } from "../storage/types.ts";
import type { BatchManifest, BatchStatus, Plan, Refused } from "./model.ts";

/** A stored record and the version of its blob. */
export interface Stored<T> {
  readonly value: T;
  readonly etag: string;
}

/** `undefined` where the folder has none. All throw VERSION_UNKNOWN for what a newer release wrote. */
export const readManifest = (
  batches: Blobs,
  folder: string,
): Promise<Stored<BatchManifest> | undefined> => readJson(batches, `${folder}/batch.json`);

export const readPlan = async (batches: Blobs, folder: string): Promise<Plan | undefined> =>
  (await readJson<Plan>(batches, `${folder}/plan.json`))?.value;

export const readStatus = async (
  batches: Blobs,
  folder: string,
): Promise<BatchStatus | undefined> =>
  (await readJson<BatchStatus>(batches, `${folder}/status.json`))?.value;

export const readRefused = async (batches: Blobs, folder: string): Promise<Refused | undefined> =>
  (await readJson<Refused>(batches, `${folder}/refused.json`))?.value;

/** JSON for people as well: indented, and ended with a line break. */
export const jsonText = (value: object): string => `${JSON.stringify(value, undefined, 2)}\n`;

async function readJson<T>(batches: Blobs, path: string): Promise<Stored<T> | undefined> {
  const blob = await batches.read(path);
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
