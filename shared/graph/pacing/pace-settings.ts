import type { Easing } from "./easing.ts";
import type { Sent } from "./recent.ts";

/** How Graph counts: in a bucket that fills evenly, as published, or by what was sent in a sliding window. */
export type LimitKind = "bucket" | "window";

/** What a pace is made of. Times are milliseconds. */
export interface PaceSettings {
  /** What Graph allows in one window. */
  readonly quota: number;
  readonly windowMs: number;
  /** The part of the quota that is aimed at. */
  readonly aim: number;
  /** The most that one grant takes: as much must have flowed in before the first. */
  readonly burst: number;
  /** The shortest hold after a refusal. */
  readonly retryFloorMs: number;
  readonly startAt: number;
  /**
   * So many requests leave post by post if the bucket may be empty and nothing is known of a neighbor; none by
   * default.
   */
  readonly oneByOne?: number | undefined;
  /** The part of the quota that is left to others who use it at the same time (shared-use.ts). */
  readonly reserve?: number | undefined;
  /** What an earlier pace of the same quota learned. */
  readonly easing?: Easing | undefined;
  readonly kind?: LimitKind | undefined;
  /** Until when Graph asked that one to wait. */
  readonly heldUntil?: number | undefined;
  /** All that was sent within the window before `startAt`; `undefined` if that is not known. */
  readonly recent?: readonly Sent[] | undefined;
}
