import type { RecordedDecision } from "../../shared/records/decisions/control.ts";
import type { SignedDecision } from "../../shared/records/decisions/decision.ts";

/** The tenant of every decision here. */
export const TENANT = "0b0e5c0e-1111-4222-a333-444455556666";

/** An approval, or what `parts` makes of it. */
export const decision = (parts: Partial<SignedDecision> = {}): SignedDecision => ({
  version: 1,
  decisionId: "decision-1",
  decision: "approve",
  tenant: TENANT,
  batch: "leavers",
  ...((parts.decision ?? "approve") === "approve" && { plan: `sha256:${"0a".repeat(32)}` }),
  expects: "held",
  expires: "2026-11-21T15:00:00Z",
  ...parts,
});

/** A recorded pause, or what `parts` makes of it. */
export const recorded = (parts: Partial<RecordedDecision> = {}): RecordedDecision => ({
  decisionId: "decision-1",
  decision: "pause",
  at: "2026-11-21T14:30:00.000Z",
  by: { kind: "queue" },
  outcome: "applied",
  expires: "2026-11-21T15:00:00Z",
  ...parts,
});
