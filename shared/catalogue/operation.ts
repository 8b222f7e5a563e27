import type { GraphAnswer, GraphRead, GraphWrite } from "../core/graph-request.ts";
import type { ObjectId } from "../core/object-id.ts";
import type { GuardedCounts } from "./guarded.ts";
import type { DoneRow, Inverse } from "./inverse.ts";
import type { LookupKind } from "./kinds/lookup-kinds.ts";
import type { Fields, Payload, PayloadOf } from "./payload.ts";
import type { FinalVerdict, PendingWrite, PlannedWrite, Properties, ReadyWrite } from "./row.ts";
import type { PendingTargets, TargetKind, Targets } from "./target.ts";
import type { Touched } from "./touched.ts";

/** The present state of something that a row names; the plan reads it from Graph before it decides. */
export type Lookup =
  /** An object of a kind that `lookup-kinds.ts` can read; `deleted-…`: one that can be restored. */
  | {
      readonly kind: LookupKind;
      readonly ref: string;
      readonly select: readonly string[];
      /** The row creates it, so that most likely there is none: it is read alone at once. */
      readonly isNew?: true;
    }
  /** Whether there is an object of any kind with the id `ref`. */
  | { readonly kind: "object"; readonly ref: string; readonly select: readonly ["id"] };

/** What a lookup found. `coming`: not there yet, but an earlier row of this batch creates it. */
export type Found =
  | {
      readonly state: "found";
      readonly id: ObjectId;
      readonly object: Properties;
      /** Of an object by id: its kind, if it is one of these. */
      readonly kind?: "user" | "group" | undefined;
      /** An earlier row of this batch sets values of it. The plan says so if the operation has an `ownKey`. */
      readonly isChanged?: boolean;
      /** The earlier row of this batch that restores it. */
      readonly restoredBy?: number;
    }
  /** `property`: it was looked for by one that takes a broader permission, without which none is found. */
  | { readonly state: "missing"; readonly property?: string | undefined }
  /** Of an object by id: it is neither user nor group, and the application may read no other kind. */
  | { readonly state: "unseen" }
  | {
      readonly state: "ambiguous";
      readonly count: number;
      /** Some of them. */
      readonly candidates?: readonly Candidate[];
    }
  | {
      readonly state: "coming";
      readonly row: number;
      /** The key of what the row creates, if it is not named by its user principal name. */
      readonly key?: string | undefined;
    };

/** An object that a reference may mean. */
export interface Candidate {
  readonly id: ObjectId;
  readonly name: string;
}

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

/** How rows of one group share requests. The writes are ready, to one group, and at most 20. */
export interface Together<K extends TargetKind = TargetKind> {
  /** One read that does the work of `look` for all of them. */
  readonly look: (writes: readonly ReadyWrite<Targets[K]>[]) => GraphRead;
  /** One read of all that there is in the group, of which the first page is the whole list unless it says otherwise. */
  readonly lookAtAll: (write: ReadyWrite<Targets[K]>) => GraphRead;
  /** The answer to either read, as `look` of one of the writes would have been answered. */
  readonly lookOf: (answer: GraphAnswer, write: ReadyWrite<Targets[K]>) => GraphAnswer;
  /** Absent if Graph has no request that makes several such changes. */
  readonly share?: Share<K>;
}

/** One request that makes the changes of several rows, or none of them. */
export interface Share<K extends TargetKind = TargetKind> {
  /** Whether a row may share its request; else it is sent alone. */
  readonly may: (write: ReadyWrite<Targets[K]>) => boolean;
  readonly request: (writes: readonly ReadyWrite<Targets[K]>[], make: Makers) => GraphWrite;
  /** The reads that tell why such a request was refused, or would be. */
  readonly inquire: (writes: readonly ReadyWrite<Targets[K]>[]) => readonly GraphRead[];
  /** Which writes the refusal, if there was one, and the answers to `inquire` blame; none if they do not tell. */
  readonly blamed: (
    writes: readonly ReadyWrite<Targets[K]>[],
    refusal: GraphAnswer | undefined,
    answers: readonly (GraphAnswer | undefined)[],
  ) => readonly ReadyWrite<Targets[K]>[];
}

/**
 * One operation, complete. It is pure and knows neither HTTP nor blobs. A row that is written costs
 * one write and one resource unit for every operation, because Graph's table of throttling
 * limits lists no other cost for a write; an operation therefore declares none.
 */
