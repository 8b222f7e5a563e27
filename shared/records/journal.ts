import type { Properties } from "../catalogue/row.ts";
import { parseJson } from "../core/parse-json.ts";
import { isRecord, recordOf } from "../core/record.ts";
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
      /** The passwords that are about to be sent, by row, sealed: nobody here can read them again. */
      readonly sealed?: SealedByRow | undefined;
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

/** Sealed passwords by row. */
export type SealedByRow = Readonly<Record<string, string>>;

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

/** A record as JSON; its line has a link as well (chain.ts). */
export function recordJson(record: JournalRecord): string {
  const hasOutcomes = record.t === "receipt" || record.t === "settled";
  const stored = hasOutcomes ? { ...record, rows: record.rows.map(storedOutcome) } : record;
  return JSON.stringify(stored);
}

/** `undefined` for a line that is cut short or damaged. */
export function parseLine(line: string): JournalRecord | undefined {
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
    if (t === "intent") {
      const sealed = readSealed(stored["sealed"]);
      return numbers && { t, post, at, rows: numbers, ...(sealed && { sealed }) };
    }
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

function readSealed(stored: unknown): SealedByRow | undefined {
  if (!isRecord(stored)) return undefined;
  const texts = Object.entries(stored).flatMap(([row, sealed]) =>
    typeof sealed === "string" ? [[row, sealed] as const] : [],
  );
  return Object.fromEntries(texts);
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
