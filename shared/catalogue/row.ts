/** What became of a row. CONTRACT: rows = the sum of all six, at every instant. */
export const verdicts = ["done", "unchanged", "skipped", "failed", "held", "pending"] as const;
export type Verdict = (typeof verdicts)[number];
export type VerdictCounts = Record<Verdict, number>;

export const noVerdicts = (): VerdictCounts => ({
  done: 0,
  unchanged: 0,
  skipped: 0,
  failed: 0,
  held: 0,
  pending: 0,
});

/** A final verdict and its proof: the receipt of a row. */
export interface Settled {
  readonly verdict: Exclude<Verdict, "pending">;
  readonly reason?: string | undefined;
  readonly fix?: string | undefined;
  readonly objectId?: string | undefined;
  /** Graph's `request-id` of the `$batch` and the part's id, `<request-id>/<part>`. */
  readonly requestId?: string | undefined;
  /** HTTP status of the answer that decided it. */
  readonly status?: number | undefined;
  /** How often it was sent; absent where it never was. */
  readonly attempts?: number | undefined;
  readonly finishedAt?: string | undefined;
}

/** Properties of a Graph object by name. */
export type Properties = Readonly<Record<string, unknown>>;

/** A change as the runner sends it: everything resolved, so that nothing is looked up by name again. */
export interface PlannedWrite {
  /** Object ids by role: `user`, or `group` and `member`. One is absent where `idFromRow` gives it. */
  readonly target: Readonly<Record<string, string>>;
  /** Properties to set. */
  readonly set?: Properties | undefined;
  /** What no two writes in flight may share: `object:<id>`, `upn:<upn>`, `edge:<group>/<member>`. */
  readonly keys: readonly string[];
  /** The group whose edges it changes: only a bounded number of these are in flight at a time. */
  readonly group?: string | undefined;
  /** Earlier rows of the batch that must be final before this one is sent. */
  readonly after?: readonly number[] | undefined;
  /** The earlier row whose `user.create` gives the id of `role` (`user` or `member`). */
  readonly idFromRow?: { readonly row: number; readonly role: string } | undefined;
  /** Whether the edge was there when the plan looked; only tells an own effect from an earlier one. */
  readonly was?: "present" | "absent" | undefined;
}
