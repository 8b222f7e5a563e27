import { noContent, type Answer } from "../http/answer.ts";
import { badRequest, denied, notFound } from "../http/graph-error.ts";
import { expander } from "../odata/expand.ts";
import { countAnswer, listAnswer, type Collection } from "../odata/list.ts";
import { relatedObjects } from "../odata/related-objects.ts";
import { contextOf, render, selected } from "../odata/render.ts";
import { kindSource, targetsSource } from "../odata/source.ts";
import { checkEnumerations } from "../rules/enumerations.ts";
import { checkExtensionValues } from "../rules/extension-values.ts";
import { seesMembersOf } from "../rules/hidden-members.ts";
import { both, CREATE_GROUPS, READ_UNITS, WRITE_UNITS } from "../rules/permission.ts";
import { demandRoom } from "../rules/quota.ts";
import { checkedValues, demandValues } from "../rules/values.ts";
import type { Entity, Values } from "../store/entity.ts";
import type { Call } from "./call.ts";
import { conflicting } from "./directory-roles.ts";
import { createGroup } from "./group-writes.ts";
import { referenceList } from "./reference-list.ts";
import { referenced, resolve } from "./resolve.ts";
import type { Route } from "./route.ts";
import { softDelete } from "./soft-delete.ts";

const unit = (call: Call): Entity =>
  resolve(call, "administrativeUnit", call.params["unit"] ?? "").entity;

const SET = "directory/administrativeUnits";

const units = (call: Call): Collection => ({
  type: "administrativeUnit",
  set: SET,
  typed: false,
  source: kindSource(call.tenant.directory, "administrativeUnit"),
});

const shown = (call: Call, entity: Entity, status: number): Answer => ({
  status,
  body: {
    "@odata.context": contextOf(call.root, SET, call.query.select, true, call.query.expand),
    ...expander(call, "administrativeUnit")(
      entity,
      render(entity, entity.values, selected("administrativeUnit", call.query.select), false),
    ),
  },
});

/** @throws GraphError 400 for a value that no unit can have */
function checkedUnit(call: Call, purpose: "create" | "update"): Values {
  const values = checkedValues("administrativeUnit", call.body, purpose);
  checkEnumerations("administrativeUnit", values);
  checkExtensionValues(call, "administrativeUnit", values);
  return values;
}

function create(call: Call): Answer {
  demandValues("administrativeUnit", call.body, ["displayName"]);
  const values = checkedUnit(call, "create");
  demandRoom(call.tenant);
  return shown(call, call.tenant.directory.create("administrativeUnit", values), 201);
}

function update(call: Call): Answer {
  call.tenant.directory.update(unit(call), checkedUnit(call, "update"));
  return noContent;
}

function remove(call: Call): Answer {
  softDelete(call.tenant, unit(call));
  return noContent;
}

function members(call: Call, type?: Collection["type"]): Collection {
  const holder = unit(call);
  const isSeen = seesMembersOf(call, holder);
  const source = targetsSource(call.tenant.directory, "members", holder, () => isSeen);
  return relatedObjects(source, type);
}

/** Updates whether a member's management is restricted, which follows from its units. */
function restrict(call: Call, member: Entity): void {
  const { directory } = call.tenant;
  const restricted = [...directory.relations.members.sources(member.id)].some(
    (id) => directory.get(id)?.values["isMemberManagementRestricted"] === true,
  );
  if ((member.values["isManagementRestricted"] ?? false) !== restricted) {
    directory.update(member, { isManagementRestricted: restricted });
  }
}

/** The members of a dynamic unit follow its rule (resources/administrativeUnit, membershipType). */
function demandAssigned(holder: Entity): void {
  if (String(holder.values["membershipType"]).toLowerCase() === "dynamic") throw denied();
}

function add(call: Call): Answer {
  const holder = unit(call);
  demandAssigned(holder);
  const member = referenced(call, call.body["@odata.id"]);
  if (!["user", "group", "device"].includes(member.kind)) {
    throw badRequest(
      "Invalid value specified for property 'members' of resource 'AdministrativeUnit'.",
    );
  }
  // Not in the words of groups (seen in issues, terraform-provider-azuread).
  if (!call.tenant.directory.link("members", holder, member.id)) throw conflicting();
  restrict(call, member);
  return noContent;
}

function removeMember(call: Call): Answer {
  const id = call.params["member"] ?? "";
  const { directory } = call.tenant;
  const holder = unit(call);
  demandAssigned(holder);
  if (!directory.unlink("members", holder, id.toLowerCase())) throw notFound(id);
  const member = directory.get(id);
  if (member) restrict(call, member);
  return noContent;
}

/** Creates a group inside the unit (administrativeunit-post-members). */
function createInside(call: Call): Answer {
  const holder = unit(call);
  demandAssigned(holder);
  const type = call.body["@odata.type"];
  if (type !== "#microsoft.graph.group" && type !== "#Microsoft.Graph.Group") {
    throw badRequest("Invalid value specified for property '@odata.type'.");
  }
  const group = createGroup(call, {});
  call.tenant.directory.link("members", holder, group.id);
  restrict(call, group);
  return {
    status: 201,
    body: {
      "@odata.context": contextOf(call.root, "groups", undefined, true),
      ...render(group, group.values, selected("group", undefined), true),
    },
  };
}

const touchesUnit: Route["touches"] = (call) => ({
  objects: [(call.params["unit"] ?? "").toLowerCase()],
});

const PATH = "/directory/administrativeUnits";

export const administrativeUnitRoutes: readonly Route[] = [
  { method: "GET", path: PATH, needs: READ_UNITS, handle: (call) => listAnswer(call, units(call)) },
  {
    method: "GET",
    path: `${PATH}/$count`,
    needs: READ_UNITS,
    handle: (call) => countAnswer(call, units(call)),
  },
  { method: "POST", path: PATH, needs: WRITE_UNITS, body: "required", handle: create },
  {
    method: "GET",
    path: `${PATH}/:unit`,
    needs: READ_UNITS,
    handle: (call) => shown(call, unit(call), 200),
  },
  {
    method: "PATCH",
    path: `${PATH}/:unit`,
    needs: WRITE_UNITS,
    body: "required",
    touches: touchesUnit,
    handle: update,
  },
  {
    method: "DELETE",
    path: `${PATH}/:unit`,
    needs: WRITE_UNITS,
    touches: touchesUnit,
    handle: remove,
  },
  {
    method: "GET",
    path: `${PATH}/:unit/members`,
    needs: READ_UNITS,
    handle: (call) => listAnswer(call, members(call)),
  },
  ...(["user", "group", "device"] as const).map((type): Route => ({
    method: "GET",
    path: `${PATH}/:unit/members/microsoft.graph.${type}`,
    needs: READ_UNITS,
    handle: (call) => listAnswer(call, members(call, type)),
  })),
  {
    method: "GET",
    path: `${PATH}/:unit/members/$ref`,
    needs: READ_UNITS,
    handle: (call) => referenceList(call, members(call)),
  },
  {
    method: "POST",
    path: `${PATH}/:unit/members/$ref`,
    needs: WRITE_UNITS,
    body: "required",
    handle: add,
  },
  {
    method: "POST",
    path: `${PATH}/:unit/members`,
    needs: both(CREATE_GROUPS, WRITE_UNITS),
    body: "required",
    handle: createInside,
  },
  {
    method: "DELETE",
    path: `${PATH}/:unit/members/:member/$ref`,
    needs: WRITE_UNITS,
    handle: removeMember,
  },
];
