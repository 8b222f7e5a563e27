import type { Tenant } from "../app/tenant.ts";
import { noContent, type Answer } from "../http/answer.ts";
import { badRequest, notFound } from "../http/graph-error.ts";
import {
  BUILT_IN_ROLES,
  builtInRole,
  DIRECTORY_READERS,
  type BuiltInRole,
} from "../roles/built-in-roles.ts";
import { actionsOfRole } from "../roles/role-actions.ts";
import { READ_ROLES, WRITE_ROLES } from "../rules/permission.ts";
import type { Values } from "../store/entity.ts";
import { isGuid } from "../store/ids.ts";
import type { Call } from "./call.ts";
import { conflicting } from "./directory-roles.ts";
import { expansionsOf, type Relations } from "./expansions.ts";
import { checkedBody, isBoolean, isText, isTextOrNull, isTexts, type Checks } from "./kept/body.ts";
import { shownEntry } from "./kept/shelf-routes.ts";
import { resourceList } from "./resource-list.ts";
import type { Route } from "./route.ts";

const SET = "roleManagement/directory/roleDefinitions";
const RESOURCE = "UnifiedRoleDefinition";

interface Permission {
  readonly allowedResourceActions?: unknown;
}

/** A custom role: at least one permission, each a list of actions (resources/unifiedroledefinition). */
const CHECKS: Checks = {
  description: isTextOrNull,
  displayName: isText,
  isEnabled: isBoolean,
  rolePermissions: (value) =>
    Array.isArray(value) &&
    value.length > 0 &&
    (value as Permission[]).every(({ allowedResourceActions: actions }) => isTexts(actions)),
  templateId: (value) => typeof value === "string" && isGuid(value),
  version: isTextOrNull,
};

const builtIn = (role: BuiltInRole): Values => ({
  id: role.id,
  description: role.description,
  displayName: role.displayName,
  isBuiltIn: true,
  isEnabled: true,
  resourceScopes: ["/"],
  templateId: role.id,
  version: "1",
  // Simplified: actions on what is not emulated are left out.
  rolePermissions: [
    {
      allowedResourceActions: [...actionsOfRole(role.displayName)].map(
        (action) => `microsoft.directory/${action}`,
      ),
      condition: null,
    },
  ],
  inheritsPermissionsFrom: role.id === DIRECTORY_READERS ? [] : [{ id: DIRECTORY_READERS }],
});

const custom = (tenant: Tenant): Map<string, Values> => tenant.roles.custom;

/** The role of that id as Graph shows it, Entra's own or the tenant's. */
export function roleDefinition(tenant: Tenant, id: string): Values | undefined {
  const role = isGuid(id) ? builtInRole(id) : undefined;
  return role ? builtIn(role) : custom(tenant).get(id.toLowerCase());
}

function found(call: Call): Values {
  const id = call.params["definition"] ?? "";
  const role = roleDefinition(call.tenant, id);
  if (!role) throw notFound(id);
  return role;
}

/** The roles that it inherits from, each whole (unifiedroledefinition-get, example 3). */
const RELATIONS: Relations = {
  inheritsPermissionsFrom: (call, role) =>
    (role["inheritsPermissionsFrom"] as readonly { readonly id: string }[]).map(({ id }) => {
      const { inheritsPermissionsFrom: _none, ...inherited } =
        roleDefinition(call.tenant, id) ?? {};
      return inherited;
    }),
};

const shown = (call: Call, role: Values, status: number): Answer =>
  shownEntry(call, SET, role, status, expansionsOf(call, RELATIONS)(role));

const permissionsShown = (value: unknown): readonly Values[] =>
  (value as Values[]).map((one) => ({ ...one, condition: one["condition"] ?? null }));

function demandFreeName(call: Call, name: unknown, self?: Values): void {
  const all = [...BUILT_IN_ROLES.map(builtIn), ...custom(call.tenant).values()];
  if (all.some((role) => role["displayName"] === name && role["id"] !== self?.["id"]))
    throw conflicting();
}

/** @throws GraphError 400 for a name that a role has (rbacapplication-post-roledefinitions) */
function create(call: Call): Answer {
  const given = checkedBody(call, RESOURCE, CHECKS, [
    "displayName",
    "isEnabled",
    "rolePermissions",
  ]);
  demandFreeName(call, given["displayName"]);
  const id = call.tenant.directory.newId();
  const role: Values = {
    id,
    description: null,
    isBuiltIn: false,
    templateId: id,
    version: null,
    resourceScopes: ["/"],
    ...given,
    rolePermissions: permissionsShown(given["rolePermissions"]),
    inheritsPermissionsFrom: [],
  };
  custom(call.tenant).set(id, role);
  return shown(call, role, 201);
}

/** @throws GraphError 400: Entra's own roles cannot be changed or deleted (unifiedroledefinition-update, -delete) */
function changeable(call: Call): Values {
  const role = found(call);
  if (role["isBuiltIn"] === true) throw badRequest("A built-in role cannot be changed or deleted.");
  return role;
}

function update(call: Call): Answer {
  const role = changeable(call);
  const given = checkedBody(call, RESOURCE, CHECKS);
  if (given["displayName"] !== undefined) demandFreeName(call, given["displayName"], role);
  const { rolePermissions } = given;
  custom(call.tenant).set(String(role["id"]), {
    ...role,
    ...given,
    ...(rolePermissions !== undefined && { rolePermissions: permissionsShown(rolePermissions) }),
  });
  return noContent;
}

/** @throws GraphError 400 for a role that somebody holds */
function remove(call: Call): Answer {
  const id = String(changeable(call)["id"]);
  if (call.tenant.roles.scoped.some(({ roleId }) => roleId === id))
    throw badRequest("The role is assigned, and cannot be deleted.");
  custom(call.tenant).delete(id);
  return noContent;
}

const PATH = `/${SET}`;

export const roleDefinitionRoutes: readonly Route[] = [
  {
    method: "GET",
    path: PATH,
    needs: READ_ROLES,
    handle: (call) =>
      resourceList(call, SET, [...BUILT_IN_ROLES.map(builtIn), ...custom(call.tenant).values()], {
        filterable: true,
        expand: expansionsOf(call, RELATIONS),
      }),
  },
  { method: "POST", path: PATH, needs: WRITE_ROLES, body: "required", handle: create },
  {
    method: "GET",
    path: `${PATH}/:definition`,
    needs: READ_ROLES,
    handle: (call) => shown(call, found(call), 200),
  },
  {
    method: "PATCH",
    path: `${PATH}/:definition`,
    needs: WRITE_ROLES,
    body: "required",
    handle: update,
  },
  { method: "DELETE", path: `${PATH}/:definition`, needs: WRITE_ROLES, handle: remove },
];
