import { type Properties, type Settled, isFinalVerdict } from "../catalogue/row.ts";
import { parseJson } from "../core/parse-json.ts";
import { recordOf } from "../core/record.ts";
import { batchDamaged } from "./damaged.ts";
import type { Receipt, SettledRow } from "./receipt.ts";

/**
 * One line of a shard's journal. `open`: a runner took the shard over; whoever wrote before is fenced
 * out from here. `intent`: these rows are about to be sent, in one post. `receipt`: what came back.
 * `settled`: rows that end without an answer to a send (a look decided, or nothing could be sent).
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
      readonly rows: readonly Receipt[];
    }
  | { readonly t: "settled"; readonly at: string; readonly rows: readonly SettledRow[] };

/**
 * What the journal knows of a row. A row begins unsent; an intent puts it in doubt, for whoever reads
 * the journal cannot tell more; a receipt settles it, returns it to unsent, or confirms the doubt.
 */
export interface RowHistory {
  readonly state: "unsent" | "doubt" | "settled";
  readonly settled?: Settled | undefined;
  /** Times sent. */
  readonly attempts: number;
  readonly firstIntentAt?: string | undefined;
  /** When it was last sent, and whether that send was answered. */
  readonly lastIntentAt?: string | undefined;
  readonly answered: boolean;
  /** A send of it may have taken effect without a proof. */
  readonly doubted: boolean;
  /** An unsent row goes, and one in doubt is looked at, not before this instant. */
  readonly until?: string | undefined;
  /** Why it was not done the last time. */
  readonly trouble?: string | undefined;
  /** How long it has been in trouble other than throttling, milliseconds, and since when it is now. */
  readonly troubledMs: number;
  readonly troubledAt?: string | undefined;
}

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

/** Adds one record to what is known; replaying a journal is nothing else. A settled row stays settled. */
export function applyRecord(rows: Histories, record: JournalRecord): void {
  const change = (row: number, next: (before: RowHistory) => RowHistory): void => {
    const before = rows.get(row) ?? unsent;
    if (before.state !== "settled") rows.set(row, next(before));
  };
  if (record.t === "intent") {
    for (const row of record.rows) change(row, (before) => intended(before, record.at));
  } else if (record.t === "receipt") {
    for (const each of record.rows) change(each.row, (before) => received(before, each, record.at));
  } else if (record.t === "settled") {
    for (const { row, ...settled } of record.rows) {
      change(row, (before) => ({ ...before, state: "settled", settled }));
    }
  }
}

const intended = (before: RowHistory, at: string): RowHistory => ({
  ...before,
  state: "doubt",
  attempts: before.attempts + 1,
  firstIntentAt: before.firstIntentAt ?? at,
  lastIntentAt: at,
  answered: false,
  until: undefined,
  // Sent again over a doubt: the first send may still be found to have worked.
  doubted: before.doubted || before.state === "doubt",
});

function received(before: RowHistory, receipt: Receipt, at: string): RowHistory {
  if ("verdict" in receipt) {
    const { row: _row, ...settled } = receipt;
    return { ...before, state: "settled", settled };
  }
  if ("unsent" in receipt) {
    return { ...before, state: "unsent", attempts: before.attempts - 1, trouble: receipt.unsent };
  }
  if ("doubt" in receipt) {
    const { answered, doubt, until } = receipt;
    return { ...troubled(before, at, doubt), state: "doubt", doubted: true, answered, until };
  }
  const { until } = receipt;
  if ("absent" in receipt) {
    return { ...troubled(before, at, receipt.absent), state: "unsent", doubted: true, until };
  }
  const { retry } = receipt;
  if (receipt.throttled) {
    return { ...before, state: "unsent", trouble: retry, troubledAt: undefined, until };
  }
  return { ...troubled(before, at, retry), state: "unsent", until };
}

const troubled = (before: RowHistory, at: string, trouble: string): RowHistory => ({
  ...before,
  trouble,
  troubledAt: at,
  troubledMs: troubledMsAt(before, at),
});

/**
 * How long a row has been in trouble when it fails at `at`, milliseconds. Waiting for the throttle does
 * not count: only time that begins and ends with a failure does.
 */
export function troubledMsAt(history: RowHistory, at: string): number {
  if (history.troubledAt === undefined) return history.troubledMs;
  const sinceMs = Date.parse(at) - Date.parse(history.troubledAt);
  return history.troubledMs + Math.min(TROUBLE_STEP_MS, Math.max(0, sinceMs));
}

/** A record as its line. */
export const toLine = (record: JournalRecord): string => `${JSON.stringify(record)}\n`;

/** A journal as it was read: what is known, and how many lines it took. */
export interface Replay {
  readonly rows: Histories;
  readonly lines: number;
  /** The last line was cut short; the next record must begin on a line of its own. */
  readonly isTorn: boolean;
}

/**
 * Reads a journal. A line that was cut short counts as never written: as the last one, and before an
 * `open`, because a runner that finds such a line continues with an `open`.
 *
 * @throws OperatorError BATCH_DAMAGED, which names `path`, if any other line is damaged: it is then not
 * known what was sent, and nothing of the shard may be sent.
 */
export function replay(path: string, text: string): Replay {
  const rows: Histories = new Map();
  const lines = text.split("\n");
  const rest = lines.pop() ?? "";
  const records = lines.map(parse);
  for (const [index, record] of records.entries()) {
    if (record !== undefined) applyRecord(rows, record);
    else if (index + 1 < records.length && records[index + 1]?.t !== "open") {
      throw batchDamaged(path, `is damaged in line ${index + 1}`, { fix: RESTORE_JOURNAL });
    }
  }
  return { rows, lines: lines.length, isTorn: rest !== "" };
}

const RESTORE_JOURNAL =
  "Restore the blob from an earlier version (docs/runbook.md, A blob is gone): the batch then continues, and nothing of the shard is sent before. If that is impossible, compare the rows of the shard with the directory by hand.";

/** `undefined` for a line that is cut short or damaged. */
function parse(line: string): JournalRecord | undefined {
  try {
    const value = recordOf(parseJson(line));
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- our own line, whose shape is checked
    return isJournalRecord(value) ? (value as unknown as JournalRecord) : undefined;
  } catch {
    return undefined;
  }
}

function isJournalRecord({ t, at, rows }: Readonly<Record<string, unknown>>): boolean {
  if (t === "open") return true;
  if (typeof at !== "string" || !Array.isArray(rows)) return false;
  if (t === "intent") return rows.every((row) => typeof row === "number");
  if (t === "receipt") return rows.map(recordOf).every(isReceipt);
  return t === "settled" && rows.map(recordOf).every(isSettledRow);
}

const isReceipt = (row: Properties): boolean =>
  Object.hasOwn(row, "verdict") ? isSettledRow(row) : typeof row["row"] === "number";

const isSettledRow = (row: Properties): boolean =>
  typeof row["row"] === "number" && isFinalVerdict(row);
