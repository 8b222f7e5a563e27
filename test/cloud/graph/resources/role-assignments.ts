import { syncRegistry } from "../applications/registry-link.ts";
import { noContent, type Answer } from "../http/answer.ts";
import { badRequest, notFound } from "../http/graph-error.ts";
import type { ScopedAssignment as Assignment } from "../roles/directory-roles.ts";
import { READ_ROLES, WRITE_ROLES } from "../rules/permission.ts";
import type { Values } from "../store/entity.ts";
import { compactId, isGuid } from "../store/ids.ts";
import type { Call } from "./call.ts";
import { conflicting, demandRolePrincipal } from "./directory-roles.ts";
import { expansionsOf } from "./expansions.ts";
import { shownEntry } from "./kept/shelf-routes.ts";
import { resourceList } from "./resource-list.ts";
import { roleDefinition } from "./role-definitions.ts";
import { ROLE_RELATIONS } from "./role-expansions.ts";
import type { Route } from "./route.ts";

const SET = "roleManagement/directory";

/** As the samples show: role, principal and, if there is one, the scope's object. */
export function roleAssignmentId({ roleId, principalId, scope }: Assignment): string {
  const within = scope.slice(scope.lastIndexOf("/") + 1);
  return `${compactId(roleId, principalId, ...(within === "" ? [] : [within]))}-1`;
}

const shown = (one: Assignment): Values => ({
  id: roleAssignmentId(one),
  principalId: one.principalId,
  directoryScopeId: one.scope,
  roleDefinitionId: one.roleId,
});

/** Every assignment: the members of each role's object, and those to part of the directory. */
export function assignmentsOf({ tenant }: Call): readonly Assignment[] {
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

function list(call: Call): Answer {
  syncRegistry(call.tenant);
  // The samples of the list page show the scope a second time.
  const entries = assignmentsOf(call).map((one) => ({ ...shown(one), resourceScope: one.scope }));
  return resourceList(call, `${SET}/roleAssignments`, entries, {
    filterable: true,
    expand: expansionsOf(call, ROLE_RELATIONS),
  });
}

function found(call: Call): Assignment {
  const id = call.params["assignment"] ?? "";
  const one = assignmentsOf(call).find((candidate) => roleAssignmentId(candidate) === id);
  if (!one) throw notFound(id);
  return one;
}

/** The example with `$expand` has a context without it (unifiedroleassignment-get, example 2). */
function entity(call: Call, one: Assignment, status: number): Answer {
  const entry = shown(one);
  const { body } = shownEntry(call, `${SET}/roleAssignments`, entry, status);
  return { status, body: { ...(body as Values), ...expansionsOf(call, ROLE_RELATIONS)(entry) } };
}

const text = (call: Call, name: string): string => {
  const value = call.body[name];
  if (typeof value !== "string" || value === "") {
    throw badRequest(`A value is required for property '${name}' of resource 'RoleAssignment'.`);
  }
  return value;
};

/** @throws GraphError 400 for a scope that is neither the directory, nor a unit, nor an object in it */
export function scopeIn(call: Call): string {
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
  const role = roleDefinition(tenant, roleId);
  if (!role) throw notFound(roleId);
  const principalId = text(call, "principalId").toLowerCase();
  const scope = scopeIn(call);
  const principal = tenant.directory.get(principalId);
  if (principal?.state !== "live") throw notFound(principalId);
  demandRolePrincipal(principal);
  const one = { roleId: String(role["id"]), principalId, scope };
  if (assignmentsOf(call).some((held) => roleAssignmentId(held) === roleAssignmentId(one)))
    throw conflicting();
  tenant.roles.give(one);
  return entity(call, one, 201);
}

function remove(call: Call): Answer {
  const one = found(call);
  call.tenant.roles.take(one);
  call.tenant.roles.untime(one, false);
  return noContent;
}

const ASSIGNMENTS = "/roleManagement/directory/roleAssignments";

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
];
