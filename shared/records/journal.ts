import type { Properties, Receipt } from "../catalogue/row.ts";
import { parseJson } from "../core/parse-json.ts";
import { recordOf } from "../core/record.ts";
import { readChain } from "./chain.ts";
import { batchDamaged } from "./damaged.ts";
import {
  readOutcome,
  readReceipt,
  type RowOutcome,
  type RowReceipt,
  storedOutcome,
} from "./receipt.ts";

/**
 * One line of a shard's journal. `open`: a runner took the shard over; a runner that wrote before can
 * append nothing any more. `intent`: these rows are about to be sent, in one post. `receipt`: what became
 * of them. `settled`: rows that end without an answer to a post. `before`: a file with values from before
 * the writes is there, and has this digest. `released`: these rows, which were held, go on, because
 * somebody approved what they would write.
 */
export type JournalRecord =
  | { readonly t: "open"; readonly runner: string; readonly at: string }
  | {
      readonly t: "intent";
      readonly post: string;
      readonly at: string;
      readonly rows: readonly number[];
    }
  | {
      readonly t: "receipt";
      readonly post: string;
      readonly at: string;
      readonly rows: readonly RowOutcome[];
    }
  | { readonly t: "settled"; readonly at: string; readonly rows: readonly RowReceipt[] }
  | ({ readonly t: "before"; readonly at: string } & BeforeFile)
  | {
      readonly t: "released";
      readonly at: string;
      /** What was approved. */
      readonly digest: string;
      readonly rows: readonly number[];
    };

/** What was approved, and which rows went on. */
export interface Released {
  readonly digest: string;
  readonly rows: readonly number[];
  /** How many files of `before/` the journal named by then. */
  readonly after: number;
}

/** A file of `before/`: that of the shard's plan, or of the runner's look of that number. */
export interface BeforeFile {
  readonly look?: number | undefined;
  /** Of the blob, which begins with a random salt; hex. */
  readonly sha256: string;
}

/**
 * What the journal knows of a row, by what is known of its last send.
 *
 * - `unsent`: every row begins here. An intent takes it to `doubt`.
 * - `doubt`: it was sent, and a reader of the journal cannot tell more. An outcome takes it back to
 *   `unsent` (again, unsent, absent), keeps it here (doubt), or ends it (final). A second intent keeps it
 *   here: the first send may still be found to have worked.
 * - `final`: it has its receipt. Nothing that is recorded later changes it, but that a held row is
 *   released: it is `unsent` again.
 */
export type RowHistory = Sends &
  (
    | { readonly state: "unsent" | "doubt"; readonly receipt?: undefined }
    | { readonly state: "final"; readonly receipt: Receipt }
  );

/** How a row fared so far. */
interface Sends {
  /** Times sent. */
  readonly attempts: number;
  readonly firstIntentAt?: string | undefined;
  /** When it was last sent, and whether that send was answered. */
  readonly lastIntentAt?: string | undefined;
  readonly answered: boolean;
  /** A send of it may have taken effect without a proof. */
  readonly doubted: boolean;
  /** An unsent row is sent, and one in doubt is looked at, not before this instant. */
  readonly until?: string | undefined;
  /** Why the change was not made the last time. */
  readonly trouble?: string | undefined;
  /** How long it has been in trouble other than throttling, milliseconds, and since when it is now. */
  readonly troubledMs: number;
  readonly troubledAt?: string | undefined;
}

/** The history of a row that was never sent. */
export const unsent: RowHistory = {
  state: "unsent",
  attempts: 0,
  answered: false,
  doubted: false,
  troubledMs: 0,
};

/**
 * Time between two failures counts against a row up to this much, milliseconds: a night in which no
 * runner ran is not the row's.
 */
const TROUBLE_STEP_MS = 120_000;

/** The histories of a shard's rows, by row number. */
export type Histories = Map<number, RowHistory>;

/** Adds one record to what is known; replaying a journal is nothing else. A final row stays final. */
export function applyRecord(rows: Histories, record: JournalRecord): void {
  const change = (row: number, next: (before: RowHistory) => RowHistory): void => {
    const before = rows.get(row) ?? unsent;
    if (before.state !== "final") rows.set(row, next(before));
  };
  if (record.t === "intent") {
    for (const row of record.rows) change(row, (before) => intended(before, record.at));
  } else if (record.t === "released") {
    for (const row of record.rows) release(rows, row);
  } else if (record.t === "receipt" || record.t === "settled") {
    for (const each of record.rows) change(each.row, (before) => after(before, each, record.at));
  }
}

/** A row that is held goes on; another one keeps its verdict. */
function release(rows: Histories, row: number): void {
  const before = rows.get(row);
  if (before?.receipt?.verdict === "held") {
    rows.set(row, { ...before, state: "unsent", receipt: undefined });
  }
}

