import { noContent, ok, type Answer } from "../http/answer.ts";
import { notFound } from "../http/graph-error.ts";
import { expander } from "../odata/expand.ts";
import { countAnswer, listAnswer, type Collection } from "../odata/list.ts";
import { contextOf, render, selected } from "../odata/render.ts";
import { kindSource } from "../odata/source.ts";
import { countBindings } from "../rules/bindings.ts";
import { demandPerson } from "../rules/people-only.ts";
import {
  CREATE_GROUPS,
  demand,
  READ_GROUPS,
  WRITE_GROUPS,
  WRITE_MEMBERS,
  type Needs,
} from "../rules/permission.ts";
import type { Entity } from "../store/entity.ts";
import { isGuid } from "../store/ids.ts";
import { prefers, type Call } from "./call.ts";
import { createGroup, updateGroup } from "./group-writes.ts";
import { directoryNames, elsewhereOf, setsElsewhere, updateElsewhere } from "./kept/profile.ts";
import { removeGroup } from "./remove-group.ts";
import { entityOf, resolve } from "./resolve.ts";
import type { Route } from "./route.ts";

const INDEXED = new Set(["id", "displayName", "mailNickname", "mail", "uniqueName"]);

function groups(call: Call): Collection {
  const { directory } = call.tenant;
  return {
    type: "group",
    set: "groups",
    typed: false,
    source: kindSource(directory, "group"),
    lookUp: (property, value) => {
      if (!INDEXED.has(property)) return undefined;
      if (property !== "id") return directory.find("group", property, value);
      const found = directory.get(value);
      return found?.kind === "group" && found.state === "live" ? [found] : [];
    },
  };
}

function get(call: Call): Answer {
  const { entity, values } = resolve(call, "group", call.params["group"] ?? "");
  const names = selected("group", directoryNames("group", call.query.select));
  const shown = {
    ...render(entity, values, names, false),
    ...elsewhereOf(call, "group", entity.id),
  };
  return ok({
    "@odata.context": contextOf(call.root, "groups", call.query.select, true, call.query.expand),
    ...expander(call, "group")(entity, shown),
  });
}

const created = (call: Call, entity: Entity): Answer => ({
  status: 201,
  headers: {
    Location: `${call.root.replace(/\/v1\.0$/, "")}/v2/${call.tenant.id}/directoryObjects/${entity.id}/Microsoft.DirectoryServices.Group`,
  },
  body: {
    "@odata.context": contextOf(call.root, "groups", undefined, true),
    ...render(entity, entity.values, selected("group", undefined), false),
  },
});

/** PATCH; by unique name with `Prefer: create-if-missing` it is an upsert (group-upsert). */
function patch(call: Call): Answer {
  const key = call.params["group"] ?? "";
  const held = entityOf(call, "group", key);
  if (!held && key.startsWith("uniqueName=")) {
    if (!prefers(call, "create-if-missing")) throw notFound(key.slice("uniqueName=".length));
    return created(call, createGroup(call, { uniqueName: key.slice("uniqueName=".length) }));
  }
  const { entity } = resolve(call, "group", key);
  if (setsElsewhere("group", call.body)) {
    // Only people can, and Directory.ReadWrite.All is not enough (group-update); 200 without a body.
    demandPerson(call);
    demand(call.caller, ["Group.ReadWrite.All"]);
    return { ...updateElsewhere(call, "group", entity.id), status: 200 };
  }
  // Labels are changed on behalf of people only (group-update).
  if (call.body["assignedLabels"] !== undefined) demandPerson(call);
  updateGroup(call, entity);
  return noContent;
}

/** group-update, permissions for specific scenarios. */
const WRITE_NESTING: Needs = ["Group-NestingSupport.ReadWrite.All", ...WRITE_GROUPS];

function demandGroupUpdate(call: Call): void {
  const names = Object.keys(call.body);
  if (names.every((name) => name === "members@odata.bind")) demand(call.caller, WRITE_MEMBERS);
  else if (names.every((name) => name === "disableNesting")) demand(call.caller, WRITE_NESTING);
  else demand(call.caller, WRITE_GROUPS);
}

function remove(call: Call): Answer {
  const { entity } = resolve(call, "group", call.params["group"] ?? "");
  removeGroup(call, entity);
  return noContent;
}

const touchesGroup: Route["touches"] = (call) => {
  const key = call.params["group"] ?? "";
  const id = isGuid(key) ? key.toLowerCase() : entityOf(call, "group", key)?.id;
  return id === undefined ? {} : { objects: [id] };
};

/** A PATCH that binds members costs one write unit for every few of them (facts/graph.md §2.1). */
const writesOf = (call: Call): number =>
  Math.max(1, Math.ceil(countBindings(call.body) / call.tenant.conditions.membersPerWrite));

export const groupRoutes: readonly Route[] = [
  {
    method: "GET",
    path: "/groups",
    needs: READ_GROUPS,
    handle: (call) => listAnswer(call, groups(call)),
  },
  {
    method: "GET",
    path: "/groups/$count",
    needs: READ_GROUPS,
    handle: (call) => countAnswer(call, groups(call)),
  },
  { method: "GET", path: "/groups/:group", needs: READ_GROUPS, handle: get },
  {
    method: "POST",
    path: "/groups",
    needs: CREATE_GROUPS,
    body: "required",
    handle: (call) => created(call, createGroup(call, {})),
  },
  {
    method: "PATCH",
    path: "/groups/:group",
    needs: demandGroupUpdate,
    body: "required",
    writes: writesOf,
    touches: touchesGroup,
    handle: patch,
  },
  {
    method: "POST",
    path: "/groups/:group/renew",
    needs: WRITE_GROUPS,
    touches: touchesGroup,
    handle: (call) => {
      const { entity } = resolve(call, "group", call.params["group"] ?? "");
      call.tenant.directory.update(entity, { renewedDateTime: call.tenant.nowText() });
      return noContent;
    },
  },
  {
    method: "DELETE",
    path: "/groups/:group",
    needs: WRITE_GROUPS,
    touches: touchesGroup,
    handle: remove,
  },
];