export interface Operation<P = Payload, K extends TargetKind = TargetKind> {
  /** What it does, one sentence for docs and errors. */
  readonly summary: string;
  readonly fields: Fields;
  /** The cells of a row as a CSV file has them: docs, `batch template` and tests show it. */
  readonly example: Readonly<Record<string, string>>;
  /** It does nothing until an administrator names it in EXTRA_OPERATIONS (docs/threat-model.md says why). */
  readonly optIn?: true;
  /** It is such an operation, and the deployment does not name it: `switchedOff` says so. */
  readonly isOff?: true;
  /** A row that would change a protected object fails, also if somebody approves the batch. */
  readonly sparesProtected?: true;
  /** The kind of target that its writes have, or the kinds if there are several. */
  readonly target: K | readonly K[];
  /** Least-privileged application permissions that a row with these columns needs, lookups included. */
  readonly permissions: (columns: readonly string[]) => readonly string[];
  /** Every permission that any row can need: what `infra/` grants when the feature is on. */
  readonly allPermissions: readonly string[];
  /**
   * What guards count of the row, if it is written. With `found` only what would really change counts: a
   * value that is null already is not cleared. Without it, the most that the row can change.
   */
  readonly guarded: (payload: P, found?: Readonly<Record<string, Found>>) => GuardedCounts;
  /** What must be read before `decide`, by role. */
  readonly lookups: (payload: P) => Readonly<Record<string, Lookup>>;
  readonly decide: (payload: P, found: Readonly<Record<string, Found>>) => Decision<K>;
  /**
   * What a write changes. `present`: the object as a lookup or a look showed it, if one did; without it,
   * what was there before is not known.
   */
  readonly touched: (write: PlannedWrite, present: Properties | undefined) => Touched;
  readonly request: (write: ReadyWrite<Targets[K]>, make: Makers) => GraphWrite;
  /** What `answer` means, if the operation has a rule of its own; else `undefined`, and `judge.ts` decides. */
  readonly judge: (answer: GraphAnswer, attempt: Attempt<K>) => Outcome | undefined;
  /** The read that shows whether the change is in place. */
  readonly look: (write: ReadyWrite<Targets[K]>) => GraphRead;
  /** The read after `look`, if its answer leaves open what it means; its answer then counts in place of the first. */
  readonly lookFurther?: (
    write: ReadyWrite<Targets[K]>,
    answer: GraphAnswer,
  ) => GraphRead | undefined;
  /** Whether `answer` to `look` shows the change in place: then the row is done, else it is sent again. */
  readonly inPlace: (answer: GraphAnswer, attempt: Attempt<K>) => boolean | FinalVerdict;
  /**
   * Whether Graph would make a second object if the row were sent again. A look that shows none does not mean then
   * that it may be, because Graph lists new objects late.
   */
  readonly mayBeMadeTwice?: (write: PlannedWrite) => boolean;
  /**
   * Whether the answer to `look` shows the state that an add would bring about; `undefined` if it does
   * not say. The plan looks only at rows of operations that have this, so that after a lost answer
   * `done` can be told from `unchanged`.
   */
  readonly isThere?: (answer: GraphAnswer, write: ReadyWrite<Targets[K]>) => boolean | undefined;
  /** How rows of one group share requests; absent if each row has its own. */
  readonly together?: Together<K>;
  /** It deletes its object: later rows of the batch about the same object are skipped. */
  readonly deletes?: true;
  /**
   * The key under which its rows exclude each other, if what they find of their object is changed by rows with
   * this key only. What other rows of the batch set of the object then does not hide its present state.
   */
  readonly ownKey?: (id: ObjectId) => string;
  /**
   * The values that its rows set, by name, out of its object as a lookup or a look read it; absent if the object
   * has them as properties of these names.
   */
  readonly shown?: (object: Properties, names: readonly string[]) => Properties;
  /**
   * It gives its user a password. `givenAt`: when, as an answer to `look` tells that shows the change in
   * place; absent if no look can.
   */
  readonly password?: { readonly givenAt?: (answer: GraphAnswer) => string | undefined };
  /** How a row that was written is undone; absent if no row of the operation can be. */
  readonly inverse?: (done: DoneRow) => Inverse;
}

