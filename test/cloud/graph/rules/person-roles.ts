import type { Call } from "../resources/call.ts";
import type { Entity } from "../store/entity.ts";
import { areGuestsMembers } from "./authorization-policy.ts";

/** Nothing is within the scope of a role that was assigned within a unit only. */
const WHOLE_DIRECTORY = { id: "" } as Entity;

/** The directory roles of the caller that cover `target`, by default the whole directory. */
export const directoryRolesOf = (
  call: Call,
  target: Entity = WHOLE_DIRECTORY,
): ReadonlySet<string> => call.tenant.roles.heldBy(call.caller.principalId, target);

/** Whether the request is on behalf of a guest whom the tenant does not treat as a member. */
export const isGuest = (call: Call): boolean =>
  call.tenant.directory.get(call.caller.principalId)?.values["userType"] === "Guest" &&
  !areGuestsMembers(call);
