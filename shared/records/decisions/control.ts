import * as v from "valibot";

import { OperatorError } from "../../core/errors.ts";
import type { Blobs } from "../../storage/types.ts";
import { controlBlob, tenantControlBlob } from "../paths.ts";
import { jsonText, readStored, type Stored } from "../stored-json.ts";
import { type Who, whoShape } from "../who.ts";
import { type DecisionKind, decisionKinds } from "./decision.ts";

const standings = ["open", "paused", "cancelled", "rejected"] as const;
/** What people made of a batch. Nothing follows `cancelled` and `rejected`. */
export type Standing = (typeof standings)[number];

/**
 * `control.json`: what people decided about a batch, or about a whole tenant. It is changed only over the
 * version that was read. `standing` and `approved` follow from the decisions that were applied.
 */
export interface Control {
  readonly version: 1;
  readonly standing: Standing;
  /** The plans that may run, by digest. A batch that is cancelled or rejected runs none of them. */
  readonly approved: readonly Approval[];
  /** The latest of them, in the order in which they were recorded. */
  readonly decisions: readonly RecordedDecision[];
}

/** A plan that was approved: when, and by whom; by two if two were needed. */
export interface Approval {
  readonly digest: string;
  readonly at: string;
  readonly by: readonly Who[];
}

/** One decision, and what became of it. */
export interface RecordedDecision {
  readonly decisionId: string;
  readonly decision: DecisionKind;
  readonly at: string;
  readonly by: Who;
  /**
   * `applied`: it counts. `waiting`: it counts once somebody else decides the same. `ignored`: it has no
   * effect, and `why` says why.
   */
  readonly outcome: "applied" | "waiting" | "ignored";
  readonly why?: string | undefined;
  /** After this instant the message would be refused for being late. */
  readonly expires?: string | undefined;
  /** base64url of the SHA-256 of what was decided: what was signed, if it was signed. */
  readonly digest?: string | undefined;
  /** The digest of the plan that was approved. */
  readonly plan?: string | undefined;
  /** In the words of the person who decided. */
  readonly reason?: string | undefined;
  /** The batch that a rerun or an undo made. */
  readonly as?: string | undefined;
  /** What follows from it was done. Until then a repeated message does it. */
  readonly carriedOutAt?: string | undefined;
}

/** What holds if nobody decided anything. */
export const undecided: Control = { version: 1, standing: "open", approved: [], decisions: [] };

/** Decisions that a control keeps at most. */
export const MOST_DECISIONS = 200;

/** Whether nothing of the batch may be sent any more. */
export const isStopped = ({ standing }: Pick<Control, "standing">): boolean =>
  standing === "cancelled" || standing === "rejected";

/** The decision that gave the control its standing: who it was, and why; `undefined` if it is open. */
export function standingDecision({ standing, decisions }: Control): RecordedDecision | undefined {
  const kind = { open: undefined, paused: "pause", cancelled: "cancel", rejected: "reject" }[
    standing
  ];
  return decisions.findLast((each) => each.outcome === "applied" && each.decision === kind);
}

/**
 * The control with one decision more. If that exceeds `MOST_DECISIONS`, the oldest that no longer counts
 * is left out: one that was not the last to change the standing, and whose message has expired.
 */
export function withDecision(control: Control, made: RecordedDecision, now: string): Control {
  const standing =
    made.outcome === "applied" ? standingAfter(control.standing, made) : control.standing;
  const approved =
    made.outcome === "applied" && made.decision === "approve" && !isStopped(control)
      ? withApproval(control, made)
      : control.approved;
  const next = { ...control, standing, approved, decisions: [...control.decisions, made] };
  if (next.decisions.length <= MOST_DECISIONS) return next;
  const kept = standingDecision(next);
  const oldest = next.decisions.findIndex(
    (each) => each !== kept && (each.expires === undefined || each.expires < now),
  );
  return { ...next, decisions: next.decisions.filter((_, at) => at !== oldest) };
}

/** Whether another decision may be recorded: of those that are kept one has expired, or there is room. */
export const hasRoom = ({ decisions }: Control, now: string): boolean =>
  decisions.length < MOST_DECISIONS ||
  decisions.filter((each) => each.expires === undefined || each.expires < now).length > 1;

