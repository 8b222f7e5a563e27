import { ok, type Answer } from "../http/answer.ts";
import { badRequest, notFound } from "../http/graph-error.ts";
import { namesFor } from "../odata/list.ts";
import { contextOf, render } from "../odata/render.ts";
import { seesMembersOf } from "../rules/hidden-members.ts";
import {
  READ_APPLICATIONS,
  READ_CONTACTS,
  READ_DEVICES,
  READ_DIRECTORY,
  READ_MEMBERS,
  READ_USERS,
  both,
  type Needs,
} from "../rules/permission.ts";
import { transitiveHolders } from "../store/closure.ts";
import type { Entity, Kind } from "../store/entity.ts";
import { isGuid } from "../store/ids.ts";
import type { Call } from "./call.ts";
import { deleteObject } from "./delete-object.ts";
import { resolve } from "./resolve.ts";
import type { Route } from "./route.ts";

/** directoryobject-getbyids: at most 1,000 ids; check and getMember: at most 20. */
const MOST_IDS = 1000;
const MOST_CHECKS = 20;

function liveObject(call: Call, id: string): Entity {
  if (!isGuid(id)) throw badRequest(`Invalid object identifier '${id}'.`);
  const entity = call.tenant.directory.get(id);
  if (!entity || call.tenant.directory.seen(entity).state !== "live") throw notFound(id);
  return entity;
}

function get(call: Call): Answer {
  const entity = liveObject(call, call.params["id"] ?? "");
  const names = namesFor("directoryObject", call.query.select)(entity);
  return ok({
    "@odata.context": contextOf(call.root, "directoryObjects", call.query.select, true),
    ...render(entity, entity.values, names, true),
  });
}

const textList = (call: Call, name: string, most: number, required = true): readonly string[] => {
  const value = call.body[name];
  if (value === undefined && !required) return [];
  if (!Array.isArray(value) || value.some((entry) => typeof entry !== "string")) {
    throw badRequest(`Invalid value specified for property '${name}' of the request.`);
  }
  if (value.length > most) {
    throw badRequest(`The number of values in '${name}' exceeds the maximum of ${most}.`);
  }
  return value as readonly string[];
};

