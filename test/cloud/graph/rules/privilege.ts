import { denied } from "../http/graph-error.ts";
import type { Call } from "../resources/call.ts";
import type { Entity } from "../store/entity.ts";
import { demand } from "./permission.ts";

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

/** What people may change of themselves, whatever their roles (users-default-permissions). */
const OWN: ReadonlySet<string> = new Set(["mobilePhone"]);

/** Limited roles whose holders every role with rights over users may act on. */
const READERS = ["Directory Readers", "Guest Inviter"];
const REPORTS = [
  "Message Center Reader",
  "Reports Reader",
  "Usage Summary Reports Reader",
  "User Experience Success Manager",
];

type Rights = Readonly<Record<string, readonly string[]>>;

/** Whom a role may act on besides users without a role (privileged-roles-permissions, “Who can perform sensitive actions”). */
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

/** Whether the user has a directory role, or is near one. */
const isPrivileged = (call: Call, user: Entity): boolean =>
  call.tenant.roles.heldBy(user.id).size > 0 || isNearRoles(call, user);

/** @throws GraphError 403 if no role of the caller is above every role of the user */
function demandRank(call: Call, user: Entity, rights: Rights): void {
  const { roles } = call.tenant;
  const own = [...roles.heldBy(call.caller.principalId, user)];
  if (own.some((role) => OVER_ALL.includes(role))) return;
  const held = roles.heldBy(user.id);
  const mayAct = own.some((role) => {
    const over = rights[role];
    return over !== undefined && [...held].every((other) => over.includes(other));
  });
  if (isNearRoles(call, user) || !mayAct) throw denied();
}

/**
 * A sensitive action on a user with a directory role, or near one, needs a role of the calling
 * application that outranks the user, in addition to permissions (resources/users). On behalf of a
 * person the application acts as the person, and the person outranks the user (user-update, user-delete).
 * `changed` are the properties of a PATCH; none for a delete, a restore and a purge.
 * @throws GraphError 403
 */
export function demandPowerOver(call: Call, user: Entity, changed: readonly string[] = []): void {
  if (!isPrivileged(call, user)) return;
  const sensitive = changed.filter((name) => SENSITIVE.has(name));
  const { principalId, scopes } = call.caller;
  const isOwn = principalId.toLowerCase() === user.id;
  if (isOwn && sensitive.length > 0 && sensitive.every((name) => OWN.has(name))) return;
  if (scopes !== undefined) demand(call.caller, ["Directory.AccessAsUser.All"]);
  const isReset = sensitive.length > 0 && sensitive.every((name) => OF_PASSWORDS.has(name));
  demandRank(call, user, isReset ? MAY_RESET : MAY_CHANGE);
}

/** People end the sessions of those whose password they may reset (privileged-roles-permissions). @throws GraphError 403 */
export function demandRevocation(call: Call, user: Entity): void {
  const { principalId, scopes } = call.caller;
  if (scopes === undefined || principalId.toLowerCase() === user.id) return;
  if (isPrivileged(call, user)) demandRank(call, user, MAY_RESET);
}

/** Only administrators scoped to a restricted administrative unit manage its members. @throws GraphError 403 */
export function demandUnrestricted(object: Entity): void {
  if (object.values["isManagementRestricted"] === true) throw denied();
}