/**
 * The control after a decision proved impossible before anything followed from it: the batch ended first,
 * or its file was run by another batch in between. What it said no longer counts.
 */
export function withoutDecision(control: Control, decisionId: string, why: string): Control {
  const made = control.decisions.find((each) => each.decisionId === decisionId);
  if (made === undefined || made.outcome !== "applied") return control;
  const gaveStanding = standingDecision(control) === made;
  return {
    ...control,
    standing: gaveStanding ? "open" : control.standing,
    approved: control.approved.filter(({ digest, at }) => digest !== made.plan || at !== made.at),
    decisions: control.decisions.map((each) =>
      each === made ? { ...each, outcome: "ignored", why } : each,
    ),
  };
}

/**
 * The control in which no decision counts any more, because they were about another batch. They stay recorded: one
 * that comes again is not applied either.
 */
export const withoutDecisions = (control: Control, why: string): Control =>
  control.decisions.length === 0
    ? control
    : {
        ...undecided,
        decisions: control.decisions.map((each) =>
          each.outcome === "ignored" ? each : { ...each, outcome: "ignored", why },
        ),
      };

function standingAfter(standing: Standing, { decision }: RecordedDecision): Standing {
  if (isStopped({ standing })) return standing;
  switch (decision) {
    case "cancel":
      return "cancelled";
    case "reject":
      return "rejected";
    case "pause":
      return "paused";
    case "resume":
      return "open";
    case "approve":
    case "rerun":
    case "undo":
      return standing;
  }
}

function withApproval(control: Control, { plan = "", at, by }: RecordedDecision): Approval[] {
  const first = control.decisions.filter(
    (each) => each.outcome === "waiting" && each.decision === "approve" && each.plan === plan,
  );
  const others = control.approved.filter(({ digest }) => digest !== plan);
  return [...others, { digest: plan, at, by: [...first.map((each) => each.by), by] }];
}

const approvalShape = v.object({ digest: v.string(), at: v.string(), by: v.array(whoShape) });
const decisionShape = v.object({
  decisionId: v.string(),
  decision: v.picklist(decisionKinds),
  at: v.string(),
  by: whoShape,
  outcome: v.picklist(["applied", "waiting", "ignored"]),
});

const shape = v.object({
  standing: v.picklist(standings),
  approved: v.array(approvalShape),
  decisions: v.array(decisionShape),
});

const read = async (blobs: Blobs, path: string): Promise<Stored<Control> | undefined> =>
  readStored(blobs, path, shape);

/** What people decided about a batch; `undecided` if nobody did. @throws as `readStored` */
export const readControl = async (batches: Blobs, folder: string): Promise<Control> =>
  (await read(batches, controlBlob(folder)))?.value ?? undecided;

/** What people decided about a whole tenant; container `runner` holds it. @throws as `readStored` */
export const readTenantControl = async (runner: Blobs, tenant: string): Promise<Control> =>
  (await read(runner, tenantControlBlob(tenant)))?.value ?? undecided;

/** What a control becomes; the same object if nothing changes. */
type Change = (control: Control) => Control;

/** Changes a batch's control over the version that was read, and answers what it is then. */
export const changeControl = (batches: Blobs, folder: string, change: Change): Promise<Control> =>
  changeAt(batches, controlBlob(folder), change);

/** The same of a whole tenant. */
export const changeTenantControl = (
  runner: Blobs,
  tenant: string,
  change: Change,
): Promise<Control> => changeAt(runner, tenantControlBlob(tenant), change);

/** So many writers at the same moment are not to be expected: a message is delivered again later. */
const MOST_TRIES = 20;

async function changeAt(blobs: Blobs, path: string, change: Change): Promise<Control> {
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const found = await read(blobs, path);
    const before = found?.value ?? undecided;
    const after = change(before);
    if (after === before) return before;
    const condition = found ? { ifMatch: found.etag } : ({ ifAbsent: true } as const);
    if (await blobs.write(path, jsonText(after), condition)) return after;
  }
  throw new OperatorError("STORAGE_UNAVAILABLE", `${path} is being changed all the time.`, {
    fix: "No action needed: the decision is tried again.",
    disposition: "retry",
  });
}
