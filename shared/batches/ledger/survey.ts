import { allGuardedKinds, guardedKinds } from "../../catalogue/guarded.ts";
import { type ChargedId, pruned, withUsers } from "../../guards/charges.ts";
import type { Surroundings } from "../../guards/find-caps.ts";
import { groupsToCount } from "../../guards/find-group-loss.ts";
import { findGuards } from "../../guards/guards.ts";
import { emptyLedger, type Ledger, readLedger } from "../../records/ledger/ledger.ts";
import type { GuardFinding, PlannedCharge } from "../../records/plan.ts";
import type { BatchPorts } from "../ports.ts";
import { countMembers, countUsers } from "./object-counts.ts";

/** What a survey works with. */
export type SurveyPorts = Pick<BatchPorts, "blobs" | "clock" | "graphFor" | "settings">;

/** A batch as the guards see it. */
export interface Surveyed extends ChargedId {
  readonly tenant: string;
  readonly charge: PlannedCharge;
}

/** The tenant's ledger as it was read; without an ETag it does not exist yet. */
export interface ReadLedger {
  readonly ledger: Ledger;
  readonly etag: string | undefined;
}

/** Reads the tenant's ledger, without what is older than 24 hours. @throws as `readLedger` */
export async function currentLedger(
  { blobs, clock }: Pick<SurveyPorts, "blobs" | "clock">,
  tenant: string,
): Promise<ReadLedger> {
  const stored = await readLedger(blobs.runner, tenant);
  return { ledger: pruned(stored?.value ?? emptyLedger, clock.now()), etag: stored?.etag };
}

/** What the guards find of a batch over a ledger, and the ledger with what was counted for that. */
export interface Survey {
  readonly guards: readonly GuardFinding[];
  readonly ledger: Ledger;
}

/**
 * Compares a batch with the caps as the settings, the ledger and the directory are now.
 *
 * @throws OperatorError READ_INCOMPLETE, disposition `retry`, and the token module's
 */
export async function survey(
  ports: SurveyPorts,
  { tenant, charge, ...batch }: Surveyed,
  before: Ledger,
): Promise<Survey> {
  const caps = ports.settings.capsFor(tenant);
  const graph = ports.graphFor(tenant);
  const users = countsUsers(charge) ? await countUsers(graph) : undefined;
  const ledger = typeof users === "number" ? withUsers(before, users, ports.clock.now()) : before;
  const around: Surroundings = {
    batch,
    ledger,
    ...(typeof users === "string" && { uncounted: users }),
  };
  const sizes = await countMembers(graph, groupsToCount(charge, caps, around));
  return { guards: findGuards(charge, caps, around, sizes), ledger };
}

/** Whether a guard counts what is a part of all users, so that these are counted: one resource unit. */
export const countsUsers = ({ counts }: PlannedCharge): boolean =>
  allGuardedKinds.some((kind) => guardedKinds[kind].of === "users" && (counts[kind] ?? 0) > 0);
