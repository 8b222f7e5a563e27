import type { Control } from "../../records/decisions/control.ts";
import type { BatchState } from "../../records/status.ts";
import type { Who } from "../../records/who.ts";
import type { WhyIgnored } from "../ports.ts";

/** What is decided about, as it is now. */
export interface Situation {
  readonly control: Control;
  /** What status.json says; `open` of a whole tenant. */
  readonly state: BatchState | "open";
  /** What an approval has to name now, if there is a plan. */
  readonly digest?: string | undefined;
  /** Who asked for the batch, if that is known. */
  readonly submitter?: Who | undefined;
}

/** What becomes of a decision. */
export type Judgment =
  | { readonly outcome: "applied" | "waiting" }
  | { readonly outcome: "ignored"; readonly reason: WhyIgnored; readonly said: string };

/** The judgment that a decision has no effect. */
export const ignored = (reason: WhyIgnored, said: string): Judgment => ({
  outcome: "ignored",
  reason,
  said,
});