const intended = (before: RowHistory, at: string): RowHistory => ({
  ...before,
  state: "doubt",
  receipt: undefined,
  attempts: before.attempts + 1,
  firstIntentAt: before.firstIntentAt ?? at,
  lastIntentAt: at,
  answered: false,
  until: undefined,
  // Sent again over a doubt: the first send may still be found to have worked.
  doubted: before.doubted || before.state === "doubt",
});

function after(history: RowHistory, outcome: RowOutcome, at: string): RowHistory {
  if (outcome.kind === "final") return { ...history, state: "final", receipt: outcome.receipt };
  const before = { ...history, receipt: undefined };
  const { reason } = outcome;
  switch (outcome.kind) {
    case "unsent":
      return { ...before, state: "unsent", attempts: before.attempts - 1, trouble: reason };
    case "doubt": {
      const { answered, until } = outcome;
      return { ...troubled(before, at, reason), state: "doubt", doubted: true, answered, until };
    }
    case "absent": {
      const { until } = outcome;
      return { ...troubled(before, at, reason), state: "unsent", doubted: true, until };
    }
    case "again": {
      const { throttled, until } = outcome;
      const rested = { ...before, trouble: reason, troubledAt: undefined };
      return { ...(throttled ? rested : troubled(before, at, reason)), state: "unsent", until };
    }
  }
}

const troubled = <T extends Sends>(before: T, at: string, trouble: string): T => ({
  ...before,
  trouble,
  troubledAt: at,
  troubledMs: troubledMsAt(before, at),
});

/**
 * How long a row has been in trouble when it fails at `at`, milliseconds. Waiting for the throttle does
 * not count: only time that begins and ends with a failure does.
 */
export function troubledMsAt(history: Sends, at: string): number {
  if (history.troubledAt === undefined) return history.troubledMs;
  const sinceMs = Date.parse(at) - Date.parse(history.troubledAt);
  return history.troubledMs + Math.min(TROUBLE_STEP_MS, Math.max(0, sinceMs));
}

/** A record as JSON; its line has a link as well (chain.ts). */
export function recordJson(record: JournalRecord): string {
  const hasOutcomes = record.t === "receipt" || record.t === "settled";
  const stored = hasOutcomes ? { ...record, rows: record.rows.map(storedOutcome) } : record;
  return JSON.stringify(stored);
}

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
  const isWhole = parse(last) !== undefined;
  if (isWhole) lines.push(last);
  const records = lines.map(parse);
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

const RESTORE_JOURNAL =
  "Restore the blob from an earlier version (docs/runbook.md, A blob is gone): the batch then continues, and nothing of the shard is sent before. If that is impossible, compare the rows of the shard with the directory by hand.";

/** `undefined` for a line that is cut short or damaged. */
function parse(line: string): JournalRecord | undefined {
  try {
    return readRecord(recordOf(parseJson(line)));
  } catch {
    return undefined;
  }
}

function readRecord(stored: Properties): JournalRecord | undefined {
  const { t, at, post = "", rows } = stored;
  // Only its presence counts: an `open` after a line that was cut short makes that line acceptable.
  if (t === "open") return { t, runner: "", at: "" };
  if (typeof at !== "string" || typeof post !== "string") return undefined;
  if (t === "before") return readBeforeFile(stored, at);
  if (!Array.isArray(rows)) return undefined;
  if (t === "intent" || t === "released") {
    const numbers = all(rows, (row) => (typeof row === "number" ? row : undefined));
    if (t === "intent") return numbers && { t, post, at, rows: numbers };
    const { digest } = stored;
    return numbers && typeof digest === "string" ? { t, at, digest, rows: numbers } : undefined;
  }
  if (t === "receipt") {
    const outcomes = all(rows, (row) => readOutcome(recordOf(row)));
    return outcomes && { t, post, at, rows: outcomes };
  }
  if (t !== "settled") return undefined;
  const receipts = all(rows, (row) => readReceipt(recordOf(row)));
  return receipts && { t, at, rows: receipts };
}

function readBeforeFile({ look, sha256 }: Properties, at: string): JournalRecord | undefined {
  if (look !== undefined && typeof look !== "number") return undefined;
  return typeof sha256 === "string" ? { t: "before", at, look, sha256 } : undefined;
}

/** What `read` makes of every item; `undefined` if it makes nothing of one. */
function all<T>(
  items: readonly unknown[],
  read: (item: unknown) => T | undefined,
): T[] | undefined {
  const values = items.map(read);
  const known = values.filter((value) => value !== undefined);
  return known.length === values.length ? known : undefined;
}
