/** A quota: `amount` per `windowSeconds`. */
export interface Quota {
  readonly amount: number;
  readonly windowSeconds: number;
}

/** How an application's writes in a tenant are counted: as published, or in a sliding window. */
export type WriteMeter = "bucket" | "sliding-window";

/** Counts requests against a quota. */
export interface Meter {
  /** Whether `amount` is there. Takes nothing. */
  holds(amount: number): boolean;
  take(amount: number): void;
  /** Counts a refused request, if refused requests count. */
  accrue(amount: number): void;
  /** Whole seconds, of speed 1, until `amount` will be there. */
  waitSeconds(amount: number): number;
  /** How much of the quota is used: 0 to 1, and more if refused requests count. */
  readonly usage: number;
  readonly level: number;
  /** Sets the level, as a share of the quota: 0 is empty. */
  set(share: number): void;
  /** From now on others take `perSecond` (of speed 1) beside the clients that are metered. */
  drain(perSecond: number, speed: number): void;
}
