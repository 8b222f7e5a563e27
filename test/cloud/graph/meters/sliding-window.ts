import type { Meter, Quota } from "./meter.ts";

interface Taken {
  readonly at: number;
  readonly amount: number;
}

/** How finely a level that is set, or a neighbor, is spread over the window. */
const STEPS = 150;

/**
 * A quota that counts what was taken within a sliding window; the published documents say "token bucket",
 * but nobody outside can see it. At speed N the window is N times as short. Refused requests do not count.
 */
export class SlidingWindow implements Meter {
  readonly #quota: Quota;
  readonly #speed: number;
  readonly #windowMs: number;
  readonly #now: () => number;
  #taken: Taken[] = [];
  #drainedAt: number;
  #drainPerMs = 0;

  /** `since`: when it had `startLevel`; time passes before its first use too. */
  constructor(
    quota: Quota,
    speed: number,
    startLevel: number,
    now: () => number,
    since: number = now(),
  ) {
    this.#quota = quota;
    this.#speed = speed;
    this.#windowMs = (quota.windowSeconds * 1000) / speed;
    this.#now = now;
    this.#drainedAt = since;
    this.#taken = this.#spread(startLevel, since);
  }

  /** What is used at `share` of the quota, taken evenly over the window before `until`. */
  #spread(share: number, until: number): Taken[] {
    const amount = (this.#quota.amount * (1 - share)) / STEPS;
    if (amount === 0) return [];
    const stepMs = this.#windowMs / STEPS;
    const from = until - this.#windowMs;
    return Array.from({ length: STEPS }, (_, index) => ({
      at: from + (index + 1) * stepMs,
      amount,
    }));
  }

  #used(): number {
    const now = this.#now();
    const step = this.#windowMs / STEPS;
    for (; this.#drainedAt + step <= now; this.#drainedAt += step) {
      const amount = this.#drainPerMs * step;
      if (amount > 0) this.#taken.push({ at: this.#drainedAt + step, amount });
    }
    const from = this.#taken.findIndex(({ at }) => at > now - this.#windowMs);
    this.#taken = from < 0 ? [] : this.#taken.slice(from);
    return this.#taken.reduce((sum, { amount }) => sum + amount, 0);
  }

  holds(amount: number): boolean {
    return this.#used() + amount <= this.#quota.amount + 1e-9;
  }

  take(amount: number): void {
    const now = this.#now();
    const last = this.#taken.at(-1);
    if (last?.at === now)
      this.#taken[this.#taken.length - 1] = { at: now, amount: last.amount + amount };
    else this.#taken.push({ at: now, amount });
  }

  accrue(): void {
    // A refused request is not counted in the window.
  }

  waitSeconds(amount: number): number {
    const now = this.#now();
    let over = this.#used() + amount - this.#quota.amount;
    for (const taken of this.#taken) {
      over -= taken.amount;
      const waitMs = taken.at + this.#windowMs - now;
      if (over <= 1e-9) return Math.max(1, Math.ceil((waitMs * this.#speed) / 1000));
    }
    return this.#quota.windowSeconds;
  }

  get usage(): number {
    return this.#used() / this.#quota.amount;
  }

  get level(): number {
    return this.#quota.amount - this.#used();
  }

  /** Sets the level as a share of the quota; what is used was taken evenly over the last window. */
  set(share: number): void {
    const now = this.#now();
    this.#taken = this.#spread(share, now);
    this.#drainedAt = now;
  }

  drain(perSecond: number, speed: number): void {
    this.#used();
    this.#drainPerMs = (perSecond * speed) / 1000;
  }
}
