import type { GraphAnswer, GraphRead, GraphWrite } from "../core/graph-request.ts";
import type { ObjectId } from "../core/object-id.ts";
import type { FinalVerdict, PendingWrite, Properties, ReadyWrite } from "./row.ts";
import type { PendingTargets, TargetKind, Targets } from "./target.ts";

/** A value that its field's rule accepted, or the rule it breaks, in words and without the value. */
export type FieldResult<T = unknown> = { readonly value: T } | { readonly broken: string };

/** One column of an operation, under Graph's name. `T` is what its rule makes of a cell. */
export interface Field<
  T = unknown,
  Required extends boolean = boolean,
  Clearable extends boolean = boolean,
> {
  readonly required: Required;
  /** Whether `(clear)` or JSON null may set it to null. */
  readonly clearable: Clearable;
  /** Reads a CSV cell (a non-empty string) or a JSON value other than null. */
  readonly read: (raw: unknown) => FieldResult<T>;
}

/** An operation's columns by name. */
export type Fields = Readonly<Record<string, Field>>;

/** A row's checked values by column: null if the row clears it, absent if the row leaves it alone. */
export type Payload = Readonly<Record<string, unknown>>;

type RequiredColumns<F extends Fields> = {
  [Column in keyof F]: F[Column] extends Field<unknown, true> ? Column : never;
}[keyof F];
type ValueOf<F> = F extends Field<infer T> ? T : never;
type Cleared<F> = F extends Field<unknown, boolean, true> ? null : never;

/** The payload that the rules of these columns make. It has no other column. */
export type PayloadOf<F extends Fields> = {
  readonly [Column in RequiredColumns<F>]: ValueOf<F[Column]>;
} & {
  readonly [Column in Exclude<keyof F, RequiredColumns<F>>]?:
    | ValueOf<F[Column]>
    | Cleared<F[Column]>
    | undefined;
};

/** The present state of something that a row names; the plan reads it from Graph before it decides. */
export type Lookup =
  | { readonly kind: "user"; readonly ref: string; readonly select: readonly string[] }
  | { readonly kind: "group"; readonly ref: string; readonly select: readonly string[] };

/** What a lookup found. `coming`: not there yet, but an earlier row of this batch creates it. */
export type Found =
  | {
      readonly state: "found";
      readonly id: ObjectId;
      readonly object: Properties;
    }
  | { readonly state: "missing" }
  | { readonly state: "ambiguous"; readonly count: number }
  | { readonly state: "coming"; readonly row: number };

/** What the plan does with a row: write it, or give it a verdict unwritten. */
export type Decision<K extends TargetKind = TargetKind> =
  | { readonly write: ReadyWrite<Targets[K]> | PendingWrite<PendingTargets[K]> }
  | { readonly final: FinalVerdict };

/** What an answer means for a row. */
export type Outcome =
  | { readonly kind: "final"; readonly final: FinalVerdict }
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
export interface Attempt<K extends TargetKind = TargetKind> {
  readonly write: ReadyWrite<Targets[K]>;
  /** An earlier send had no answer, so an "already so" may be this row's own work. */
  readonly doubted: boolean;
  /** When the first intent of this row was journaled, ISO 8601. */
  readonly firstIntentAt: string;
  /** Times sent, this one included. */
  readonly attempts: number;
}

/** What a guard counts: a cap on one of these per batch holds the whole batch. */
export type Guarded = "deletes" | "disables";

/**
 * One operation, complete. It is pure and knows neither HTTP nor blobs. A row that is written costs
 * one write and one resource unit whatever its operation is, because Graph's table of throttling
 * limits lists no other cost for a write; an operation therefore declares none.
 */
export interface Operation<P = Payload, K extends TargetKind = TargetKind> {
  /** What it does, one sentence for docs and errors. */
  readonly summary: string;
  readonly fields: Fields;
  /** The kind of target that its writes have. */
  readonly target: K;
  /** Least-privileged application permissions that a row with these columns needs, lookups included. */
  readonly permissions: (columns: readonly string[]) => readonly string[];
  /** Every permission that any row can need: what `infra/` grants when the feature is on. */
  readonly allPermissions: readonly string[];
  /** Which guard counts the row, if any. */
  readonly guarded: (payload: P) => Guarded | undefined;
  /** What must be read before `decide`, by role. */
  readonly lookups: (payload: P) => Readonly<Record<string, Lookup>>;
  readonly decide: (payload: P, found: Readonly<Record<string, Found>>) => Decision<K>;
  readonly request: (write: ReadyWrite<Targets[K]>, make: Makers) => GraphWrite;
  /** What `answer` means where that is particular to this operation; undefined leaves it to `settle.ts`. */
  readonly settle: (answer: GraphAnswer, attempt: Attempt<K>) => Outcome | undefined;
  /** The read that shows whether the change is in place. */
  readonly look: (write: ReadyWrite<Targets[K]>) => GraphRead;
  /** Whether `answer` to `look` shows the change in place: then the row is done, else it is sent again. */
  readonly inPlace: (answer: GraphAnswer, attempt: Attempt<K>) => boolean | FinalVerdict;
  /**
   * Whether the answer to `look` shows what the write would bring about; `undefined` if it does not
   * say. Only an operation that has this is looked at when planned, to tell `done` from `unchanged`
   * after a lost answer.
   */
  readonly isThere?: (answer: GraphAnswer) => boolean | undefined;
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

/**
 * Makes an operation whose functions see the payload as its own fields make it, and writes with its
 * own kind of target: a required column is there, another may be null or absent as its rule says, and
 * a column without a field does not exist.
 *
 * @throws TypeError (the functions that take a write) if the write has another kind of target
 */
export function defineOperation<const F extends Fields, K extends TargetKind>(
  own: Operation<PayloadOf<F>, K> & { readonly fields: F },
): Operation {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- rows are compiled by `own.fields`
  const typed = (payload: Payload): PayloadOf<F> => payload as PayloadOf<F>;
  const ownWrite = (write: ReadyWrite): ReadyWrite<Targets[K]> => {
    if (isTo(write, own.target)) return write;
    throw new TypeError("the row was planned for another kind of object");
  };
  const ownAttempt = (attempt: Attempt): Attempt<K> => ({
    ...attempt,
    write: ownWrite(attempt.write),
  });
  return {
    ...own,
    guarded: (payload) => own.guarded(typed(payload)),
    lookups: (payload) => own.lookups(typed(payload)),
    decide: (payload, found) => own.decide(typed(payload), found),
    request: (write, make) => own.request(ownWrite(write), make),
    settle: (answer, attempt) => own.settle(answer, ownAttempt(attempt)),
    look: (write) => own.look(ownWrite(write)),
    inPlace: (answer, attempt) => own.inPlace(answer, ownAttempt(attempt)),
  };
}

const isTo = <K extends TargetKind>(write: ReadyWrite, kind: K): write is ReadyWrite<Targets[K]> =>
  write.target.kind === kind;
