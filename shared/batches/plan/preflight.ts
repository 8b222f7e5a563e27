import type { Operation } from "../../catalogue/operation.ts";
import { isCovered, isToRead } from "../../catalogue/refusals/permission-cover.ts";
import { OperatorError } from "../../core/errors.ts";
import { releaseOf, whyHeld } from "../../guards/guards.ts";
import type { LackingPermission, Plan } from "../../records/plan.ts";
import type { BatchPorts } from "../ports.ts";
import type { PlanTotals } from "./plan-totals.ts";
import type { RowToPlan } from "./row-to-plan.ts";

/**
 * Compares the permissions that the planned writes need with the roles in the application's token. If
 * one is lacking, a new token is requested first, because it may have been granted since.
 *
 * @throws OperatorError as the token module, disposition `retry` for a transient error.
 */
export async function preflight(
  ports: Pick<BatchPorts, "rolesFor" | "catalogue" | "settings">,
  tenant: string,
  totals: Pick<PlanTotals, "permissions" | "operations" | "writes">,
): Promise<readonly LackingPermission[]> {
  if (totals.writes === 0) return [];
  const held = ports.settings.preflight === "hold";
  const lackingNow = async (fresh: boolean): Promise<readonly LackingPermission[]> => {
    const roles = await ports.rolesFor(tenant, { fresh });
    return lackingIn(totals, roles, ports.catalogue).map((each) => ({ ...each, held }));
  };
  return (await lackingNow(false)).length === 0 ? [] : await lackingNow(true);
}

/**
 * The permissions that the rows need and these roles do not cover, in alphabetical order. Those to read are
 * left out: the plan has read what its rows name, so Graph has allowed it, whichever permission decided that.
 */
export function lackingIn(
  { permissions, operations }: Pick<PlanTotals, "permissions" | "operations">,
  roles: readonly string[],
  catalogue: Readonly<Record<string, Operation>>,
): Omit<LackingPermission, "held">[] {
  const lacking = Object.entries(permissions)
    .filter(([permission]) => !isToRead(permission) && !isCovered(permission, roles))
    .toSorted(([a], [b]) => (a < b ? -1 : 1));
  return lacking.map(([permission, rows]) => ({
    permission,
    rows,
    operations: Object.entries(operations)
      .filter(([, { writes }]) => writes > 0)
      .map(([name]) => name)
      .filter((name) => catalogue[name]?.allPermissions.includes(permission)),
  }));
}

/**
 * The error of a plan that may not read: with every permission that these rows need and the application
 * lacks, so that one grant is enough.
 */
export async function withAllLacking(
  error: unknown,
  rows: readonly RowToPlan[],
  rolesNow: () => Promise<readonly string[]>,
): Promise<unknown> {
  if (!(error instanceof OperatorError) || error.code !== "PERMISSION_MISSING") return error;
  const roles = await rolesNow();
  const needed = rows.flatMap((row) =>
    "invalid" in row ? [] : row.operation.permissions(Object.keys(row.payload)),
  );
  const lacking = [...new Set(needed)].filter((each) => !isCovered(each, roles)).toSorted();
  if (lacking.length === 0) return error;
  return new OperatorError(error.code, error.what, {
    fix: `${error.fix} For all that its rows need the application lacks ${lacking.join(", ")}.`,
    disposition: error.disposition,
    cause: error,
  });
}

/** Why a batch does not run and what releases it, in words. */
export interface Hold {
  readonly counts: string;
  readonly reason: string;
  readonly fix: string;
}

/** Why a plan is held: by its guards, or by permissions that the application lacks. `undefined` if it is not held. */
export function holdOf(
  plan: Pick<Plan, "batch" | "digest" | "guards" | "lacking">,
  consentUrl: string,
): Hold | undefined {
  const holds = [whyHeld(plan.guards), whyLacking(plan.lacking ?? [], consentUrl)].filter(
    (each) => each !== undefined,
  );
  if (holds.length === 0) return undefined;
  const counts = holds.map((each) => each.counts).join("; ");
  return {
    counts,
    reason: `Held, nothing was written: ${counts}.`,
    fix: [...holds.map((each) => each.fix), releaseOf(plan)]
      .filter((each) => each !== "")
      .join(" "),
  };
}

/** Whether anything holds the batch. */
export const isHeldBy = ({ guards, lacking = [] }: Pick<Plan, "guards" | "lacking">): boolean =>
  [...guards, ...lacking].some(({ held }) => held);

function whyLacking(
  lacking: readonly LackingPermission[],
  consentUrl: string,
): Pick<Hold, "counts" | "fix"> | undefined {
  const held = lacking.filter((each) => each.held);
  if (held.length === 0) return undefined;
  return {
    counts: held.map(inWords).join("; "),
    fix: `Grant ${held.map(({ permission }) => permission).join(", ")}: put the operation into the features of infra/main.bicepparam and run infra/deploy.sh --grant, or, if the registration lists it already, have an administrator open ${consentUrl} . If the application has a directory role instead, which no token lists, set PREFLIGHT to warn.`,
  };
}

/** `missing User.EnableDisableAccount.All, needed by 412 rows of user.disable` */
const inWords = ({ permission, rows, operations }: LackingPermission): string =>
  `missing ${permission}, needed by ${rows.toLocaleString("en")} row${rows === 1 ? "" : "s"} of ${operations.join(", ")}`;
