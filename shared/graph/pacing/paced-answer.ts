/**
 * What became of a request for the quota: taken; refused because this quota is exhausted; refused for
 * another reason, such as the load of the service; or not known.
 */
export type PartFate = "taken" | "refused" | "shed" | "unknown";

/** A refusal as the pace needs to know it. */
export interface Refusal {
  /** How much of what was granted was refused. */
  readonly amount: number;
  readonly retryAfterMs?: number | undefined;
  /**
   * When the refused was granted: what left before the last easing does not ease again. Without it,
   * a refusal while held does not.
   */
  readonly grantedAt?: number | undefined;
}

/** The answer to a post, as the pace needs to know it. */
export interface PacedAnswer {
  readonly grantedAt: number;
  /** In the order of the requests. */
  readonly parts: readonly PartFate[];
  /** The longest wait that a refused part asked for. */
  readonly retryAfterMs?: number | undefined;
  /** How much of the quota is used, 1 being all, if Graph said so. */
  readonly used?: number | undefined;
}
