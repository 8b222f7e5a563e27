import type { Call } from "../resources/call.ts";
import type { Values } from "../store/entity.ts";

/** `guestUserRoleId`: guests as members, or restricted to their own objects (users-restrict-guest-permissions). */
const AS_MEMBERS = "a0b1b346-4d3e-4e8b-98f8-753987be4970";
const RESTRICTED = "2af84b1e-32c8-42b7-82bc-daa82404023b";

/** The tenant's policy if it was changed; what is absent has Entra's default (authorizationpolicy-get). */
const policyOf = ({ tenant }: Call): Values =>
  tenant.shelves.of("policies/authorizationPolicy").get("") ?? {};

export const areGuestsMembers = (call: Call): boolean =>
  policyOf(call)["guestUserRoleId"] === AS_MEMBERS;

export const areGuestsRestricted = (call: Call): boolean =>
  policyOf(call)["guestUserRoleId"] === RESTRICTED;

/** Who may invite guests besides those with a role for it. */
export const invitersOf = (call: Call): unknown => policyOf(call)["allowInvitesFrom"] ?? "everyone";

/** Whether members may by default: `allowedToCreateApps`. */
export function areMembersAllowed(call: Call, what: string): boolean {
  const permissions = policyOf(call)["defaultUserRolePermissions"] as Values | undefined;
  return permissions?.[what] !== false;
}
