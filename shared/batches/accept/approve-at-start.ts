import { readHeld } from "../../records/approval/held.ts";
import { readControl } from "../../records/decisions/control.ts";
import type { Admission } from "../../records/ledger/admission.ts";
import { isHeldBy } from "../plan/preflight.ts";
import { waitForApproval } from "./conclude.ts";
import type { AdmitPorts, Opening } from "./opening.ts";

/**
 * Lets a batch that was only planned, or held when it was planned, wait again if nobody approved it: who
 * paused and resumed it has not looked at its plan.
 */
export async function approveAtStart(ports: AdmitPorts, opening: Opening): Promise<Admission> {
  const { folder, plan, isBegun } = opening;
  if (isBegun || !(plan.mode === "plan" || isHeldBy(plan))) return { kind: "run" };
  if (await isApproved(ports, opening)) return { kind: "run" };
  await waitForApproval(ports, folder, opening);
  return { kind: "held" };
}

/** Whether somebody approved exactly this plan, or the plan with rows that a later look held. */
export async function isApproved(
  { blobs }: Pick<AdmitPorts, "blobs">,
  { folder, plan }: Opening,
): Promise<boolean> {
  if (plan.digest === undefined) return false;
  const { approved } = await readControl(blobs.batches, folder);
  if (approved.some(({ digest }) => digest === plan.digest)) return true;
  const held = await readHeld(blobs.batches, folder);
  return held !== undefined && approved.some(({ digest }) => digest === held.digest);
}
