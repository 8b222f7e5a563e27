import { namesFor } from "../odata/list.ts";
import { render } from "../odata/render.ts";
import type { Values } from "../store/entity.ts";
import type { Call } from "./call.ts";
import type { Relations } from "./expansions.ts";
import { roleDefinition } from "./role-definitions.ts";

function objectOf(call: Call, id: string): Values | null {
  const entity = call.tenant.directory.get(id);
  return entity
    ? render(entity, entity.values, namesFor("directoryObject", undefined)(entity), true)
    : null;
}

/** Whatever gives a role to somebody leads to both, and to what it is given over. */
export const ROLE_RELATIONS: Relations = {
  principal: (call, entry) => objectOf(call, String(entry["principalId"])),
  roleDefinition: (call, entry) =>
    roleDefinition(call.tenant, String(entry["roleDefinitionId"])) ?? null,
  directoryScope: (call, entry) =>
    objectOf(call, String(entry["directoryScopeId"]).replace(/^.*\//, "")),
  appScope: () => null,
};
