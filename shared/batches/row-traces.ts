import { createHash } from "node:crypto";

/** Half of a SHA-256 twice over: enough to tell the keys and effects of a million rows apart. */
export interface Digest {
  readonly high: number;
  readonly low: number;
}

/** The digest of a key or an effect. */
export function digestOf(text: string): Digest {
  const bytes = createHash("sha256").update(text).digest();
  return { high: bytes.readUInt32LE(0), low: bytes.readUInt32LE(4) };
}

/** What an earlier row of the batch means to a later one that shares a key with it. */
export interface Trace {
  readonly row: number;
  /** The same for two rows that do the same to the same object. */
  readonly effect: Digest;
  /** One bit for each property it sets, perhaps shared by several; 0 where it sets none of the key's. */
  readonly mask: number;
  /** It is to be written; else its change was found in place. */
  readonly isWritten: boolean;
  readonly creates: boolean;
  readonly deletes: boolean;
}

/**
 * The rows of a batch by what they touch. Typed arrays and 64-bit digests instead of maps of strings:
 * a million rows with two keys each take about 100 MB. In such a batch two keys share a digest with
 * odds of one in ten million; two rows would also need the same effect to be taken for one.
 */
export interface RowTraces {
  add(key: string, trace: Trace): void;
  /** The rows that touch `key`, latest first. */
  of(key: string): Iterable<Trace>;
}

const WRITTEN = 1;
const CREATES = 2;
const DELETES = 4;

export function createRowTraces(): RowTraces {
  let slots = createSlots(1 << 12);
  let keys = 0;
  let columns = createColumns(1 << 12);
  let count = 0;
  return {
    add: (name, trace) => {
      const key = digestOf(name);
      if (count === columns.row.length) columns = widened(columns);
      if ((keys + 1) * 2 > slots.heads.length) slots = rehashed(slots);
      const slot = find(slots, key);
      if (slots.heads[slot] === 0) {
        keys += 1;
        slots.high[slot] = key.high;
        slots.low[slot] = key.low;
      }
      columns.before[count] = slots.heads[slot]!;
      put(columns, count, trace);
      count += 1;
      // One more than its place: 0 is "none".
      slots.heads[slot] = count;
    },
    *of(name) {
      let at = slots.heads[find(slots, digestOf(name))]!;
      while (at !== 0) {
        yield get(columns, at - 1);
        at = columns.before[at - 1]!;
      }
    },
  };
}

/** Open addressing by digest; a head of 0 is a free slot. */
interface Slots {
  readonly high: Uint32Array;
  readonly low: Uint32Array;
  readonly heads: Uint32Array;
}

const createSlots = (size: number): Slots => ({
  high: new Uint32Array(size),
  low: new Uint32Array(size),
  heads: new Uint32Array(size),
});

function find({ high, low, heads }: Slots, key: Digest): number {
  let slot = key.low & (heads.length - 1);
  while (heads[slot] !== 0 && (high[slot] !== key.high || low[slot] !== key.low)) {
    slot = (slot + 1) & (heads.length - 1);
  }
  return slot;
}

function rehashed(old: Slots): Slots {
  const slots = createSlots(old.heads.length * 2);
  for (const [at, head] of old.heads.entries()) {
    if (head === 0) continue;
    const key = { high: old.high[at]!, low: old.low[at]! };
    const slot = find(slots, key);
    slots.high[slot] = key.high;
    slots.low[slot] = key.low;
    slots.heads[slot] = head;
  }
  return slots;
}

/** Traces as columns; `before` is one more than the place of the key's earlier trace. */
interface Columns {
  readonly row: Uint32Array;
  readonly high: Uint32Array;
  readonly low: Uint32Array;
  readonly mask: Uint32Array;
  readonly before: Uint32Array;
  readonly flags: Uint8Array;
}

const createColumns = (size: number): Columns => ({
  row: new Uint32Array(size),
  high: new Uint32Array(size),
  low: new Uint32Array(size),
  mask: new Uint32Array(size),
  before: new Uint32Array(size),
  flags: new Uint8Array(size),
});

function widened(old: Columns): Columns {
  const wide = createColumns(old.row.length * 2);
  wide.row.set(old.row);
  wide.high.set(old.high);
  wide.low.set(old.low);
  wide.mask.set(old.mask);
  wide.before.set(old.before);
  wide.flags.set(old.flags);
  return wide;
}

function put(columns: Columns, at: number, trace: Trace): void {
  columns.row[at] = trace.row;
  columns.high[at] = trace.effect.high;
  columns.low[at] = trace.effect.low;
  columns.mask[at] = trace.mask;
  columns.flags[at] =
    (trace.isWritten ? WRITTEN : 0) | (trace.creates ? CREATES : 0) | (trace.deletes ? DELETES : 0);
}

function get(columns: Columns, at: number): Trace {
  const flags = columns.flags[at]!;
  return {
    row: columns.row[at]!,
    effect: { high: columns.high[at]!, low: columns.low[at]! },
    mask: columns.mask[at]!,
    isWritten: (flags & WRITTEN) !== 0,
    creates: (flags & CREATES) !== 0,
    deletes: (flags & DELETES) !== 0,
  };
}
