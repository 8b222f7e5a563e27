import { OperatorError } from "../../core/errors.ts";
import { chargeOf, isNothing, withOpen } from "../../guards/charges.ts";
import type { Admission } from "../../records/ledger/admission.ts";
import type { GuardFinding } from "../../records/plan.ts";
import { changeLedger } from "../ledger/change-ledger.ts";
import { chargeIn } from "../ledger/planned-charge.ts";
import { withoutOrphans } from "../ledger/settle-charge.ts";
import { survey } from "../ledger/survey.ts";
import { holdOf } from "../plan/preflight.ts";
import { isApproved } from "./approve-at-start.ts";
import { hold } from "./hold.ts";
import type { AdmitPorts, Opening } from "./opening.ts";

/** The directory could not be counted for now: the batch is asked again after so long, milliseconds. */
const COUNT_AGAIN_MS = 60_000;

/**
 * Charges the tenant's ledger with the most that the batch can change, or holds the batch: the caps, the
 * ledger and the directory count as they are now, because all of them may have changed since the plan. A
 * batch that was charged runs; so does, charged, one of which something was sent, or whose plan somebody
 * approved.
 */
export async function chargeAtStart(ports: AdmitPorts, opening: Opening): Promise<Admission> {
  const { manifest, plan, status } = opening;
  const charge = chargeIn(plan);
  if (isNothing(charge.counts)) return { kind: "run" };
  const isReleased = opening.isBegun || (await isApproved(ports, opening));
  const { tenant, batch, acceptedAt } = manifest;
  const guards = await changeLedger(ports, tenant, async (before) => {
    if (chargeOf(before, manifest)?.open) return { answer: undefined };
    const ledger = await withoutOrphans(ports, tenant, before, manifest);
    if (isReleased) return { ledger: withOpen(ledger, manifest, charge), answer: undefined };
    const found = await survey(ports, { tenant, batch, acceptedAt, charge }, ledger);
    return found.guards.some(({ held }) => held)
      ? { ledger: found.ledger, answer: found.guards }
      : { ledger: withOpen(found.ledger, manifest, charge), answer: undefined };
  }).catch(notNow);
  if (guards === "not now") {
    return { kind: "wait", untilMs: ports.clock.now() + COUNT_AGAIN_MS };
  }
  if (guards === undefined) return { kind: "run" };
  if (status?.state !== "held") await holdNow(ports, opening, guards);
  return { kind: "held" };
}

async function holdNow(
  ports: AdmitPorts,
  { folder, manifest, plan }: Opening,
  found: readonly GuardFinding[],
): Promise<void> {
  const now = { ...plan, guards: withNew(plan.guards, found) };
  const why = holdOf(now, ports.consentUrl(manifest.tenant));
  if (why === undefined) throw new TypeError("no guard holds the batch");
  await hold(ports, folder, { manifest, plan: now }, why);
}

/** The plan's findings, those that were found again as they are now. */
const withNew = (
  planned: readonly GuardFinding[],
  found: readonly GuardFinding[],
): readonly GuardFinding[] => [
  ...found,
  ...planned.filter(({ guard }) => found.every((each) => each.guard !== guard)),
];

/** A read that was not answered is tried again later; anything else is an error. */
function notNow(error: unknown): "not now" {
  if (error instanceof OperatorError && error.code === "READ_INCOMPLETE") return "not now";
  throw error;
}
