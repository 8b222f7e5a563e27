import { unsupportedQuery } from "../http/graph-error.ts";
import { namesFor } from "../odata/list.ts";
import { render } from "../odata/render.ts";
import type { Values } from "../store/entity.ts";
import type { Call } from "./call.ts";
import { roleDefinition } from "./role-definitions.ts";

/** What each relationship of an entry leads to. */
export type Relations = Readonly<Record<string, (call: Call, entry: Values) => unknown>>;

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

/** What `$expand` adds to an entry. @throws GraphError 400 for a relationship that cannot be expanded */
export const expansionsOf =
  (call: Call, relations: Relations) =>
  (entry: Values): Values =>
    Object.fromEntries(
      (call.query.expand ?? "")
        .split(/,(?![^(]*\))/)
        .map((wish) => wish.trim())
        .filter((wish) => wish !== "")
        .map((wish) => {
          const name = wish.replace(/\(.*$/, "");
          const related = Object.hasOwn(relations, name) ? relations[name] : undefined;
          if (!related)
            throw unsupportedQuery(`The request uses unsupported query options: $expand=${wish}.`);
          return [name, related(call, entry)];
        }),
    );
