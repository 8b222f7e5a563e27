import { denied } from "../http/graph-error.ts";
import type { Call } from "../resources/call.ts";
import type { Entity } from "../store/entity.ts";

/** Limited roles: a User Administrator may still perform sensitive actions on their holders. */
const LIMITED = new Set([
  "Directory Readers",
  "Guest Inviter",
  "Message Center Reader",
  "Reports Reader",
  "Helpdesk Administrator",
]);

/** The rank of a directory role: it must be above the user's privilege. */
const RANK: Readonly<Record<string, number>> = {
  "Global Administrator": 3,
  "Privileged Authentication Administrator": 3,
  "User Administrator": 2,
};

/** Properties whose change, and deletes and restores, are sensitive (resources/users). */
export const SENSITIVE: ReadonlySet<string> = new Set([
  "accountEnabled",
  "businessPhones",
  "mobilePhone",
  "onPremisesImmutableId",
  "otherMails",
  "passwordProfile",
  "userPrincipalName",
]);

/**
 * How privileged a user is: 0 not at all, 1 by a limited role, 2 by any other role or by membership in
 * a role-assignable group.
 */
function privilegeOf(call: Call, user: Entity): 0 | 1 | 2 {
  const { directory, roles } = call.tenant;
  for (const name of ["members", "owners"] as const) {
    for (const group of directory.relations[name].sources(user.id)) {
      if (directory.get(group)?.values["isAssignableToRole"] === true) return 2;
    }
  }
  const held = roles.get(user.id);
  if (!held || held.size === 0) return 0;
  return [...held].every((role) => LIMITED.has(role)) ? 1 : 2;
}

/**
 * A sensitive action on a privileged user needs a directory role on the calling application that
 * outranks the user, in addition to permissions (resources/users, “Who can perform sensitive actions”).
 * @throws GraphError 403
 */
export function demandPowerOver(call: Call, user: Entity): void {
  const privilege = privilegeOf(call, user);
  if (privilege === 0) return;
  const own = call.tenant.roles.get(call.caller.principalId) ?? new Set<string>();
  const rank = Math.max(0, ...[...own].map((role) => RANK[role] ?? 0));
  if (rank < privilege + 1) throw denied();
}

/** Only administrators scoped to a restricted administrative unit manage its members. @throws GraphError 403 */
export function demandUnrestricted(object: Entity): void {
  if (object.values["isManagementRestricted"] === true) throw denied();
}
