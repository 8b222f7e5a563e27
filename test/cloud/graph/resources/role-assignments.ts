import { syncRegistry } from "../applications/registry-link.ts";
import { noContent, type Answer } from "../http/answer.ts";
import { badRequest, notFound, unsupportedQuery } from "../http/graph-error.ts";
import { namesFor } from "../odata/list.ts";
import { contextOf, render } from "../odata/render.ts";
import { BUILT_IN_ROLES, builtInRole, DIRECTORY_READERS } from "../roles/built-in-roles.ts";
import { READ_ROLES, WRITE_ROLES } from "../rules/permission.ts";
import type { Entity, Values } from "../store/entity.ts";
import { isGuid } from "../store/ids.ts";
import type { Call } from "./call.ts";
import { conflicting, demandRolePrincipal } from "./directory-roles.ts";
import { resourceList } from "./resource-list.ts";
import type { Route } from "./route.ts";

const SET = "roleManagement/directory";

interface Assignment {
  readonly roleId: string;
  readonly principalId: string;
  readonly scope: string;
}

/** A GUID's octets in the order of .NET. */
function octetsOf(guid: string): Buffer {
  const raw = Buffer.from(guid.replaceAll("-", ""), "hex");
  raw.subarray(0, 4).reverse();
  raw.subarray(4, 6).reverse();
  raw.subarray(6, 8).reverse();
  return raw;
}

/** As the samples show: role, principal and, if there is one, the scope's object. */
function idOf({ roleId, principalId, scope }: Assignment): string {
  const within = scope.slice(scope.lastIndexOf("/") + 1);
  const parts = [roleId, principalId, ...(within === "" ? [] : [within])].map(octetsOf);
  return `${Buffer.concat(parts).toString("base64url")}-1`;
}

const shown = (one: Assignment): Values => ({
  id: idOf(one),
  principalId: one.principalId,
  directoryScopeId: one.scope,
  roleDefinitionId: one.roleId,
});

/** Every assignment: the members of each role's object, and those to part of the directory. */
function assignments({ tenant }: Call): readonly Assignment[] {
  const { directory, roles } = tenant;
  const whole = [...directory.live.directoryRole].flatMap((role) =>
    [...directory.relations.members.targets(role.id)].map(([principalId]) => ({
      roleId: String(role.values["roleTemplateId"]),
      principalId,
      scope: "/",
    })),
  );
  return [...whole, ...roles.scoped].filter(
    ({ principalId }) => directory.get(principalId)?.state === "live",
  );
}

const definitionShown = (role: (typeof BUILT_IN_ROLES)[number]): Values => ({
  id: role.id,
  description: role.description,
  displayName: role.displayName,
  isBuiltIn: true,
  isEnabled: true,
  resourceScopes: ["/"],
  templateId: role.id,
  version: "1",
  // Simplified: what each role allows is not listed.
  rolePermissions: [{ allowedResourceActions: [], condition: null }],
  inheritsPermissionsFrom: role.id === DIRECTORY_READERS ? [] : [{ id: DIRECTORY_READERS }],
});

const objectShown = (entity: Entity): Values =>
  render(entity, entity.values, namesFor("directoryObject", undefined)(entity), true);

/** The expanded relationship of one assignment. */
function related(call: Call, one: Assignment, name: string): unknown {
  const { directory } = call.tenant;
  if (name === "roleDefinition") {
    const role = builtInRole(one.roleId);
    return role && definitionShown(role);
  }
  const id =
    name === "principal" ? one.principalId : one.scope.slice(one.scope.lastIndexOf("/") + 1);
  const entity = directory.get(id);
  return entity === undefined ? null : objectShown(entity);
}

const EXPANDABLE = new Set(["principal", "roleDefinition", "directoryScope"]);

/** @throws GraphError 400 for a relationship that cannot be expanded */
function expansions(call: Call): readonly string[] {
  const names = (call.query.expand ?? "").split(",").filter((name) => name !== "");
  const unknown = names.find((name) => !EXPANDABLE.has(name));
  if (unknown !== undefined) {
    throw unsupportedQuery(`The request uses unsupported query options: $expand=${unknown}.`);
  }
  return names;
}

const withExpansions = (call: Call, one: Assignment, values: Values): Values => ({
  ...values,
  ...Object.fromEntries(expansions(call).map((name) => [name, related(call, one, name)])),
});

