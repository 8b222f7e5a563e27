import {
  type Control,
  hasRoom,
  isStopped,
  type RecordedDecision,
  type Standing,
} from "../../records/decisions/control.ts";
import {
  type Decision,
  type DecisionKind,
  decisionNonce,
  type Expectation,
} from "../../records/decisions/decision.ts";
import { type BatchState, hasEnded } from "../../records/status.ts";
import type { Who } from "../../records/who.ts";
import { approvers } from "./approvers.ts";
import { ignored, type Judgment, type Situation } from "./judgment.ts";

/** A decision may be so much further in the future than an hour, because clocks differ. */
const SKEW_MS = 5 * 60_000;
const LONGEST_MS = 60 * 60_000 + SKEW_MS;

/** What may be decided in which state. */
const allowed: Readonly<Record<DecisionKind, readonly (BatchState | "open")[]>> = {
  approve: ["planned", "held"],
  reject: ["planned", "held"],
  cancel: ["accepted", "planned", "held", "running", "paused"],
  pause: ["accepted", "running", "open"],
  resume: ["paused"],
  rerun: ["finished", "cancelled", "held"],
  undo: ["finished", "cancelled", "held"],
};

/** Whether a decision came in time: it may not be older than it says, nor hold for longer than an hour. */
export function judgeExpiry({ expires }: Decision, nowMs: number): Judgment | undefined {
  const leftMs = Date.parse(expires) - nowMs;
  if (leftMs <= 0) return ignored("late", `It came too late: it was to be applied by ${expires}.`);
  return leftMs > LONGEST_MS
    ? ignored("too-far", "Its expiry is more than an hour away. Decide again with an earlier one.")
    : undefined;
}

/** Decides what becomes of a decision that came in time and is not a repeated one. Pure. */
export function judge(
  decision: Decision,
  who: Who,
  situation: Situation,
  rules: { readonly fourEyes: boolean; readonly now: string },
): Judgment {
  const { control, digest } = situation;
  if (!hasRoom(control, rules.now)) {
    return ignored("too-many", "Too many decisions came within an hour. Decide again later.");
  }
  const state = stateOf(situation);
  if (!meets(state, decision.expects)) {
    return ignored("other-state", `It expects the state ${decision.expects}, and it is ${state}.`);
  }
  if (!allowed[decision.decision].includes(state)) {
    const states = allowed[decision.decision].join(", ");
    return ignored(
      "other-state",
      `${decision.decision} is possible in state ${states}; it is ${state}.`,
    );
  }
  if (decision.decision !== "approve") return { outcome: "applied" };
  if (decision.plan !== digest) {
    return ignored(
      "other-plan",
      digest === undefined
        ? "The plan has no digest: an earlier release made it. Send the rows again."
        : "The plan is another one than was approved. Look at the batch again, then approve the digest that it has now.",
    );
  }
  return rules.fourEyes ? approvers(decision, who, situation) : { outcome: "applied" };
}

/** The state of a batch, with what was decided and is not carried out yet. */
function stateOf({ control, state }: Situation): BatchState | "open" {
  if (isStopped(control) && state !== "refused" && state !== "finished") return "cancelled";
  const isPausable = state === "accepted" || state === "running" || state === "open";
  return control.standing === "paused" && isPausable ? "paused" : resumed(state, control.standing);
}

/** A batch that was resumed is no longer paused, also before its runner has said so. */
const resumed = (state: BatchState | "open", standing: Standing): BatchState | "open" =>
  state === "paused" && standing === "open" ? "running" : state;

function meets(state: BatchState | "open", expects: Expectation): boolean {
  if (expects === "unfinished") return allowed.cancel.includes(state);
  if (expects === "ended") return hasEnded(state);
  return state === expects;
}

/** The decision with the same id that was recorded before, if there is one. */
export const earlier = (
  { decisions }: Control,
  { decisionId }: Decision,
): RecordedDecision | undefined => decisions.find((each) => each.decisionId === decisionId);

/** A decision as control.json keeps it. */
export function recordOf(
  decision: Decision,
  who: Who,
  judgment: Judgment,
  at: string,
): RecordedDecision {
  const { decisionId, decision: kind, plan, reason, as, expires } = decision;
  return {
    decisionId,
    decision: kind,
    at,
    by: who,
    outcome: judgment.outcome,
    ...(judgment.outcome === "ignored" && { why: judgment.said }),
    expires,
    digest: decisionNonce(decision),
    plan,
    reason,
    as,
  };
}
