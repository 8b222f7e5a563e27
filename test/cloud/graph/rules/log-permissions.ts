import { GraphError } from "../http/graph-error.ts";
import type { Call } from "../resources/call.ts";
import { has } from "./permission.ts";
import { directoryRolesOf } from "./person-roles.ts";

/** @throws GraphError 403 if the tenant has no Entra ID P1 or P2 */
export function demandPremium({ tenant }: Call): void {
  if (tenant.conditions.premium) return;
  throw new GraphError(
    403,
    "Authentication_RequestFromNonPremiumTenantOrB2CTenant",
    "Neither tenant is B2C or tenant doesn't have premium license",
  );
}

/**
 * Sign-ins and audits: the permission, and for a person a role that may read them (signin-list: those
 * with the role permission, of which the page names the least privileged).
 * @throws GraphError 403
 */
export function demandLogs(call: Call, log: "auditLogs" | "signInReports"): void {
  if (!has(call.caller, "AuditLog.Read.All")) {
    throw new GraphError(
      403,
      "Authentication_MSGraphPermissionMissing",
      "The principal does not have required Microsoft Graph permission(s): AuditLog.Read.All to call this API. For more information about Microsoft Graph permissions, please visit https://learn.microsoft.com/graph/permissions-overview.",
    );
  }
  if (call.caller.scopes === undefined) return;
  if (!call.tenant.roles.allow(directoryRolesOf(call), `${log}/allProperties/read`)) {
    throw new GraphError(
      403,
      "Authentication_RequestFromUnsupportedUserRole",
      "User is not in the allowed roles",
    );
  }
}
