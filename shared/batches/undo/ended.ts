import { InputRefusal } from "../../core/input-refusal.ts";
import { type Plan, readPlan } from "../../records/plan.ts";
import { type BatchState, readStatus } from "../../records/status.ts";
import type { BatchPorts } from "../ports.ts";
import type { MakeJob } from "./job.ts";

/**
 * The plan of a batch that is in one of these states: nothing of it is being written.
 *
 * @throws InputRefusal MESSAGE_INVALID if it is not
 */
export async function endedPlan(
  { blobs }: Pick<BatchPorts, "blobs">,
  { folder, manifest, decision }: MakeJob,
  states: readonly BatchState[],
): Promise<Plan> {
  const [status, plan] = await Promise.all([
    readStatus(blobs.batches, folder),
    readPlan(blobs.batches, folder),
  ]);
  const state = status?.state ?? "accepted";
  if (plan !== undefined && states.includes(state)) return plan;
  throw new InputRefusal(
    "MESSAGE_INVALID",
    `The batch ${manifest.batch} is ${state}, and only a batch that is ${states.join(" or ")} can have a ${decision.decision}.`,
    state === "planned"
      ? "Nothing of it was written: approve its plan, or send its rows in mode apply."
      : "Wait until the batch has ended, or cancel it first.",
  );
}

/** @throws InputRefusal MESSAGE_INVALID if the decision names a row that the batch does not have */
export function refuseUnknownRows({ manifest, decision }: MakeJob, plan: Plan): void {
  const { rows } = decision;
  const unknown = Array.isArray(rows) ? rows.find((row) => row > plan.rows) : undefined;
  if (unknown === undefined) return;
  throw new InputRefusal(
    "MESSAGE_INVALID",
    `The batch ${manifest.batch} has ${plan.rows} rows, and no row ${String(unknown)}.`,
    "Rows count from 1, the header not included, as in the batch's reports.",
  );
}