/** Unknown ids are left out without an error (directoryobject-getbyids). */
function getByIds(call: Call): Answer {
  const ids = textList(call, "ids", MOST_IDS);
  const types = textList(call, "types", 100, false).map((type) =>
    type.replace(/^#?microsoft\.graph\./, "").toLowerCase(),
  );
  const wanted = (entity: Entity): boolean =>
    types.length === 0 ||
    types.includes("directoryobject") ||
    types.includes(entity.kind.toLowerCase());
  const bad = ids.find((id) => !isGuid(id));
  if (bad !== undefined) throw badRequest(`Invalid object identifier '${bad}'.`);
  const names = namesFor("directoryObject", call.query.select);
  const value = [...new Set(ids.map((id) => id.toLowerCase()))].flatMap((id) => {
    const entity = call.tenant.directory.get(id);
    if (!entity || !wanted(entity)) return [];
    const seen = call.tenant.directory.seen(entity);
    return seen.state === "live" ? [render(entity, seen.values, names(entity), true)] : [];
  });
  return ok({
    "@odata.context": contextOf(call.root, "directoryObjects", call.query.select, false),
    value,
  });
}

const isGroup = (entity: Entity): boolean => entity.kind === "group";

const answerIds = (call: Call, value: readonly string[]): Answer =>
  ok({ "@odata.context": `${call.root}/$metadata#Collection(Edm.String)`, value });

/** Which of the ids the object is a member of, including through nested groups. */
const check =
  (parameter: "groupIds" | "ids", counts: (entity: Entity) => boolean) =>
  (call: Call, entity: Entity): Answer => {
    const asked = textList(call, parameter, MOST_CHECKS);
    const holders = new Set(
      transitiveHolders(call.tenant.directory, entity.id)
        .filter((one) => counts(one) && seesMembersOf(call, one))
        .map((one) => one.id),
    );
    return answerIds(
      call,
      asked.filter((id) => holders.has(id.toLowerCase())),
    );
  };

/** Every group (and unit) the object is in, transitively. `securityEnabledOnly` is required. */
const getAll =
  (counts: (entity: Entity) => boolean) =>
  (call: Call, entity: Entity): Answer => {
    const secure = call.body["securityEnabledOnly"];
    if (secure !== undefined && typeof secure !== "boolean") {
      throw badRequest(
        "Invalid value specified for property 'securityEnabledOnly' of the request.",
      );
    }
    if (secure === true && entity.kind !== "user" && entity.kind !== "servicePrincipal") {
      throw badRequest(
        "The securityEnabledOnly parameter is supported for users and service principals only.",
      );
    }
    const found = transitiveHolders(call.tenant.directory, entity.id)
      .filter((one) => counts(one) && seesMembersOf(call, one))
      .filter((one) => secure !== true || one.values["securityEnabled"] === true);
    return answerIds(
      call,
      found.map((one) => one.id),
    );
  };

const anything = (): boolean => true;

const ACTIONS: readonly {
  readonly name: string;
  readonly resourceUnits: number;
  readonly run: (call: Call, entity: Entity) => Answer;
}[] = [
  { name: "checkMemberGroups", resourceUnits: 4, run: check("groupIds", isGroup) },
  { name: "checkMemberObjects", resourceUnits: 4, run: check("ids", anything) },
  { name: "getMemberGroups", resourceUnits: 2, run: getAll(isGroup) },
  { name: "getMemberObjects", resourceUnits: 2, run: getAll(anything) },
];

const GROUP_READERS: Needs = ["GroupMember.Read.All", "Group.Read.All", "Group.ReadWrite.All"];

const HOLDERS: readonly {
  readonly set: string;
  readonly kind?: Kind;
  readonly needs: (action: string) => Needs;
}[] = [
  {
    set: "users",
    kind: "user",
    // getMember* lists groups that check* only confirms, so it needs permission to read groups too.
    needs: (action) =>
      action.startsWith("get")
        ? [...both(READ_USERS, GROUP_READERS), ...READ_DIRECTORY]
        : READ_USERS,
  },
  { set: "groups", kind: "group", needs: () => READ_MEMBERS },
  {
    set: "servicePrincipals",
    kind: "servicePrincipal",
    needs: () => READ_APPLICATIONS,
  },
  { set: "devices", kind: "device", needs: () => [...READ_DEVICES, ...READ_APPLICATIONS] },
  { set: "contacts", kind: "orgContact", needs: () => READ_CONTACTS },
  { set: "directoryObjects", needs: () => [...READ_DIRECTORY, ...READ_APPLICATIONS] },
];

const actionRoutes: readonly Route[] = HOLDERS.flatMap((holder) =>
  ACTIONS.map((action): Route => ({
    method: "POST",
    path: `/${holder.set}/:id/${action.name}`,
    needs: holder.needs(action.name),
    resourceUnits: action.resourceUnits,
    writes: 0,
    body: "required",
    handle: (call) => {
      const id = call.params["id"] ?? "";
      const entity = holder.kind ? resolve(call, holder.kind, id).entity : liveObject(call, id);
      return action.run(call, entity);
    },
  })),
);

export const directoryObjectRoutes: readonly Route[] = [
  {
    method: "POST",
    path: "/directoryObjects/getByIds",
    needs: READ_DIRECTORY,
    resourceUnits: 5,
    writes: 0,
    body: "required",
    handle: getByIds,
  },
  { method: "GET", path: "/directoryObjects/:id", needs: READ_DIRECTORY, handle: get },
  {
    // With the permission of the object's kind (directoryobject-delete).
    method: "DELETE",
    path: "/directoryObjects/:id",
    needs: "per-call",
    handle: (call) => deleteObject(call, liveObject(call, call.params["id"] ?? "")),
  },
  ...actionRoutes,
];