/** What a request needs that is not in the plan: made when the request is sent, and never stored in the clear. */
export interface Makers {
  readonly password: () => string;
  /** `https://graph.microsoft.com/v1.0` or another cloud's. */
  readonly graphRoot: string;
}

/** The operation of that name; `undefined` if there is none, also for a name such as `toString`. */
export const operationNamed = (
  catalogue: Readonly<Record<string, Operation>>,
  name: string,
): Operation | undefined => named(catalogue, name);

/** The same of whatever has names. */
export const named = <T>(all: Readonly<Record<string, T>>, name: string): T | undefined =>
  Object.hasOwn(all, name) ? all[name] : undefined;

/** What an operation says of itself; the rest of it follows from that. */
export interface OwnOperation<P, K extends TargetKind> extends Omit<
  Operation<P, K>,
  "permissions" | "allPermissions" | "guarded" | "judge"
> {
  /** What every row needs, or rows with these columns: no more than the columns need one by one. */
  readonly permissions: readonly string[] | Operation["permissions"];
  /** Absent if guards count nothing of it. */
  readonly guarded?: Operation<P>["guarded"];
  /** Absent if every answer means what `judge.ts` says. */
  readonly judge?: Operation<P, K>["judge"];
}

/**
 * Makes an operation whose functions see the payload as its own fields make it, and writes with its
 * own kind of target: a required column is there, another may be null or absent as its rule says, and
 * a column without a field does not exist.
 *
 * @throws TypeError (the functions that take a write) if the write has another kind of target
 */
export function defineOperation<const F extends Fields, K extends TargetKind>(
  own: OwnOperation<PayloadOf<F>, K> & { readonly fields: F },
): Operation {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- rows are compiled by `own.fields`
  const typed = (payload: Payload): PayloadOf<F> => payload as PayloadOf<F>;
  const targets = [own.target].flat();
  const ownWrite = (write: ReadyWrite): ReadyWrite<Targets[K]> => {
    if (isTo<K>(write, targets)) return write;
    throw new TypeError("the row was planned for another kind of object");
  };
  const ownAttempt = (attempt: Attempt): Attempt<K> => ({
    ...attempt,
    write: ownWrite(attempt.write),
  });
  const { together, isThere, lookFurther, permissions, ...rest } = own;
  const permissionsOf = typeof permissions === "function" ? permissions : () => permissions;
  const rows = [[], ...Object.keys(own.fields).map((column) => [column])];
  return {
    ...rest,
    permissions: permissionsOf,
    allPermissions: [...new Set(rows.flatMap(permissionsOf))].toSorted(),
    ...(lookFurther && { lookFurther: (write, answer) => lookFurther(ownWrite(write), answer) }),
    ...(isThere && { isThere: (answer, write) => isThere(answer, ownWrite(write)) }),
    ...(together && { together: ownTogether(together, ownWrite) }),
    guarded: (payload, found) => own.guarded?.(typed(payload), found) ?? {},
    lookups: (payload) => own.lookups(typed(payload)),
    decide: (payload, found) => own.decide(typed(payload), found),
    request: (write, make) => own.request(ownWrite(write), make),
    judge: (answer, attempt) => own.judge?.(answer, ownAttempt(attempt)),
    look: (write) => own.look(ownWrite(write)),
    inPlace: (answer, attempt) => own.inPlace(answer, ownAttempt(attempt)),
  };
}

function ownTogether<K extends TargetKind>(
  { look, lookAtAll, lookOf, share }: Together<K>,
  ownWrite: (write: ReadyWrite) => ReadyWrite<Targets[K]>,
): Together {
  const ownWrites = (writes: readonly ReadyWrite[]) => writes.map(ownWrite);
  return {
    look: (writes) => look(ownWrites(writes)),
    lookAtAll: (write) => lookAtAll(ownWrite(write)),
    lookOf: (answer, write) => lookOf(answer, ownWrite(write)),
    ...(share && {
      share: {
        may: (write) => share.may(ownWrite(write)),
        request: (writes, make) => share.request(ownWrites(writes), make),
        inquire: (writes) => share.inquire(ownWrites(writes)),
        blamed: (writes, refusal, answers) => share.blamed(ownWrites(writes), refusal, answers),
      },
    }),
  };
}

const isTo = <K extends TargetKind>(
  write: ReadyWrite,
  kinds: readonly TargetKind[],
): write is ReadyWrite<Targets[K]> => kinds.includes(write.target.kind);
