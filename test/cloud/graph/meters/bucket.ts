import type { Meter, Quota } from "./meter.ts";

/**
 * A token bucket of one quota: holds a window's amount and refills evenly. At speed N it refills N
 * times as fast; waits are in seconds of speed 1. Requests made while it is empty still count (MS
 * throttling.md: requests made while throttled accrue usage), down to a floor, so that a client that
 * polls waits longer.
 */
export class Bucket implements Meter {
  readonly #capacity: number;
  readonly #perMs: number;
  readonly #perSecondPlain: number;
  readonly #now: () => number;
  #level: number;
  #at: number;
  /** What other clients take from the bucket, per millisecond. */
  #drainPerMs = 0;

  /** `since`: when it had `startLevel`; a bucket fills before its first use too. */
  constructor(
    quota: Quota,
    speed: number,
    startLevel: number,
    now: () => number,
    since: number = now(),
  ) {
    this.#capacity = quota.amount;
    this.#perSecondPlain = quota.amount / quota.windowSeconds;
    this.#perMs = (this.#perSecondPlain * speed) / 1000;
    this.#level = quota.amount * startLevel;
    this.#now = now;
    this.#at = since;
  }

  #refill(): void {
    const now = this.#now();
    const elapsed = now - this.#at;
    this.#at = now;
    const level = this.#level + elapsed * (this.#perMs - this.#drainPerMs);
    this.#level = Math.min(this.#capacity, Math.max(level, Math.min(this.#level, 0)));
  }

  /** Whether `amount` is available; takes nothing. */
  holds(amount: number): boolean {
    this.#refill();
    // A rounding error must not refuse a caller that waited exactly long enough.
    return this.#level + 1e-9 >= amount;
  }

  take(amount: number): void {
    this.#level -= amount;
  }

  /** Counts a refused request; the debt is at most what two seconds refill. */
  accrue(amount: number): void {
    this.#level = Math.max(this.#level - amount, -2 * this.#perSecondPlain);
  }

  /** Whole seconds of speed 1 until `amount` is available. */
  waitSeconds(amount: number): number {
    return Math.max(1, Math.ceil((amount - this.#level) / this.#perSecondPlain));
  }

  /** How much of the quota is used: 0 to 1, above 1 if refused requests were counted. */
  get usage(): number {
    return 1 - this.#level / this.#capacity;
  }

  get level(): number {
    this.#refill();
    return this.#level;
  }

  /** Sets the level, as a share of the quota: 0 is empty. */
  set(share: number): void {
    this.#refill();
    this.#level = this.#capacity * share;
  }

  /** From now on other clients take `perSecond` (of speed 1) in addition to the metered callers. */
  drain(perSecond: number, speed: number): void {
    this.#refill();
    this.#drainPerMs = (perSecond * speed) / 1000;
  }
}
