import { noContent, ok, type Answer } from "../http/answer.ts";
import { badRequest, notFound } from "../http/graph-error.ts";
import { contextOf } from "../odata/render.ts";
import { builtInRole } from "../roles/built-in-roles.ts";
import type { ScopedAssignment } from "../roles/directory-roles.ts";
import { READ_ROLES, WRITE_ROLES } from "../rules/permission.ts";
import type { Entity, Values } from "../store/entity.ts";
import type { Call } from "./call.ts";
import { conflicting } from "./directory-roles.ts";
import { resolve } from "./resolve.ts";
import { resourceList } from "./resource-list.ts";
import type { Route } from "./route.ts";

const SET = "scopedRoleMemberships";

const unitIn = ({ scope }: ScopedAssignment): string => scope.slice(scope.lastIndexOf("/") + 1);

/** A role within a unit, as this older interface shows it; the id is ours. */
function shown(call: Call, one: ScopedAssignment): Values {
  const { directory, roles } = call.tenant;
  const holder = directory.get(one.principalId);
  const role = roles.activate(one.roleId);
  return {
    administrativeUnitId: unitIn(one),
    roleId: role.id,
    roleMemberInfo: {
      id: one.principalId,
      displayName: holder?.values["displayName"] ?? null,
      userPrincipalName: holder?.values["userPrincipalName"] ?? null,
    },
    id: Buffer.from(
      `${role.id}${unitIn(one)}${one.principalId}`.replaceAll("-", ""),
      "hex",
    ).toString("base64url"),
  };
}

const unit = (call: Call): Entity =>
  resolve(call, "administrativeUnit", call.params["unit"] ?? "").entity;

const within = (call: Call): readonly ScopedAssignment[] => {
  const { id } = unit(call);
  return call.tenant.roles.scoped.filter((one) => unitIn(one) === id);
};

function found(call: Call): ScopedAssignment {
  const id = call.params["membership"] ?? "";
  const one = within(call).find((candidate) => shown(call, candidate)["id"] === id);
  if (!one) throw notFound(id);
  return one;
}

function add(call: Call): Answer {
  const { directory, roles } = call.tenant;
  const holder = unit(call);
  const { roleId, roleMemberInfo } = call.body;
  const role = typeof roleId === "string" ? directory.get(roleId) : undefined;
  const template = builtInRole(String(role?.values["roleTemplateId"] ?? roleId));
  if (template === undefined) throw notFound(String(roleId));
  const member = (roleMemberInfo as Values | null | undefined)?.["id"];
  if (typeof member !== "string")
    throw badRequest(
      "A value is required for property 'roleMemberInfo' of resource 'ScopedRoleMembership'.",
    );
  const { entity } = resolve(call, "user", member);
  const one: ScopedAssignment = {
    roleId: template.id,
    principalId: entity.id,
    scope: `/administrativeUnits/${holder.id}`,
  };
  const isHeld = roles.scoped.some(
    (other) =>
      other.roleId === one.roleId &&
      other.principalId === one.principalId &&
      other.scope === one.scope,
  );
  if (isHeld) throw conflicting();
  roles.scoped.push(one);
  return {
    status: 201,
    body: { "@odata.context": contextOf(call.root, SET, undefined, true), ...shown(call, one) },
  };
}

function remove(call: Call): Answer {
  const { scoped } = call.tenant.roles;
  scoped.splice(scoped.indexOf(found(call)), 1);
  return noContent;
}

function ofRole(call: Call): Answer {
  const { roles } = call.tenant;
  roles.ensureFirst();
  const { entity } = resolve(call, "directoryRole", call.params["role"] ?? "");
  const held = roles.scoped.filter(({ roleId }) => roleId === entity.values["roleTemplateId"]);
  return resourceList(
    call,
    SET,
    held.map((one) => shown(call, one)),
  );
}

const PATH = "/directory/administrativeUnits/:unit/scopedRoleMembers";

export const scopedRoleMemberRoutes: readonly Route[] = [
  {
    method: "GET",
    path: PATH,
    needs: READ_ROLES,
    handle: (call) =>
      resourceList(
        call,
        SET,
        within(call).map((one) => shown(call, one)),
      ),
  },
  { method: "POST", path: PATH, needs: WRITE_ROLES, body: "required", handle: add },
  {
    method: "GET",
    path: `${PATH}/:membership`,
    needs: READ_ROLES,
    handle: (call) =>
      ok({
        "@odata.context": contextOf(call.root, SET, undefined, true),
        ...shown(call, found(call)),
      }),
  },
  { method: "DELETE", path: `${PATH}/:membership`, needs: WRITE_ROLES, handle: remove },
  { method: "GET", path: "/directoryRoles/:role/scopedMembers", needs: READ_ROLES, handle: ofRole },
];
