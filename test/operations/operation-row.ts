import type { GuardedCounts } from "../../shared/catalogue/guarded.ts";
import type { DoneRow, Inverse } from "../../shared/catalogue/inverse.ts";
import type { Found } from "../../shared/catalogue/operation.ts";
import type { Payload } from "../../shared/catalogue/payload.ts";
import type { ReadyWrite } from "../../shared/catalogue/row.ts";
import type { Touched } from "../../shared/catalogue/touched.ts";
import type { GraphAnswer } from "../../shared/core/graph-request.ts";
import type { ObjectId } from "../../shared/core/object-id.ts";
import { ann } from "../catalogue/answers.ts";
import type { LiveRow } from "./live/live-row.ts";

/** A row as its operation sees it: its checked cells, and what its lookups found. */
interface SeenRow {
  readonly payload: Payload;
  readonly found: Readonly<Record<string, Found>>;
}

/** A row that is not written, or not undone, and what it says. */
interface Refused {
  readonly when: string;
  readonly says: RegExp;
}

/** What tests expect of one operation. */
export interface OperationRow {
  /** A row that is written. */
  readonly written: SeenRow & {
    readonly keys: readonly string[];
    readonly request: unknown;
    /** What guards count of it, knowing what is there. */
    readonly guarded?: GuardedCounts;
    /** What it changes, of the object as it was found. */
    readonly touched: Touched;
  };
  /** A row whose change is in place already; absent if only Graph's answer can tell. */
  readonly unchanged?: SeenRow;
  /** Rows that fail before anything is sent. */
  readonly refused: readonly (SeenRow & Refused)[];
  /** What the look after a lost answer shows, and what the row is then. */
  readonly looks: readonly {
    readonly when: string;
    readonly answer: GraphAnswer;
    readonly write: ReadyWrite;
    readonly is: "done" | "unchanged" | "failed" | "send again";
    /** It is a look before the row is sent for the first time. */
    readonly isFirst?: true;
  }[];
  /** How rows that are done are undone: by another row, or by none and why. */
  readonly undone: readonly { readonly done: DoneRow; readonly inverse: Inverse }[];
  /** Rows that cannot be undone. */
  readonly notUndone?: readonly (Refused & { readonly done: DoneRow })[];
  /** The same row against the local cloud. */
  readonly live: LiveRow;
  /** Other rows of the operation against the local cloud, which take another way: by what tells them apart. */
  readonly otherLives?: Readonly<Record<string, LiveRow>>;
}

/** What requests are made with. */
export const make = {
  password: () => "made-when-sent",
  graphRoot: "https://graph.microsoft.com/v1.0",
};

/** A lookup's object. */
export const found = (id: ObjectId, object: Payload = {}): Found => ({
  state: "found",
  id,
  object,
});

/** A row that was written today, of Ann. */
export const done = (more: Partial<DoneRow> = {}): DoneRow => ({
  object: ann,
  set: {},
  daysAgo: 0,
  ...more,
});
