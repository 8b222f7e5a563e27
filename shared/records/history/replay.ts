import { readChain } from "../chain.ts";
import { batchDamaged } from "../damaged.ts";
import { type BeforeFile, parseLine, type Released } from "../journal.ts";
import { applyRecord, type Histories } from "./row-history.ts";

/** A journal as it was read: what is known, and how many lines it took. */
export interface Replay {
  readonly rows: Histories;
  /** The files with values from before the writes, in the order in which they were written. */
  readonly before: readonly BeforeFile[];
  /** The releases of rows that were held, in their order. */
  readonly released: readonly Released[];
  readonly lines: number;
  /** The last line has no end; the next record must begin on a new line. */
  readonly isTorn: boolean;
  /** The link that the next line follows; `undefined` if it is the first and `start` was not given. */
  readonly link: string | undefined;
}

/**
 * Reads a journal. A line that was cut short counts as never written: as the last one, and before an
 * `open`, because a runner that finds such a line continues with an `open`. `start` is the link before the
 * first line, if the reader knows it.
 *
 * @throws OperatorError BATCH_DAMAGED, which names `path`, if any other line is damaged or does not follow
 * from the line before it: it is then not known what was sent, and nothing of the shard may be sent.
 */
export function replay(path: string, text: string, start?: string): Replay {
  const rows: Histories = new Map();
  const before: BeforeFile[] = [];
  const released: Released[] = [];
  const lines = text.split("\n");
  const last = lines.pop() ?? "";
  // A record that lacks nothing but its line's end is whole.
  const isWhole = parseLine(last) !== undefined;
  if (isWhole) lines.push(last);
  const records = lines.map(parseLine);
  const follow = readChain(start);
  let link = start;
  for (const [index, record] of records.entries()) {
    if (record === undefined) {
      if (index + 1 === records.length || records[index + 1]?.t === "open") continue;
      throw batchDamaged(path, `is damaged in line ${index + 1}`, { fix: RESTORE_JOURNAL });
    }
    link = follow(lines[index] ?? "");
    if (link === undefined) {
      const what = `was changed: line ${index + 1} does not follow from what stands before it`;
      throw batchDamaged(path, what, { fix: RESTORE_JOURNAL });
    }
    applyRecord(rows, record);
    if (record.t === "before") before.push({ look: record.look, sha256: record.sha256 });
    if (record.t === "released") released.push({ ...record, after: before.length });
  }
  return { rows, before, released, lines: lines.length, isTorn: last !== "", link };
}

/** How the line of a file with values begins. */
const BEFORE = '{"t":"before"';

/**
 * The files with values from before the writes, of a journal that was replayed already: its lines are not read
 * again but for those that name such a file.
 */
export function beforeFilesIn(text: string): readonly BeforeFile[] {
  const records = text
    .split("\n")
    .flatMap((line) => (line.startsWith(BEFORE) ? (parseLine(line) ?? []) : []));
  return records.flatMap((record) =>
    record.t === "before" ? { look: record.look, sha256: record.sha256 } : [],
  );
}

const RESTORE_JOURNAL =
  "Restore the blob from an earlier version (docs/runbook.md, A blob is gone): the batch then continues, and nothing of the shard is sent before. If that is impossible, compare the rows of the shard with the directory by hand.";