function list(call: Call): Answer {
  syncRegistry(call.tenant);
  const all = assignments(call);
  const names = expansions(call).map((name) => `${name}()`);
  // The samples of the list page show the scope a second time.
  const entries = all.map((one) =>
    withExpansions(call, one, { ...shown(one), resourceScope: one.scope }),
  );
  const set = `${SET}/roleAssignments${names.length > 0 ? `(${names.join(",")})` : ""}`;
  return resourceList(call, set, entries, { filterable: true });
}

function found(call: Call): Assignment {
  const id = call.params["assignment"] ?? "";
  const one = assignments(call).find((candidate) => idOf(candidate) === id);
  if (!one) throw notFound(id);
  return one;
}

const entity = (call: Call, one: Assignment, status: number): Answer => ({
  status,
  body: {
    "@odata.context": contextOf(call.root, `${SET}/roleAssignments`, undefined, true),
    ...withExpansions(call, one, shown(one)),
  },
});

const text = (call: Call, name: string): string => {
  const value = call.body[name];
  if (typeof value !== "string" || value === "") {
    throw badRequest(`A value is required for property '${name}' of resource 'RoleAssignment'.`);
  }
  return value;
};

/** @throws GraphError 400 for a scope that is neither the directory, nor a unit, nor an object in it */
function scopeOf(call: Call): string {
  const scope = text(call, "directoryScopeId");
  if (scope === "/") return scope;
  const id = scope.slice(scope.lastIndexOf("/") + 1).toLowerCase();
  const object = isGuid(id) ? call.tenant.directory.get(id) : undefined;
  const expected = object?.kind === "administrativeUnit" ? `/administrativeUnits/${id}` : `/${id}`;
  if (object?.state !== "live" || scope.toLowerCase() !== expected.toLowerCase()) {
    throw badRequest(
      "Invalid value specified for property 'directoryScopeId' of resource 'RoleAssignment'.",
    );
  }
  return expected;
}

function create(call: Call): Answer {
  const { tenant } = call;
  syncRegistry(tenant);
  const roleId = text(call, "roleDefinitionId");
  const role = isGuid(roleId) ? builtInRole(roleId) : undefined;
  if (!role) throw notFound(roleId);
  const principalId = text(call, "principalId").toLowerCase();
  const scope = scopeOf(call);
  const principal = tenant.directory.get(principalId);
  if (principal?.state !== "live") throw notFound(principalId);
  demandRolePrincipal(principal);
  const one = { roleId: role.id, principalId, scope };
  if (assignments(call).some((held) => idOf(held) === idOf(one))) throw conflicting();
  if (scope === "/") tenant.roles.assign(principalId, role.id);
  else tenant.roles.scoped.push(one);
  return entity(call, one, 201);
}

function remove(call: Call): Answer {
  const one = found(call);
  const { directory, roles } = call.tenant;
  const role = roles.find(one.roleId);
  if (one.scope === "/" && role) directory.unlink("members", role, one.principalId);
  else
    roles.scoped.splice(
      roles.scoped.findIndex((held) => idOf(held) === idOf(one)),
      1,
    );
  return noContent;
}

function definition(call: Call): Answer {
  const id = call.params["definition"] ?? "";
  const role = isGuid(id) ? builtInRole(id) : undefined;
  if (!role) throw notFound(id);
  return {
    status: 200,
    body: {
      "@odata.context": contextOf(call.root, `${SET}/roleDefinitions`, undefined, true),
      ...definitionShown(role),
    },
  };
}

const ASSIGNMENTS = "/roleManagement/directory/roleAssignments";
const DEFINITIONS = "/roleManagement/directory/roleDefinitions";

export const roleAssignmentRoutes: readonly Route[] = [
  { method: "GET", path: ASSIGNMENTS, needs: READ_ROLES, handle: list },
  { method: "POST", path: ASSIGNMENTS, needs: WRITE_ROLES, body: "required", handle: create },
  {
    method: "GET",
    path: `${ASSIGNMENTS}/:assignment`,
    needs: READ_ROLES,
    handle: (call) => entity(call, found(call), 200),
  },
  { method: "DELETE", path: `${ASSIGNMENTS}/:assignment`, needs: WRITE_ROLES, handle: remove },
  {
    method: "GET",
    path: DEFINITIONS,
    needs: READ_ROLES,
    handle: (call) =>
      resourceList(call, `${SET}/roleDefinitions`, BUILT_IN_ROLES.map(definitionShown), {
        filterable: true,
      }),
  },
  { method: "GET", path: `${DEFINITIONS}/:definition`, needs: READ_ROLES, handle: definition },
];
