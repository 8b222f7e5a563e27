import { hash } from "node:crypto";

import { createHolders, type Holders } from "./holders.ts";
import { createSeats, type Seats } from "./seats.ts";
import { createStages, type Stages } from "./stages.ts";

/** The first 64 bits of a SHA-256: enough to tell the keys and effects of a million rows apart. */
export interface Digest {
  readonly high: number;
  readonly low: number;
}

/** Digests of the last keys, because planning a row asks for each of its keys several times. */
const latestDigests = new Map<string, Digest>();
const MOST_DIGESTS = 64;

/** The digest of a key or an effect. */
export function digestOf(text: string): Digest {
  const known = latestDigests.get(text);
  if (known !== undefined) return known;
  // As text, one character a byte: making a buffer for each digest takes longer than the digest.
  const bytes = hash("sha256", text, "binary");
  const digest = { high: halfAt(bytes, 0), low: halfAt(bytes, 4) };
  if (latestDigests.size === MOST_DIGESTS) latestDigests.clear();
  latestDigests.set(text, digest);
  return digest;
}

const halfAt = (bytes: string, at: number): number =>
  ((bytes.charCodeAt(at) << 24) |
    (bytes.charCodeAt(at + 1) << 16) |
    (bytes.charCodeAt(at + 2) << 8) |
    bytes.charCodeAt(at + 3)) >>>
  0;

/** What a later row needs to know of an earlier one that shares a key with it. */
export interface Trace {
  readonly row: number;
  /** Equal for two rows that do the same to the same object. */
  readonly effect: Digest;
  /** One bit for each property it sets, which several properties may share; 0 if it sets none of the key's. */
  readonly mask: number;
  /** It is a planned write; otherwise its change was already in place. */
  readonly isWritten: boolean;
  readonly creates: boolean;
  readonly deletes: boolean;
  /** It restores a deleted user, whom the directory shows only afterwards. */
  readonly restores?: true;
  /** What a rename does to the name or the user of the key: it gives or frees the name. */
  readonly name?: "given" | "freed";
}

/**
 * The rows of a batch by what they touch. Typed arrays and 64-bit digests replace maps of strings: a
 * key of a row takes 22 to 40 bytes, so that a million rows with one key each take some 25 MB. In such a batch the odds that two keys
 * share a digest are one in ten million; to be mistaken for duplicates, two rows also need equal effects.
 */
export interface RowTraces {
  add(key: string, trace: Trace): void;
  /** The rows that touch `key`, latest first. */
  of(key: string): Iterable<Trace>;
  /** The seats of licenses that they take and free. */
  readonly seats: Seats;
  readonly stages: Stages;
  readonly holders: Holders;
}

const WRITTEN = 1;
const CREATES = 2;
const DELETES = 4;
const GIVES_NAME = 8;
const FREES_NAME = 16;
const RESTORES = 32;

const NONE: readonly Trace[] = [];

/** Traces are stored in pieces of this size, so that growing neither copies nor wastes much. */
const PIECE_BITS = 15;
const PIECE = 1 << PIECE_BITS;

export function createRowTraces(): RowTraces {
  const pieces: Piece[] = [];
  let count = 0;
  /** A hash table with open addressing: one more than the place of the key's latest trace; 0 is a free slot. */
  let heads = new Uint32Array(pagesOf(NUMBER_BYTES << 12));
  let keys = 0;
  /** The first characters of all keys: most batches have no key of some kinds, which then need no digest. */
  const begins = new Set<number>();

  const pieceOf = (place: number): Piece => pieces[place >>> PIECE_BITS]!;
  const slotOf = (slots: Uint32Array, key: Digest): number => {
    let slot = key.low & (slots.length - 1);
    for (;;) {
      const place = slots[slot]! - 1;
      if (place < 0) return slot;
      const piece = pieceOf(place);
      const at = place & (PIECE - 1);
      if (piece.keyHigh[at] === key.high && piece.keyLow[at] === key.low) return slot;
      slot = (slot + 1) & (slots.length - 1);
    }
  };
  const grow = (): void => {
    const wider = new Uint32Array(pagesOf(2 * NUMBER_BYTES * heads.length));
    for (const head of heads) {
      if (head === 0) continue;
      const piece = pieceOf(head - 1);
      const at = (head - 1) & (PIECE - 1);
      wider[slotOf(wider, { high: piece.keyHigh[at]!, low: piece.keyLow[at]! })] = head;
    }
    heads = wider;
  };

  return {
    seats: createSeats(),
    stages: createStages(),
    holders: createHolders(),
    add: (name, trace) => {
      begins.add(name.charCodeAt(0));
      const key = digestOf(name);
      if ((keys + 1) * 4 > heads.length * 3) grow();
      const slot = slotOf(heads, key);
      const before = heads[slot]!;
      if (before === 0) keys += 1;
      if (count === pieces.length * PIECE) pieces.push(createPiece(trace));
      put(pieceOf(count), count & (PIECE - 1), key, trace, before);
      count += 1;
      heads[slot] = count;
    },
    of: (name) => {
      if (!begins.has(name.charCodeAt(0))) return NONE;
      const head = heads[slotOf(heads, digestOf(name))]!;
      return head === 0 ? NONE : chained(pieces, head);
    },
  };
}

