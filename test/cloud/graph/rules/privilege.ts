import { denied } from "../http/graph-error.ts";
import type { Call } from "../resources/call.ts";
import type { Entity } from "../store/entity.ts";

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

/** The ability to reset a password includes these (resources/users, “Who can reset passwords?”). */
const OF_PASSWORDS: ReadonlySet<string> = new Set([
  "businessPhones",
  "mobilePhone",
  "otherMails",
  "passwordProfile",
]);

/** Limited roles whose holders every role with rights over users may act on. */
const READERS = ["Directory Readers", "Guest Inviter"];
const REPORTS = ["Message Center Reader", "Reports Reader", "Usage Summary Reports Reader"];

type Rights = Readonly<Record<string, readonly string[]>>;

/** Whom a role may act on besides users without a role (resources/users, “Who can perform sensitive actions?”). */
const MAY_CHANGE: Rights = {
  "Authentication Administrator": [
    ...READERS,
    ...REPORTS,
    "Authentication Administrator",
    "Password Administrator",
  ],
  "User Administrator": [
    ...READERS,
    ...REPORTS,
    "Groups Administrator",
    "Helpdesk Administrator",
    "Password Administrator",
    "User Administrator",
  ],
};

/** Whose password it may reset besides (the same page, “Who can reset passwords?”). */
const MAY_RESET: Rights = {
  ...MAY_CHANGE,
  "Password Administrator": [...READERS, "Password Administrator"],
  "Helpdesk Administrator": [
    ...READERS,
    ...REPORTS,
    "Helpdesk Administrator",
    "Password Administrator",
  ],
};

/** They may act on everybody. */
const OVER_ALL = ["Global Administrator", "Privileged Authentication Administrator"];

/** Whether the user is a member or owner of a role-assignable group. */
function isNearRoles(call: Call, user: Entity): boolean {
  const { directory } = call.tenant;
  return (["members", "owners"] as const).some((name) =>
    [...directory.relations[name].sources(user.id)].some(
      (group) => directory.get(group)?.values["isAssignableToRole"] === true,
    ),
  );
}

/**
 * A sensitive action on a user with a directory role, or near one, needs a role of the calling
 * application that outranks the user, in addition to permissions (resources/users).
 * `changed` are the properties of a PATCH; none for a delete, a restore and a purge.
 * @throws GraphError 403
 */
export function demandPowerOver(call: Call, user: Entity, changed: readonly string[] = []): void {
  const { roles } = call.tenant;
  const held = roles.heldBy(user.id);
  const isNear = isNearRoles(call, user);
  if (held.size === 0 && !isNear) return;
  const own = [...roles.heldBy(call.caller.principalId, user)];
  if (own.some((role) => OVER_ALL.includes(role))) return;
  const sensitive = changed.filter((name) => SENSITIVE.has(name));
  const isReset = sensitive.length > 0 && sensitive.every((name) => OF_PASSWORDS.has(name));
  const rights = isReset ? MAY_RESET : MAY_CHANGE;
  const mayAct = own.some((role) => {
    const over = rights[role];
    return over !== undefined && [...held].every((other) => over.includes(other));
  });
  if (isNear || !mayAct) throw denied();
}

/** Only administrators scoped to a restricted administrative unit manage its members. @throws GraphError 403 */
export function demandUnrestricted(object: Entity): void {
  if (object.values["isManagementRestricted"] === true) throw denied();
}
