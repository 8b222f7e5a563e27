import { hash } from "node:crypto";
import { StringDecoder } from "node:string_decoder";

import {
  type PlannedWrite,
  type Properties,
  type Receipt,
  isFinalVerdict,
} from "../catalogue/row.ts";
import { parseJson } from "../core/parse-json.ts";
import { recordOf } from "../core/record.ts";
import type { Blobs } from "../storage/types.ts";
import { batchDamaged } from "./damaged.ts";
import { shardBlob, shardsPrefix } from "./paths.ts";
import { readWrite, storedFormOf } from "./stored-write.ts";

/** Rows a shard covers; the last one may be shorter. */
export const ROWS_PER_SHARD = 1000;

/** One line of `shards/NNNNN.jsonl`: a row as planned. It has a `verdict` or a `write`, never both. */
export type PlannedRow = {
  /** 1 for the first row after the header. */
  readonly row: number;
  readonly operation: string;
  /** Which part of which input row it is, if the input was expanded. */
  readonly part?: PartPlace | undefined;
} & (
  | { readonly write: PlannedWrite; readonly verdict?: undefined }
  | ({ readonly write?: undefined } & Receipt)
);

/** The place of a part. */
export interface PartPlace {
  /** The row of the input as it was sent, 1 for the first. */
  readonly of: number;
  /** 1 for its first part. */
  readonly at: number;
  /** Whether it comes after the parts before it. */
  readonly isOrdered?: true | undefined;
}

/** A shard as stored in its blob: one planned row per line, in the order of the input. */
export const shardText = (rows: readonly PlannedRow[]): string =>
  rows.map((row) => `${JSON.stringify(storedRow(row))}\n`).join("");

/** The SHA-256 of a shard's blob, hex. */
export const shardDigest = (blob: string | Uint8Array): string => hash("sha256", blob, "hex");

const storedRow = (row: PlannedRow): object =>
  row.write ? { ...row, write: storedFormOf(row.write) } : row;

/**
 * The planned rows of a shard.
 *
 * @throws OperatorError BATCH_DAMAGED if there is no such shard or a line of it is not a planned row
 */
export async function readShard(
  batches: Blobs,
  folder: string,
  shard: number,
): Promise<PlannedRow[]> {
  return (await readShardBlob(batches, folder, shard)).rows;
}

/** The planned rows of a shard, and the blob's SHA-256, hex. @throws as `readShard` */
export async function readShardBlob(
  batches: Blobs,
  folder: string,
  shard: number,
): Promise<{ readonly rows: PlannedRow[]; readonly sha256: string }> {
  const path = shardBlob(folder, shard);
  const blob = await batches.read(path);
  if (blob === undefined) throw batchDamaged(path, "is missing");
  const lines = blob.bytes.toString("utf8").split("\n");
  if (lines.pop() !== "") throw batchDamaged(path, "is cut short");
  const rows = lines.map((line, at) => {
    const row = plannedRow(line);
    if (row === undefined) throw batchDamaged(path, `is damaged in line ${at + 1}`);
    return row;
  });
  return { rows, sha256: shardDigest(blob.bytes) };
}

/**
 * The planned rows of a shard in pieces, with bounded memory: wide rows make a shard of 60 MB.
 *
 * @throws OperatorError BATCH_DAMAGED as `readShard`
 */
export async function* streamShard(
  batches: Blobs,
  folder: string,
  shard: number,
  sized: (bytes: number) => void = () => undefined,
): AsyncGenerator<readonly PlannedRow[]> {
  const path = shardBlob(folder, shard);
  const blob = await batches.stream(path);
  if (blob === undefined) throw batchDamaged(path, "is missing");
  sized(blob.facts.bytes);
  const decoder = new StringDecoder("utf8");
  let rest = "";
  let line = 0;
  for await (const bytes of blob.body as AsyncIterable<Buffer>) {
    const lines = (rest + decoder.write(bytes)).split("\n");
    rest = lines.pop() ?? "";
    yield lines.map((text) => {
      line += 1;
      const row = plannedRow(text);
      if (row === undefined) throw batchDamaged(path, `is damaged in line ${line}`);
      return row;
    });
  }
  if (rest + decoder.end() !== "") throw batchDamaged(path, "is cut short");
}

/** The planned rows of a shard in pieces, as `streamShard`. */
export type ShardRows = (shard: number) => AsyncIterable<readonly PlannedRow[]>;

/** So much of a batch's shards is kept for the next pass over them, bytes as they are stored. */
const KEPT_BYTES = 4 * 1024 * 1024;

/** The rows of shards for several passes: the first ones are kept, so that a small batch is read once. */
export function keepShards(batches: Blobs, folder: string): ShardRows {
  const kept = new Map<number, readonly (readonly PlannedRow[])[]>();
  let left = KEPT_BYTES;
  return async function* rowsOf(shard) {
    const known = kept.get(shard);
    if (known) return yield* known;
    const pieces: (readonly PlannedRow[])[] = [];
    let size = 0;
    for await (const piece of streamShard(batches, folder, shard, (bytes) => (size = bytes))) {
      if (size <= left) pieces.push(piece);
      yield piece;
    }
    if (size > left) return undefined;
    left -= size;
    kept.set(shard, pieces);
    return undefined;
  };
}

/** The number of shards that are written, which are the first ones. */
export async function countShards(batches: Blobs, folder: string): Promise<number> {
  let shards = 0;
  for await (const { path } of batches.list(shardsPrefix(folder))) {
    if (path === shardBlob(folder, shards + 1)) shards += 1;
  }
  return shards;
}

function plannedRow(line: string): PlannedRow | undefined {
  try {
    const value = recordOf(parseJson(line));
    if (!isPlanned(value)) return undefined;
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- our own line, whose shape was checked
    const row = value as unknown as PlannedRow;
    if (row.write === undefined) return row;
    const write = readWrite(row.write);
    return write && { ...row, write };
  } catch {
    return undefined;
  }
}

/** A row as planned has a write, which `readWrite` checks, or a verdict, and never both. */
function isPlanned(line: Properties): boolean {
  const { row, operation, write, verdict, part } = line;
  if (typeof row !== "number" || typeof operation !== "string") return false;
  if (part !== undefined && !isPlace(recordOf(part))) return false;
  return write === undefined ? isFinalVerdict(line) : verdict === undefined;
}

const isPlace = ({ of, at }: Properties): boolean =>
  typeof of === "number" && typeof at === "number";
