import type { RecordedDecision } from "../../records/decisions/control.ts";
import type { ChosenRows, DecisionKind, Expectation } from "../../records/decisions/decision.ts";
import type { BatchState } from "../../records/status.ts";
import { describeBatch } from "../batch/describe.ts";
import { type Detail, readDetail } from "../batch/detail.ts";
import { ending } from "../batch/ending.ts";
import { folderFor } from "../batch/folders.ts";
import { follow } from "../batch/follow.ts";
import { homeTenant } from "../decisions/home-tenant.ts";
import { decisionInWords, sendDecision, type Wish } from "../decisions/send-decision.ts";
import type { Desk } from "../desk/desk.ts";
import { CommandError, usageError } from "../terminal/command-error.ts";

/** What a decision is asked; each verb takes some of these. */
export interface DecideOptions {
  readonly plan?: string;
  readonly reason?: string;
  readonly rows?: ChosenRows;
  readonly as?: string;
  readonly onlyPlan?: boolean;
  readonly wholeTenant?: boolean;
  readonly wait?: boolean;
}

/** The states in which each decision has an effect, and what the message expects. */
const RULES: Readonly<
  Record<DecisionKind, { readonly states: readonly BatchState[]; readonly expects?: Expectation }>
> = {
  approve: { states: ["planned", "held"] },
  reject: { states: ["planned", "held"] },
  cancel: {
    states: ["accepted", "planned", "held", "running", "paused"],
    expects: "unfinished",
  },
  pause: { states: ["accepted", "running"], expects: "unfinished" },
  resume: { states: ["paused"] },
  rerun: { states: ["finished", "cancelled", "held"] },
  undo: { states: ["finished", "cancelled", "held"] },
};

/** Decisions that change the directory, or that cannot be taken back: they are asked about first. */
const ASKED: readonly DecisionKind[] = ["approve", "reject", "cancel", "undo", "rerun"];

/** Sends one decision about a batch, or about a whole tenant, and says what became of it. */
export async function decide(
  desk: Desk,
  kind: DecisionKind,
  batch: string | undefined,
  options: DecideOptions,
): Promise<void> {
  if (batch === undefined) return decideTenant(desk, kind, options);
  if (options.wholeTenant === true) {
    throw usageError("Both a batch and --whole-tenant are given.", "Give one of them.");
  }
  const account = await desk.account();
  const detail = await readDetail(account, folderFor(account, batch));
  const wish = wishOf(desk, kind, detail, options);
  if (kind === "approve") desk.print.note(describeBatch(detail, desk.self));
  if (ASKED.includes(kind)) await desk.ask.confirm(questionOf(kind, detail));
  const made = await sendDecision(desk, account, wish, detail.folder);
  if (options.wait !== true) return tell(desk, made, batch);
  // The result is how the batch ends.
  desk.print.note(decisionInWords(made, batch));
  if (made.outcome === "waiting") {
    throw new CommandError("Nothing runs yet.", "Somebody else has to decide the same.");
  }
  const next = made.as ?? batch;
  ending(desk, await follow({ ...desk, account }, folderFor(account, next)));
}

/** The decision to be sent. @throws CommandError if it can have no effect */
function wishOf(
  { self, options: common }: Desk,
  kind: DecisionKind,
  { batch, manifest, status, digest }: Detail,
  options: DecideOptions,
): Wish {
  const state = status?.state ?? "accepted";
  const rule = RULES[kind];
  if (manifest === undefined || !rule.states.includes(state)) {
    throw new CommandError(
      `${batch} is ${state}; ${kind} has an effect on a batch that is ${rule.states.join(" or ")}.`,
      `See it: ${self} show ${batch}`,
    );
  }
  const { tenant } = manifest;
  const { reason, rows, as, onlyPlan = false } = options;
  const wish: Wish = {
    decision: kind,
    tenant,
    batch,
    expects: rule.expects ?? state,
    reason,
    rows,
    as,
    mode: onlyPlan ? "plan" : undefined,
  };
  if (kind !== "approve") return wish;
  if (common.yes === true && options.plan === undefined) {
    throw usageError(
      "Nobody has looked at the plan.",
      `With --yes, name the plan that was looked at: ${self} approve ${batch} --plan ${digest ?? "DIGEST"}`,
    );
  }
  if (options.plan !== undefined && options.plan !== digest) {
    throw new CommandError(
      `${options.plan} is not the plan of ${batch}.`,
      `Look at the present one and approve that: ${self} show ${batch}`,
    );
  }
  if (digest === undefined) {
    throw new CommandError(
      `The plan of ${batch} has no digest.`,
      "An earlier release made it: send the rows again under a new name.",
    );
  }
  return { ...wish, plan: digest };
}

function questionOf(kind: DecisionKind, { batch, plan, status }: Detail): string {
  const held = status?.verdicts.held ?? 0;
  switch (kind) {
    case "approve":
      return `Run ${batch} as planned (${plan?.writes ?? held} changes)?`;
    case "reject":
      return `Reject ${batch}? Nothing of it will be written, for ever.`;
    case "cancel":
      return `Cancel ${batch}? What was written stays; the rest is skipped, for ever.`;
    case "undo":
      return `Undo the ${status?.verdicts.done ?? 0} changes of ${batch}, as a batch with its own plan and guards?`;
    case "rerun":
      return `Send rows of ${batch} again, as a batch with its own plan and guards?`;
    case "pause":
    case "resume":
      return `${kind} ${batch}?`;
  }
}

async function decideTenant(desk: Desk, kind: DecisionKind, options: DecideOptions): Promise<void> {
  if (options.wholeTenant !== true) {
    throw usageError(
      "No batch is named.",
      `Name one (${desk.self} list), or add --whole-tenant to ${kind} everything.`,
    );
  }
  const account = await desk.account();
  const tenant = account.named ?? (await homeTenant(account));
  if (kind === "pause") await desk.ask.confirm(`Pause all batches of tenant ${tenant}?`);
  const expects = kind === "pause" ? "open" : "paused";
  const { reason } = options;
  const made = await sendDecision(desk, account, { decision: kind, tenant, expects, reason });
  tell(desk, made, `tenant ${tenant}`);
}

const tell = ({ print }: Desk, made: RecordedDecision, about: string): void => {
  const { decision, outcome, as } = made;
  print.one(made, { decision, about, outcome, as }, () => decisionInWords(made, about));
};
