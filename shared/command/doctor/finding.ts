import type { Clock } from "../../core/clock.ts";
import type { Account } from "../account/account.ts";

/** One line of the doctor. */
export interface Finding {
  readonly check: string;
  /** `note`: worth knowing, and no problem. */
  readonly state: "ok" | "problem" | "note";
  readonly what: string;
  /** What to do about it. */
  readonly fix?: string | undefined;
}

/** What a check works with. */
export interface Patient {
  readonly account: Account;
  readonly clock: Clock;
  readonly self: string;
  /** SHA-256, hex, of this checkout's own build; `undefined` if there is none. */
  readonly ownBundle: string | undefined;
}

/** Looks at one thing. What it throws is a problem as well. */
export type Check = (patient: Patient) => Promise<readonly Finding[]>;

export const ok = (check: string, what: string): Finding => ({ check, state: "ok", what });
export const note = (check: string, what: string, fix?: string): Finding => ({
  check,
  state: "note",
  what,
  fix,
});
export const problem = (check: string, what: string, fix: string): Finding => ({
  check,
  state: "problem",
  what,
  fix,
});
