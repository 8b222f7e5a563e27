import { StringDecoder } from "node:string_decoder";

import { shardBlob } from "../../records/paths.ts";
import type { Blobs } from "../../storage/types.ts";

/** Shards read at a time. */
const READS_AT_ONCE = 8;

/**
 * Which keys the planned rows of each shard have, as digests: 8 bytes a key, so that a million rows take
 * some 12 MB. A shard is read when it is first asked about, and may be found to have a key that it has
 * not, with odds of one in 10^12.
 */
export interface TouchedKeys {
  /** Those of the shards that have a row with one of the keys. */
  shardsWith(keys: ReadonlySet<string>, shards: ShardRange): Promise<number[]>;
  /** For each shard with rows whose object, or what holds it, an earlier row creates: those earlier rows. */
  creators(shards: ShardRange): Promise<Map<number, ReadonlySet<number>>>;
}

/** The shards from the first to the last, both included. */
export interface ShardRange {
  readonly first: number;
  readonly last: number;
}

interface ShardKeys {
  /** Sorted. */
  readonly digests: Float64Array;
  /** The earlier rows that create objects of its rows. */
  readonly creators: ReadonlySet<number>;
}

/** Nothing is read yet. */
export function createTouchedKeys(batches: Blobs, folder: string): TouchedKeys {
  const shards = new Map<number, ShardKeys>();
  const load = async (shard: number): Promise<void> => {
    if (!shards.has(shard)) shards.set(shard, await readKeys(batches, shardBlob(folder, shard)));
  };
  const loaded = async ({ first, last }: ShardRange): Promise<[number, ShardKeys][]> => {
    for (let next = first; next <= last; next += READS_AT_ONCE) {
      const length = Math.min(READS_AT_ONCE, last - next + 1);
      await Promise.all(Array.from({ length }, (_, at) => load(next + at)));
    }
    return [...shards].filter(([shard]) => shard >= first && shard <= last);
  };
  return {
    shardsWith: async (keys, range) => {
      const wanted = [...keys].map(digestOf);
      return (await loaded(range)).flatMap(([shard, { digests }]) =>
        wanted.some((digest) => includes(digests, digest)) ? shard : [],
      );
    },
    creators: async (range) => {
      const found = (await loaded(range)).filter(([, { creators }]) => creators.size > 0);
      return new Map(found.map(([shard, { creators }]) => [shard, creators]));
    },
  };
}

/** Reads the keys of a shard in pieces, because wide rows make a shard of 60 MB. */
async function readKeys(batches: Blobs, path: string): Promise<ShardKeys> {
  const digests: number[] = [];
  const creators = new Set<number>();
  const blob = await batches.stream(path);
  if (blob === undefined) return { digests: new Float64Array(), creators };
  const decoder = new StringDecoder("utf8");
  let rest = "";
  for await (const bytes of blob.body as AsyncIterable<Buffer>) {
    const text = rest + decoder.write(bytes);
    const end = text.lastIndexOf("\n") + 1;
    collectKeys(text.slice(0, end), digests, creators);
    rest = text.slice(end);
  }
  return { digests: Float64Array.from(digests).toSorted(), creators };
}

/**
 * Collects the keys in whole lines of a shard. The text is searched and not parsed, because all that a
 * large batch has left is read while urgent work waits. A quote within a value is escaped, so the
 * property is found only where it is one.
 */
function collectKeys(text: string, digests: number[], creators: Set<number>): void {
  for (let at = text.indexOf(KEYS); at >= 0; at = text.indexOf(KEYS, at + 1)) {
    const start = at + KEYS.length;
    for (const [, key = ""] of text.slice(start, text.indexOf("]", start)).matchAll(QUOTED)) {
      digests.push(digestOf(key));
    }
  }
  for (const [, row = ""] of text.matchAll(CREATOR)) creators.add(Number(row));
}

const KEYS = '"keys":[';
const QUOTED = /"([^"]*)"/g;
const CREATOR = /"(?:idFromRow":\{"row"|holderFromRow"):(\d+)/g;

/** 53 bits of a key: two rounds of a multiplicative hash (cyrb53). */
function digestOf(key: string): number {
  let one = 0xdeadbeef;
  let two = 0x41c6ce57;
  for (let at = 0; at < key.length; at++) {
    const code = key.charCodeAt(at);
    one = Math.imul(one ^ code, 2654435761);
    two = Math.imul(two ^ code, 1597334677);
  }
  one = Math.imul(one ^ (one >>> 16), 2246822507) ^ Math.imul(two ^ (two >>> 13), 3266489909);
  two = Math.imul(two ^ (two >>> 16), 2246822507) ^ Math.imul(one ^ (one >>> 13), 3266489909);
  return 4294967296 * (2097151 & two) + (one >>> 0);
}

function includes(sorted: Float64Array, digest: number): boolean {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle]! < digest) low = middle + 1;
    else high = middle;
  }
  return sorted[low] === digest;
}
