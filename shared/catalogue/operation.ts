import type { GraphAnswer, GraphRead, GraphWrite } from "../core/graph-request.ts";
import type { ObjectId } from "../core/object-id.ts";
import type { Fields, Payload, PayloadOf } from "./payload.ts";
import type { FinalVerdict, PendingWrite, Properties, ReadyWrite } from "./row.ts";
import type { PendingTargets, TargetKind, Targets } from "./target.ts";

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
  /** Not done, and nothing is wrong with the row: send it again, after `afterMs` or later. */
  | {
      readonly kind: "retry";
      readonly afterMs?: number | undefined;
      readonly reason: string;
      readonly throttled: boolean;
    }
  /** It may have been done: look before anything else, after `afterMs` or later. */
  | {
      readonly kind: "doubt";
      readonly reason: string;
      readonly afterMs?: number | undefined;
    };

/** What the runner knows of a row when it judges an answer. */
export interface Attempt<K extends TargetKind = TargetKind> {
  readonly write: ReadyWrite<Targets[K]>;
  /** An earlier send had no answer, so a change that is in place may be this row's own work. */
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
 * one write and one resource unit for every operation, because Graph's table of throttling
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
  /** What `answer` means, if the operation has a rule of its own; else `undefined`, and `judge.ts` decides. */
  readonly judge: (answer: GraphAnswer, attempt: Attempt<K>) => Outcome | undefined;
  /** The read that shows whether the change is in place. */
  readonly look: (write: ReadyWrite<Targets[K]>) => GraphRead;
  /** Whether `answer` to `look` shows the change in place: then the row is done, else it is sent again. */
  readonly inPlace: (answer: GraphAnswer, attempt: Attempt<K>) => boolean | FinalVerdict;
  /**
   * Whether the answer to `look` shows the state that an add would bring about; `undefined` if it does
   * not say. The plan looks only at rows of operations that have this, so that after a lost answer
   * `done` can be told from `unchanged`.
   */
  readonly isThere?: (answer: GraphAnswer) => boolean | undefined;
}

/** What a request needs that is not in the plan: made when the request is sent, and never stored. */
export interface Makers {
  readonly password: () => string;
  /** `https://graph.microsoft.com/v1.0` or another cloud's. */
  readonly graphRoot: string;
}

/** The operation of that name; `undefined` if there is none, also for a name such as `toString`. */
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
    judge: (answer, attempt) => own.judge(answer, ownAttempt(attempt)),
    look: (write) => own.look(ownWrite(write)),
    inPlace: (answer, attempt) => own.inPlace(answer, ownAttempt(attempt)),
  };
}

const isTo = <K extends TargetKind>(write: ReadyWrite, kind: K): write is ReadyWrite<Targets[K]> =>
  write.target.kind === kind;
