import type { Receipt } from "../../catalogue/row.ts";
import type { JournalRecord } from "../journal.ts";
import type { RowOutcome } from "../receipt.ts";

/** A sealed password, and when it was about to be sent. */
export interface SentPassword {
  /** Empty if it was not kept: nobody knows it. */
  readonly sealed: string;
  readonly at: string;
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
  /** The passwords that Graph may have taken, in the order in which they were sent. */
  readonly passwords?: readonly SentPassword[] | undefined;
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
    for (const row of record.rows) {
      change(row, (before) => intended(before, record.at, record.sealed?.[row]));
    }
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

const intended = (before: RowHistory, at: string, sealed: string | undefined): RowHistory => ({
  ...before,
  ...passwordsAfter(before, at, sealed),
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
  if (outcome.kind === "final") {
    const { receipt } = outcome;
    // A held row may go on, and what was sent before counts then too.
    const passwords = receipt.verdict === "held" ? history.passwords : undefined;
    return { ...history, state: "final", receipt, passwords };
  }
  const before = { ...history, receipt: undefined };
  const { reason } = outcome;
  switch (outcome.kind) {
    case "unsent":
      return {
        ...withoutLast(before),
        state: "unsent",
        attempts: before.attempts - 1,
        trouble: reason,
      };
    case "doubt": {
      const { answered, until, refused } = outcome;
      const left = troubled(refused ? withoutLast(before) : before, at, reason);
      return { ...left, state: "doubt", doubted: true, answered, until };
    }
    case "absent": {
      const { until } = outcome;
      return { ...troubled(before, at, reason), state: "unsent", doubted: true, until };
    }
    case "again": {
      const { throttled, until } = outcome;
      const refused = withoutLast(before);
      const rested = { ...refused, trouble: reason, troubledAt: undefined };
      return { ...(throttled ? rested : troubled(refused, at, reason)), state: "unsent", until };
    }
  }
}

/** Behind a password that was kept, one that was not counts too: Graph may have taken either. */
const passwordsAfter = (
  { passwords = [] }: Sends,
  at: string,
  sealed: string | undefined,
): Pick<Sends, "passwords"> =>
  sealed === undefined && passwords.length === 0
    ? {}
    : { passwords: [...passwords, { sealed: sealed ?? "", at }] };

/** Graph did not take what was sent last, so that its password is nobody's. */
const withoutLast = <T extends Sends>(before: T): T =>
  before.passwords === undefined ? before : { ...before, passwords: before.passwords.slice(0, -1) };

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
