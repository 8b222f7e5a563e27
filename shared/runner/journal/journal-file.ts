import { OperatorError } from "../../core/errors.ts";
import { linked } from "../../records/chain.ts";
import { type Replay, replay } from "../../records/history/replay.ts";
import { type Histories, applyRecord } from "../../records/history/row-history.ts";
import {
  type BeforeFile,
  type JournalRecord,
  type Released,
  recordJson,
} from "../../records/journal.ts";
import type { AppendBlob, Blobs } from "../../storage/types.ts";

/**
 * From here on rows are ended instead of sent again. Azure takes 50,000 blocks in one append blob
 * (Storage documentation, append blobs); what is left is enough for the verdicts.
 */
export const BLOCKS_TO_END_AT = 45_000;
/** One append carries at most this much, bytes; the service takes 4 MiB. */
const APPEND_BYTES = 1024 * 1024;

/** A shard's journal, ours: records are applied to `rows` once they are stored, in their order. */
export interface Journal {
  readonly rows: Histories;
  /** The files with values from before the writes, in the order in which they were written. */
  readonly before: readonly BeforeFile[];
  /** The releases of rows that were held, in their order. */
  readonly released: readonly Released[];
  /**
   * Stores a record. Records that come while an append is under way share the next one (group commit).
   * @throws OperatorError LEASE_LOST if another runner took the shard over, STORAGE_UNAVAILABLE; after
   * either, nothing more is stored.
   */
  append(record: JournalRecord): Promise<void>;
  /** Blocks in the blob, or more: of what was there before, lines are counted. */
  blocks(): number;
}

/** What an answer brings about, receipts and the next intents, comes within one turn: one append takes all of it. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** A dead runner's last append may still land between our reading and our first line. */
const OPENING_TRIES = 3;

/**
 * Opens a shard's journal, reads it, and fences out the runner that wrote it before.
 *
 * @throws OperatorError BATCH_DAMAGED if the journal is damaged: nothing may be sent then;
 * LEASE_LOST if another runner is still writing it.
 */
export async function openJournal(options: {
  readonly blobs: Blobs;
  readonly path: string;
  /** The link before the first line (`firstLink`). */
  readonly start: string;
  readonly runner: string;
  readonly at: string;
  /** Throws if this process may no longer be the runner: it must not fence out its successor. */
  readonly check: () => void;
}): Promise<Journal> {
  for (let tries = 1; ; tries++) {
    const blob = await options.blobs.openAppend(options.path);
    const found = readJournal(options.path, blob.content, options.start);
    const journal = groupCommit(blob, found);
    options.check();
    try {
      await journal.append({ t: "open", runner: options.runner, at: options.at });
      return journal;
    } catch (error) {
      const isOvertaken = error instanceof OperatorError && error.code === "LEASE_LOST";
      if (!isOvertaken || tries === OPENING_TRIES) throw error;
    }
  }
}

/** What a journal says; `start` as in `replay`. @throws OperatorError BATCH_DAMAGED */
export const readJournal = (path: string, content: Buffer, start?: string): Replay =>
  replay(path, content.toString("utf8"), start);

interface Waiting {
  readonly record: JournalRecord;
  readonly line: string;
  readonly stored: () => void;
  readonly failed: (error: unknown) => void;
}

/** How many of the waiting records one append carries, at least one. */
function countForOne(waiting: readonly Waiting[]): number {
  let bytes = 0;
  const end = waiting.findIndex((each, index) => {
    bytes += Buffer.byteLength(each.line);
    return index > 0 && bytes > APPEND_BYTES;
  });
  return end < 0 ? waiting.length : end;
}

function groupCommit(blob: AppendBlob, found: Replay): Journal {
  const { rows } = found;
  const before = [...found.before];
  const released = [...found.released];
  let { lines: blocks, isTorn, link = "" } = found;
  let waiting: Waiting[] = [];
  let isFlushing = false;
  let broken: { readonly error: unknown } | undefined;

  const take = (): Waiting[] => {
    const taken = waiting.slice(0, countForOne(waiting));
    waiting = waiting.slice(taken.length);
    return taken;
  };
  const store = async (group: readonly Waiting[]): Promise<void> => {
    const lines = group.map((each) => each.line).join("");
    await blob.append(Buffer.from(isTorn ? `\n${lines}` : lines));
    isTorn = false;
    blocks += 1;
    for (const { record, stored } of group) {
      applyRecord(rows, record);
      if (record.t === "before") before.push(record);
      if (record.t === "released") released.push({ ...record, after: before.length });
      stored();
    }
  };
  const flush = async (): Promise<void> => {
    if (isFlushing) return;
    isFlushing = true;
    while (waiting.length > 0) {
      await turn();
      const group = take();
      try {
        if (broken) throw broken.error;
        await store(group);
      } catch (error) {
        broken = { error };
        for (const { failed } of group) failed(error);
      }
    }
    isFlushing = false;
  };
  /** Lines are linked in the order in which they wait, which is that of the blob. */
  const lineOf = (record: JournalRecord): string => {
    const next = linked(link, recordJson(record));
    link = next.link;
    return `${next.json}\n`;
  };
  return {
    rows,
    before,
    released,
    blocks: () => blocks,
    append: (record) =>
      new Promise((stored, failed) => {
        waiting.push({ record, line: lineOf(record), stored, failed });
        void flush();
      }),
  };
}
