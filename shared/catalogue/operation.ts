import type { GraphAnswer, GraphRead, GraphWrite } from "../core/graph-request.ts";
import type { PlannedWrite, Settled } from "./row.ts";

/** A value as its field's rule made it, or the rule it broke, in words and without the value. */
export type FieldResult = { readonly value: unknown } | { readonly broken: string };

/** One column of an operation, Graph's name. */
export interface Field {
  readonly required: boolean;
  /** Whether `(clear)` or JSON null may set it to null. */
  readonly clearable: boolean;
  /** Reads a CSV cell (a non-empty string) or a JSON value other than null. */
  readonly read: (raw: unknown) => FieldResult;
}

/** A row's checked values by field; null where it is cleared, absent where it is left alone. */
export type Payload = Readonly<Record<string, unknown>>;

/** The present state of something that a row names; the plan reads it from Graph before it decides. */
export type Lookup =
  | { readonly kind: "user"; readonly ref: string; readonly select: readonly string[] }
  | { readonly kind: "group"; readonly ref: string; readonly select: readonly string[] };

/** What a lookup found. `coming`: not there yet, but an earlier row of this batch creates it. */
export type Found =
  | {
      readonly state: "found";
      readonly id: string;
      readonly object: Readonly<Record<string, unknown>>;
    }
  | { readonly state: "missing" }
  | { readonly state: "ambiguous"; readonly count: number }
  | { readonly state: "coming"; readonly row: number };

/** What the plan does with a row: write, or settle it unwritten. */
export type Decision =
  | { readonly write: Omit<PlannedWrite, "after" | "was"> }
  | { readonly settled: Settled };

/** What an answer means for a row. */
export type Outcome =
  | { readonly kind: "settled"; readonly settled: Settled }
  /** Not done, nothing wrong with the row: send it again, not before `afterMs`. */
  | {
      readonly kind: "retry";
      readonly afterMs?: number | undefined;
      readonly reason: string;
      readonly throttled: boolean;
    }
  /** It may have been done: look before anything else, not before `afterMs`. */
  | {
      readonly kind: "doubt";
      readonly reason: string;
      readonly afterMs?: number | undefined;
    };

/** What the engine knows of a row when an answer to it comes in. */
export interface Attempt {
  readonly write: PlannedWrite;
  /** An earlier send had no answer, so an "already so" may be this row's own work. */
  readonly doubted: boolean;
  /** When the first intent of this row was journaled, ISO 8601. */
  readonly firstIntentAt: string;
  /** Times sent, this one included. */
  readonly attempts: number;
}

/** Which guard counts the row: a cap on these per batch holds the whole batch. */
export type Guarded = "deletes" | "disables" | undefined;

/** One operation, whole: pure, it knows neither HTTP nor blobs. */
export interface Operation {
  /** What it does, one sentence for docs and errors. */
  readonly summary: string;
  readonly fields: Readonly<Record<string, Field>>;
  /** Least-privileged application permissions that this payload needs, its lookups included. */
  readonly permissions: (payload: Payload) => readonly string[];
  /** Every permission any payload can need: what `infra/` grants when the feature is on. */
  readonly allPermissions: readonly string[];
  readonly guarded: (payload: Payload) => Guarded;
  /** What must be read before `decide`, by role. */
  readonly lookups: (payload: Payload) => Readonly<Record<string, Lookup>>;
  readonly decide: (payload: Payload, found: Readonly<Record<string, Found>>) => Decision;
  readonly request: (write: PlannedWrite, make: Makers) => GraphWrite;
  /** What `answer` means where that is particular to this operation; undefined leaves it to `settle.ts`. */
  readonly settle: (answer: GraphAnswer, attempt: Attempt) => Outcome | undefined;
  /** The read that shows whether the change is in place. */
  readonly look: (write: PlannedWrite) => GraphRead;
  /** Whether `answer` to `look` shows the change in place: then the row is done, else it is sent again. */
  readonly inPlace: (
    answer: GraphAnswer,
    attempt: Attempt,
  ) => boolean | { readonly settled: Settled };
  /**
   * Whether the answer to `look` shows what the write would bring about; `undefined` if it does not
   * say. Only an operation that has this is looked at when planned, to tell `done` from `unchanged`
   * after a lost answer.
   */
  readonly isThere?: (answer: GraphAnswer) => boolean | undefined;
  readonly cost: { readonly writes: number; readonly resourceUnits: number };
}

/** What a request needs that is not in the plan: made when it is sent, and kept nowhere. */
export interface Makers {
  readonly password: () => string;
  /** `https://graph.microsoft.com/v1.0` or another cloud's. */
  readonly graphRoot: string;
}

/** The operation of that name; `undefined` for any other word, a method of every object included. */
export const operationNamed = (
  catalogue: Readonly<Record<string, Operation>>,
  name: string,
): Operation | undefined => (Object.hasOwn(catalogue, name) ? catalogue[name] : undefined);

/** Keeps the literal types of an operation's fields. */
export const defineOperation = (operation: Operation): Operation => operation;
