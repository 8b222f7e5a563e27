import type { GuardedCounts } from "./guarded.ts";
import {
  type CreatedIds,
  type PendingTarget,
  type Target,
  completeTarget,
  edgeKey,
  holderOf,
  isPendingTarget,
  subjectOf,
} from "./target.ts";

/** Every verdict. The six counts of a batch add up to its rows at every instant. */
export const verdicts = ["done", "unchanged", "skipped", "failed", "held", "pending"] as const;
/** What became of a row. */
export type Verdict = (typeof verdicts)[number];
/** Rows by verdict. */
export type VerdictCounts = Record<Verdict, number>;

/** The counts of no rows. */
export const noVerdicts = (): VerdictCounts => ({
  done: 0,
  unchanged: 0,
  skipped: 0,
  failed: 0,
  held: 0,
  pending: 0,
});

/** A verdict that will not change, with what a person needs to know of it. */
export type FinalVerdict =
  | {
      readonly verdict: "done";
      readonly objectId?: string | undefined;
      readonly reason?: string | undefined;
      readonly fix?: undefined;
    }
  | {
      readonly verdict: "unchanged";
      readonly objectId: string;
      readonly reason: string;
      readonly fix?: undefined;
    }
  | {
      readonly verdict: "skipped" | "failed" | "held";
      readonly reason: string;
      readonly fix: string;
      /** The object that the row is about, if its id is known; of a failed create, the one in the way. */
      readonly objectId?: string | undefined;
      /**
       * Of a failed row that its own values and its object do not explain: what other rows that fail for
       * the same cause have too, such as `403 Authorization_RequestDenied`.
       */
      readonly cause?: string | undefined;
    };

/** Whether a stored record is a final verdict, with all that its reader needs. */
export function isFinalVerdict(record: Properties): boolean {
  const { verdict, objectId, reason, fix } = record;
  if (verdict === "done") return objectId === undefined || isText(objectId);
  if (verdict === "unchanged") return isText(objectId) && isText(reason);
  const isUndone = verdict === "skipped" || verdict === "failed" || verdict === "held";
  return isUndone && isText(reason) && isText(fix);
}

const isText = (value: unknown): boolean => typeof value === "string";

/** What shows that a verdict is right. */
export interface Proof {
  /** Graph's `request-id` of the `$batch` and the part's id, `<request-id>/<part>`. */
  readonly requestId?: string | undefined;
  /** HTTP status of the answer that decided it. */
  readonly status?: number | undefined;
  /** How often the row was sent; absent if it never was. */
  readonly attempts?: number | undefined;
  readonly finishedAt?: string | undefined;
  /**
   * The password that the row gave its user, sealed to the deployment's PASSWORD_KEY; of a failed row, those of
   * its sends that were not answered, with a blank between.
   */
  readonly sealedPassword?: string | undefined;
}

/** A final verdict with its proof: the receipt of a row. */
export type Receipt = FinalVerdict & Proof;

/** Properties of a Graph object by name. */
export type Properties = Readonly<Record<string, unknown>>;

/** One seat of a product that a write takes or frees. */
export interface SeatNeed {
  readonly by: 1 | -1;
  /** Seats that were free when the plan read them. */
  readonly free: number;
}

