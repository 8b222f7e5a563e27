import { creatorsOf, isPending } from "../../catalogue/row.ts";
import type { OpenRow } from "../schedule/open-row.ts";
import { isRowFinal, shardNumberOf } from "./batch-shards.ts";
import type { LeftRow, OpenBatch } from "./open-batch.ts";
import { type Batch, createdBy, loadBefore, loadCreators, openRows } from "./rows.ts";
import { openShard, readLeft, readWrites } from "./shard.ts";

type Rows = readonly OpenRow<OpenBatch>[];

/** Rows of shards to come, by their shards. */
interface Wanted {
  readonly shards: Iterable<number>;
  readonly has: (row: LeftRow) => boolean;
}

/** See `OpenBatch.keysBeside`. */
export async function keysBeside(batch: Batch, keys: ReadonlySet<string>): Promise<Set<string>> {
  const { shards, has } = await rowsWith(batch, keys);
  const beside = new Set<string>();
  for (const number of shards) {
    for (const row of await readWrites(batch.site, batch.folder, number)) {
      if (has(row)) for (const key of row.write.keys) beside.add(key);
    }
  }
  return beside;
}

/** See `OpenBatch.pull`. */
export async function pull(
  batch: Batch,
  lane: OpenBatch,
  keys: ReadonlySet<string>,
  announce: () => Promise<void>,
): Promise<void> {
  let rows = await openAhead(batch, lane, await rowsWith(batch, keys), announce);
  while (rows.length > 0) rows = await openAhead(batch, lane, rowsBefore(batch, rows), announce);
}

/** See `OpenBatch.reopenAhead`. */
export async function reopenAhead(batch: Batch, lane: OpenBatch): Promise<void> {
  const { shards } = batch;
  const has = ({ row }: LeftRow): boolean =>
    shards.open.get(shardNumberOf(shards, row))?.journal.rows.get(row)?.state === "doubt";
  await openAhead(batch, lane, { shards: [...shards.ahead], has }, () => Promise.resolve());
}

/** The rows of shards to come that have one of the keys, or whose user has and was created since. */
async function rowsWith(batch: Batch, keys: ReadonlySet<string>): Promise<Wanted> {
  const { shards, touched } = batch;
  const toCome = { first: shards.next, last: shards.plan.shards };
  const creators = await touched.creators(toCome);
  await loadCreators(
    batch,
    [...creators.values()].flatMap((rows) => [...rows]),
  );
  const isCreated = (row: number): boolean => keys.has(`object:${createdBy(batch, row)}`);
  const numbers = new Set(await touched.shardsWith(keys, toCome));
  for (const [number, rows] of creators) if ([...rows].some(isCreated)) numbers.add(number);
  return {
    shards: numbers,
    has: ({ write }) =>
      write.keys.some((key) => keys.has(key)) ||
      (isPending(write) && creatorsOf(write).some(isCreated)),
  };
}

/** The rows of shards to come that these rows come after. */
function rowsBefore({ shards }: Batch, rows: Rows): Wanted {
  const wanted = new Set<number>();
  for (const { write } of rows) {
    for (const row of [...(write.after ?? []), ...creatorsOf(write)]) {
      if (shardNumberOf(shards, row) >= shards.next && !isRowFinal(shards, row)) wanted.add(row);
    }
  }
  return {
    shards: new Set([...wanted].map((row) => shardNumberOf(shards, row))),
    has: ({ row }) => wanted.has(row),
  };
}

/** Opens rows of shards to come, and returns those that were not open. */
async function openAhead(
  batch: Batch,
  lane: OpenBatch,
  wanted: Wanted,
  announce: () => Promise<void>,
): Promise<Rows> {
  const { site, folder, shards } = batch;
  const numbers = [...wanted.shards];
  const isNew = numbers.some((number) => !shards.ahead.has(number));
  for (const number of numbers) shards.ahead.add(number);
  if (isNew) await announce();
  const opened: OpenRow<OpenBatch>[] = [];
  for (const number of numbers) {
    const known = shards.open.get(number);
    const found = known
      ? { shard: known, left: await readLeft(site, folder, known) }
      : await openShard(site, folder, number, shards);
    if (found === undefined) continue;
    shards.open.set(number, found.shard);
    const left = found.left.filter((row) => wanted.has(row));
    await loadBefore(batch, left);
    opened.push(...(await openRows(batch, lane, found.shard, left)));
  }
  return opened;
}