/** The traces of one key, of which `latest` is one more than the place of the latest. */
function* chained(pieces: readonly Piece[], latest: number): Generator<Trace> {
  let head = latest;
  while (head !== 0) {
    const piece = pieces[(head - 1) >>> PIECE_BITS]!;
    const at = (head - 1) & (PIECE - 1);
    yield get(piece, at);
    head = piece.before[at]!;
  }
}

/**
 * Traces as columns. `before`: one more than the place of the key's earlier trace, 0 for none. `row` and `mask` are
 * stored as what they differ by from those of a first trace whose rows have one key each: a column in which nothing
 * but 0 stands is not written, and takes no memory.
 */
interface Piece {
  readonly first: Pick<Trace, "row" | "mask">;
  readonly keyHigh: Uint32Array;
  readonly keyLow: Uint32Array;
  readonly effectHigh: Uint32Array;
  readonly effectLow: Uint32Array;
  readonly row: Uint32Array;
  readonly mask: Uint32Array;
  readonly before: Uint32Array;
  readonly flags: Uint8Array;
}

/** Bytes of a trace: seven numbers and the flags. */
const NUMBER_BYTES = 4;
const TRACE_BYTES = 7 * NUMBER_BYTES + 1;

function createPiece({ row, mask }: Trace): Piece {
  const buffer = pagesOf(PIECE * TRACE_BYTES);
  const column = (at: number): Uint32Array =>
    new Uint32Array(buffer, at * PIECE * NUMBER_BYTES, PIECE);
  return {
    first: { row, mask },
    keyHigh: column(0),
    keyLow: column(1),
    effectHigh: column(2),
    effectLow: column(3),
    row: column(4),
    mask: column(5),
    before: column(6),
    flags: new Uint8Array(buffer, 7 * PIECE * NUMBER_BYTES, PIECE),
  };
}

/**
 * Memory in pages of its own, as buffers that can be resized have it: the system has them back once the plan is made.
 * In the allocator's heap a million traces leave 30 MB of holes behind, which the worker keeps while it runs the batch.
 */
const pagesOf = (bytes: number): ArrayBuffer => new ArrayBuffer(bytes, { maxByteLength: bytes });

function put(piece: Piece, at: number, key: Digest, trace: Trace, before: number): void {
  piece.keyHigh[at] = key.high;
  piece.keyLow[at] = key.low;
  piece.effectHigh[at] = trace.effect.high;
  piece.effectLow[at] = trace.effect.low;
  const { first } = piece;
  if (trace.row !== first.row + at) piece.row[at] = trace.row - first.row - at;
  if (trace.mask !== first.mask) piece.mask[at] = trace.mask ^ first.mask;
  if (before !== 0) piece.before[at] = before;
  piece.flags[at] =
    (trace.isWritten ? WRITTEN : 0) |
    (trace.creates ? CREATES : 0) |
    (trace.deletes ? DELETES : 0) |
    (trace.name === "given" ? GIVES_NAME : 0) |
    (trace.name === "freed" ? FREES_NAME : 0) |
    (trace.restores ? RESTORES : 0);
}

function get(piece: Piece, at: number): Trace {
  const { first } = piece;
  const flags = piece.flags[at]!;
  return {
    row: (piece.row[at]! + first.row + at) >>> 0,
    effect: { high: piece.effectHigh[at]!, low: piece.effectLow[at]! },
    mask: (piece.mask[at]! ^ first.mask) >>> 0,
    isWritten: (flags & WRITTEN) !== 0,
    creates: (flags & CREATES) !== 0,
    deletes: (flags & DELETES) !== 0,
    ...((flags & RESTORES) !== 0 && { restores: true as const }),
    ...((flags & GIVES_NAME) !== 0 && { name: "given" as const }),
    ...((flags & FREES_NAME) !== 0 && { name: "freed" as const }),
  };
}