interface Write<T extends Target | PendingTarget> {
  readonly target: T;
  /** Properties to set. */
  readonly set?: Properties | undefined;
  /**
   * What no two writes in flight may share: `object:<id>`, `upn:<upn>`, `edge:<group>/<member>`, and
   * `edge:<type>:<holder>/<object>` of another edge, or `edge:<type>:<holder>` if its holder has only one. The
   * first names what is changed. Edges to one object may share that object's key: they do not change it.
   */
  readonly keys: readonly string[];
  /** The group whose edges it changes: only a bounded number of these are in flight at a time. */
  readonly group?: string | undefined;
  /** Earlier rows of the batch that must be final before this one is sent; the plan adds them. */
  readonly after?: readonly number[] | undefined;
  /**
   * Earlier rows that must end done or unchanged, else this one is skipped: parts of the same input row, or the
   * row that restores its object. They are absent once that is known.
   */
  readonly needs?: readonly number[] | undefined;
  /** The row's stage, if the batch has several. */
  readonly stage?: number | undefined;
  /** It is sent only once this row and all before it have their verdicts. */
  readonly behind?: number | undefined;
  /** The earlier row whose create gives the id of `role`; it stays when the id is known. */
  readonly idFromRow?: IdFromRow | undefined;
  /** The earlier row that creates the group of a membership, or what holds another edge; it stays, too. */
  readonly holderFromRow?: number | undefined;
  /**
   * The plan found the change in place, but unfinished work could still undo it. The row is looked at
   * when it is due: it is sent only if the change is not in place then, else it is unchanged for this
   * reason.
   */
  readonly foundInPlace?: { readonly reason: string; readonly objectId: string } | undefined;
  /** Whether the edge was there when the plan looked; only tells an own effect from an earlier one. */
  readonly was?: "present" | "absent" | undefined;
  /** What guards count of it; the plan adds it, unless they never count such a row. */
  readonly guarded?: GuardedCounts | undefined;
  /** It is sent only if its user has these values, or already those of `set`; else somebody changed it. */
  readonly onlyIf?: Properties | undefined;
  /** An earlier row restores its user, who may not have replicated when it is sent. */
  readonly afterRestore?: boolean | undefined;
  /** Whether the plan saw a user or group with the member's id; absent if it could not tell. */
  readonly memberSeen?: boolean | undefined;
  /** Seats of licenses that it takes or frees, by product; absent if it does neither, or nobody can tell. */
  readonly seats?: Readonly<Record<string, SeatNeed>> | undefined;
  /** Why the object that it changes is protected, as a clause: a person has to approve the batch. */
  readonly protected?: string | undefined;
}

/** Which row creates the object whose id a target lacks, and which place in the target it has. */
export interface IdFromRow {
  readonly row: number;
  readonly role: "user" | "member" | "object";
}

/** A change that can be sent: every id is known, so nothing is looked up by name again. */
export type ReadyWrite<T extends Target = Target> = Write<T>;

/** A change whose target lacks ids until earlier rows have created the objects; it names one such row at least. */
export type PendingWrite<T extends PendingTarget = PendingTarget> = Write<T> &
  ({ readonly idFromRow: IdFromRow } | { readonly holderFromRow: number });

/** A change as planned. */
export type PlannedWrite = ReadyWrite | PendingWrite;

/** Whether the write still lacks an id. */
export const isPending = (write: PlannedWrite): write is PendingWrite =>
  isPendingTarget(write.target);

/** The earlier rows that create what a write is about or what holds that; none of most. */
export const creatorsOf = ({ idFromRow, holderFromRow }: PlannedWrite): readonly number[] =>
  idFromRow === undefined && holderFromRow === undefined
    ? NONE
    : [idFromRow?.row, holderFromRow].filter((row) => row !== undefined);

const NONE: readonly number[] = [];

/** The ids of the objects that a write changes or names, such as a manager. */
export const idsIn = ({ target, set }: Pick<PlannedWrite, "target" | "set">): readonly string[] =>
  JSON.stringify([target, set]).match(/[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}/gi) ?? [];

/**
 * The write once its objects have been created. From then on it excludes other writes to them, or to that
 * edge, as if the ids had been known all along.
 *
 * @throws TypeError if an id is missing
 */
export function completeWrite(write: PendingWrite, created: CreatedIds): ReadyWrite {
  const target = completeTarget(write.target, created);
  const edge = edgeKey(target);
  const isHolderKnown = target.kind === "edge" && created.holder !== undefined;
  const known = [
    ...(edge === undefined ? [] : [edge]),
    `object:${subjectOf(target) ?? ""}`,
    ...(isHolderKnown ? [`object:${created.holder}`] : []),
  ];
  const holder = created.holder === undefined ? undefined : holderOf(target);
  return {
    ...write,
    target,
    keys: [...new Set([...write.keys, ...known])],
    ...(holder !== undefined && { group: holder }),
  };
}
