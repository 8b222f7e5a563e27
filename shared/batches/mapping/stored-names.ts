import * as v from "valibot";

import { parseJson } from "../../core/parse-json.ts";
import { batchDamaged } from "../../records/damaged.ts";
import { namesBlob } from "../../records/paths.ts";
import { leaseLost } from "../../storage/errors.ts";
import type { Blobs } from "../../storage/types.ts";
import type { ChosenName } from "./mapper.ts";

const Line = v.union([
  v.object({ row: v.number(), name: v.string() }),
  v.object({ row: v.number(), skip: v.string() }),
  v.object({ row: v.number(), broken: v.string() }),
]);

/** The names that were chosen for a shard; `undefined` if none were chosen yet. @throws OperatorError BATCH_DAMAGED */
export async function readNames(
  batches: Blobs,
  folder: string,
  shard: number,
): Promise<Map<number, ChosenName> | undefined> {
  const path = namesBlob(folder, shard);
  const blob = await batches.read(path);
  if (blob === undefined) return undefined;
  try {
    const lines = blob.bytes.toString("utf8").split("\n").slice(0, -1);
    return new Map(
      lines.map((line) => {
        const { row, ...chosen } = v.parse(Line, parseJson(line));
        return [row, chosen];
      }),
    );
  } catch (cause) {
    throw batchDamaged(path, "is damaged", { cause });
  }
}

/** Keeps the names of a shard for ever: a plan that is made again finds them. @throws OperatorError LEASE_LOST */
export async function writeNames(
  batches: Blobs,
  folder: string,
  shard: number,
  chosen: ReadonlyMap<number, ChosenName>,
): Promise<void> {
  const lines = [...chosen].map(([row, each]) => `${JSON.stringify({ row, ...each })}\n`);
  const written = await batches.write(namesBlob(folder, shard), lines.join(""), { ifAbsent: true });
  if (written === undefined) throw leaseLost("Another delivery of the message plans this batch.");
}
