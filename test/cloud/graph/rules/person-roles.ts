import type { Call } from "../resources/call.ts";
import type { Entity } from "../store/entity.ts";

/** Nothing is within the scope of a role that was assigned within a unit only. */
const WHOLE_DIRECTORY = { id: "" } as Entity;

/** The directory roles of the caller that cover `target`, by default the whole directory. */
export const directoryRolesOf = (
  call: Call,
  target: Entity = WHOLE_DIRECTORY,
): ReadonlySet<string> => call.tenant.roles.heldBy(call.caller.principalId, target);

/** Whether the request is on behalf of a guest of the tenant. */
export const isGuest = ({ tenant, caller }: Call): boolean =>
  tenant.directory.get(caller.principalId)?.values["userType"] === "Guest";
