import type { Receipt } from "../../catalogue/row.ts";
import { type ObjectId, isGuid, toObjectId } from "../../core/object-id.ts";
import type { Histories } from "../../records/history/row-history.ts";

/** 16 bytes instead of a string of 36: a million ids are 16 MB. */
const ID_BYTES = 16;

/** A batch of which more rows fail than this is no place to read the reason of each a second time. */
const REASONS_KEPT = 1_000;

/**
 * The ids of what closed shards created, for later rows of the batch that name it. In most batches no row does, so
 * that no ids are kept before the first such row is `expected`. A shard that was closed before, or by another
 * process, is read from its journal when first asked for.
 */
export interface CreatedIds {
  /** From now on the ids of shards that are closed are kept. Call it before you look which shards are closed. */
  expect(): void;
  /** Makes the ids of a shard known; reads its journal if they were not kept. */
  load(shard: number): Promise<void>;
  /** How the rows of a shard ended that is about to be closed, and their ids. */
  keep(shard: number, rows: Histories): void;
  /** Whether a row of a loaded shard was held. */
  isHeld(row: number): boolean;
  /** The first row of the loaded shards, up to this one, that was held. */
  heldUpTo(row: number): number | undefined;
  /** Whether a row of a loaded shard was sent, or not, and ended neither done nor unchanged. */
  isUnwell(row: number): boolean;
  /** The id that a row of a loaded shard gave; `undefined` if it gave none. */
  get(row: number): ObjectId | undefined;
  /** Why a row of a loaded shard failed or was skipped, if that is kept: only so many reasons are. */
  reasonOf(row: number): string | undefined;
}

export function createIds(options: {
  readonly rowsPerShard: number;
  readonly read: (shard: number) => Promise<Histories>;
}): CreatedIds {
  const { rowsPerShard } = options;
  const shards = new Map<number, Buffer>();
  const held = new Set<number>();
  let firstHeld = Infinity;
  const unwell = new Set<number>();
  const reasons = new Map<number, string>();
  let isExpected = false;
  const note = (rows: Histories): void => {
    for (const [row, { receipt }] of rows) {
      if (receipt?.verdict === "held") {
        held.add(row);
        firstHeld = Math.min(firstHeld, row);
      }
      if (receipt !== undefined && !isWell(receipt)) unwell.add(row);
      const why = reasonIn(receipt);
      if (why !== undefined && reasons.size < REASONS_KEPT) reasons.set(row, why);
    }
  };
  return {
    expect: () => {
      isExpected = true;
    },
    keep: (shard, rows) => {
      note(rows);
      if (isExpected) shards.set(shard, idsOf(rows, rowsPerShard));
    },
    load: async (shard) => {
      if (shards.has(shard)) return;
      const rows = await options.read(shard);
      note(rows);
      shards.set(shard, idsOf(rows, rowsPerShard));
    },
    isHeld: (row) => held.has(row),
    heldUpTo: (row) => (firstHeld <= row ? firstHeld : undefined),
    isUnwell: (row) => unwell.has(row),
    reasonOf: (row) => reasons.get(row),
    get: (row) => {
      const at = placeOf(row, rowsPerShard);
      const hex =
        shards.get(Math.ceil(row / rowsPerShard))?.toString("hex", at, at + ID_BYTES) ?? "";
      return /[1-9a-f]/.test(hex)
        ? toObjectId(hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5"))
        : undefined;
    },
  };
}

/** The ids that the rows of a shard gave, each in its place. */
function idsOf(rows: Histories, rowsPerShard: number): Buffer {
  const ids = Buffer.alloc(rowsPerShard * ID_BYTES);
  for (const [row, { receipt }] of rows) {
    const id = createdId(receipt);
    if (id !== undefined) ids.write(id.replaceAll("-", ""), placeOf(row, rowsPerShard), "hex");
  }
  return ids;
}

const placeOf = (row: number, rowsPerShard: number): number =>
  ((row - 1) % rowsPerShard) * ID_BYTES;

/** Why a row with a verdict was not carried out. */
export const reasonIn = (receipt: Receipt | undefined): string | undefined =>
  receipt?.verdict === "failed" || receipt?.verdict === "skipped" ? receipt.reason : undefined;

/**
 * The id that a row with a verdict gives to the rows that depend on it. A failed create may name an
 * object, but not one that it made.
 */
export function createdId(receipt: Receipt | undefined): ObjectId | undefined {
  if (receipt === undefined || !isWell(receipt)) return undefined;
  const { objectId } = receipt;
  return objectId !== undefined && isGuid(objectId) ? toObjectId(objectId) : undefined;
}

/** Whether the change that the row asked for is in place. */
export const isWell = ({ verdict }: Receipt): boolean =>
  verdict === "done" || verdict === "unchanged";
