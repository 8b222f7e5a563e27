import { noContent, ok, type Answer } from "../http/answer.ts";
import { badRequest, notFound } from "../http/graph-error.ts";
import { expander } from "../odata/expand.ts";
import { listAnswer, type Collection } from "../odata/list.ts";
import { relatedObjects } from "../odata/related-objects.ts";
import { contextOf, render, selected } from "../odata/render.ts";
import { kindSource, targetsSource } from "../odata/source.ts";
import { BUILT_IN_ROLES, builtInRole } from "../roles/built-in-roles.ts";
import { READ_ROLES, WRITE_ROLES, type Needs } from "../rules/permission.ts";
import { demandValues } from "../rules/values.ts";
import { resourceNameOf, type Entity, type Values } from "../store/entity.ts";
import { isGuid } from "../store/ids.ts";
import type { Call } from "./call.ts";
import { referenceList } from "./reference-list.ts";
import { referenced, resolve } from "./resolve.ts";
import { resourceList } from "./resource-list.ts";
import type { Route } from "./route.ts";

const ACTIVATE: Needs = [...WRITE_ROLES, "Directory.ReadWrite.All"];

/** The role by its object id or by `roleTemplateId=`. @throws GraphError 404 if it was not activated */
function role(call: Call): Entity {
  call.tenant.roles.ensureFirst();
  return resolve(call, "directoryRole", call.params["role"] ?? "").entity;
}

function list(call: Call): Answer {
  call.tenant.roles.ensureFirst();
  return listAnswer(call, {
    type: "directoryRole",
    set: "directoryRoles",
    typed: false,
    source: kindSource(call.tenant.directory, "directoryRole"),
  });
}

const shown = (call: Call, entity: Entity, status: number): Answer => ({
  status,
  body: {
    "@odata.context": contextOf(
      call.root,
      "directoryRoles",
      call.query.select,
      true,
      call.query.expand,
    ),
    ...expander(call, "directoryRole")(
      entity,
      render(entity, entity.values, selected("directoryRole", call.query.select), false),
    ),
  },
});

/** Seen for a role that is active, and for an assignment that exists. */
export const conflicting = () =>
  badRequest(
    "A conflicting object with one or more of the specified property values is present in the directory.",
  );

function activate(call: Call): Answer {
  demandValues("directoryRole", call.body, ["roleTemplateId"]);
  const id = String(call.body["roleTemplateId"]);
  const found = isGuid(id) ? builtInRole(id) : undefined;
  if (found === undefined) throw notFound(id);
  const { roles } = call.tenant;
  roles.ensureFirst();
  if (roles.find(found.id)) throw conflicting();
  return shown(call, roles.activate(found.id), 201);
}

const members = (call: Call): Collection =>
  relatedObjects(targetsSource(call.tenant.directory, "members", role(call)));

/** @throws GraphError 400 for a principal that cannot hold roles. */
export function demandRolePrincipal(principal: Entity): void {
  const isHolder =
    principal.kind === "user" ||
    principal.kind === "servicePrincipal" ||
    (principal.kind === "group" && principal.values["isAssignableToRole"] === true);
  // Seen for an application; of a group it is not known (MicrosoftDocs/azure-docs#68960).
  if (!isHolder)
    throw badRequest(
      `Objects of type ${resourceNameOf(principal.kind)} cannot be assigned to roles.`,
    );
}

function add(call: Call): Answer {
  const holder = role(call);
  const member = referenced(call, call.body["@odata.id"]);
  demandRolePrincipal(member);
  if (!call.tenant.directory.link("members", holder, member.id)) {
    throw badRequest(
      "One or more added object references already exist for the following modified properties: 'members'.",
    );
  }
  return noContent;
}

function remove(call: Call): Answer {
  const id = call.params["member"] ?? "";
  if (!call.tenant.directory.unlink("members", role(call), id.toLowerCase())) throw notFound(id);
  return noContent;
}

const templateShown = ({
  id,
  displayName,
  description,
}: (typeof BUILT_IN_ROLES)[number]): Values => ({
  id,
  deletedDateTime: null,
  description,
  displayName,
});

function template(call: Call): Answer {
  const id = call.params["template"] ?? "";
  const found = BUILT_IN_ROLES.find((one) => one.id === id.toLowerCase());
  if (!found) throw notFound(id);
  return ok({
    "@odata.context": contextOf(call.root, "directoryRoleTemplates", undefined, true),
    ...templateShown(found),
  });
}

const touches: Route["touches"] = (call) => ({
  objects: [(call.params["role"] ?? "").toLowerCase()],
});

export const directoryRoleRoutes: readonly Route[] = [
  { method: "GET", path: "/directoryRoles", needs: READ_ROLES, handle: list },
  {
    method: "POST",
    path: "/directoryRoles",
    needs: ACTIVATE,
    body: "required",
    handle: activate,
  },
  {
    method: "GET",
    path: "/directoryRoles/:role",
    needs: READ_ROLES,
    handle: (call) => shown(call, role(call), 200),
  },
  {
    method: "GET",
    path: "/directoryRoles/:role/members",
    needs: READ_ROLES,
    handle: (call) => listAnswer(call, members(call)),
  },
  {
    method: "GET",
    path: "/directoryRoles/:role/members/$ref",
    needs: READ_ROLES,
    handle: (call) => referenceList(call, members(call)),
  },
  {
    method: "POST",
    path: "/directoryRoles/:role/members/$ref",
    needs: WRITE_ROLES,
    body: "required",
    touches,
    handle: add,
  },
  {
    method: "DELETE",
    path: "/directoryRoles/:role/members/:member/$ref",
    needs: WRITE_ROLES,
    touches,
    handle: remove,
  },
  {
    method: "GET",
    path: "/directoryRoleTemplates",
    needs: READ_ROLES,
    handle: (call) =>
      resourceList(call, "directoryRoleTemplates", BUILT_IN_ROLES.map(templateShown)),
  },
  {
    method: "GET",
    path: "/directoryRoleTemplates/:template",
    needs: READ_ROLES,
    handle: template,
  },
];
