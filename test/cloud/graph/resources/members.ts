import { noContent, type Answer } from "../http/answer.ts";
import { badRequest, notFound } from "../http/graph-error.ts";
import { countAnswer, listAnswer, type Collection } from "../odata/list.ts";
import { relatedObjects } from "../odata/related-objects.ts";
import { targetsSource } from "../odata/source.ts";
import { seesMembersOf } from "../rules/hidden-members.ts";
import { demandFitMember, demandWritableEdges } from "../rules/membership.ts";
import { READ_MEMBERS, WRITE_MEMBERS } from "../rules/permission.ts";
import type { Entity } from "../store/entity.ts";
import type { Call } from "./call.ts";
import { deleteObject } from "./delete-object.ts";
import { membershipChanged } from "./group-licenses.ts";
import { alreadyThere } from "./group-writes.ts";
import { referenceList } from "./reference-list.ts";
import { notReplicated, referenced, resolve } from "./resolve.ts";
import type { Route } from "./route.ts";

const group = (call: Call) => resolve(call, "group", call.params["group"] ?? "").entity;

/** v1.0 leaves service principals out of the members (group-list-members, known issue). */
const listed = (entity: Entity): boolean => entity.kind !== "servicePrincipal";

function members(call: Call, type?: Collection["type"]): Collection {
  const holder = group(call);
  const isSeen = seesMembersOf(call, holder);
  const shows = (entity: Entity): boolean => isSeen && listed(entity);
  return relatedObjects(targetsSource(call.tenant.directory, "members", holder, shows), type);
}

/** The group of a write, which must have replicated. */
function writtenGroup(call: Call): Entity {
  const key = call.params["group"] ?? "";
  const held = call.tenant.directory.get(key);
  if (held?.state === "live" && call.tenant.directory.seen(held).state === "absent") {
    throw notReplicated();
  }
  return resolve(call, "group", key).entity;
}

const NO_MEMBER =
  "One or more removed object references do not exist for the following modified properties: 'members'.";

function add(call: Call): Answer {
  const holder = writtenGroup(call);
  demandWritableEdges(call, holder, "members");
  const member = referenced(call, call.body["@odata.id"]);
  demandFitMember(call, holder.values, member);
  if (!call.tenant.directory.link("members", holder, member.id)) throw alreadyThere("members");
  membershipChanged(call.tenant, holder);
  return noContent;
}

function remove(call: Call): Answer {
  const holder = writtenGroup(call);
  demandWritableEdges(call, holder, "members");
  const member = call.params["member"] ?? "";
  const id = member.toLowerCase();
  if (!call.tenant.directory.unlink("members", holder, id)) {
    if (call.tenant.conditions.absentMember === "400" && call.tenant.directory.get(id)) {
      throw badRequest(NO_MEMBER);
    }
    throw notFound(member);
  }
  membershipChanged(call.tenant, holder);
  return noContent;
}

/** Without `/$ref` the member OBJECT is deleted if the caller may do that (group-delete-members). */
function removeObject(call: Call): Answer {
  const id = call.params["member"] ?? "";
  const holder = group(call);
  const entity = call.tenant.directory.get(id);
  if (!entity || !call.tenant.directory.relations.members.has(holder.id, entity.id)) {
    throw notFound(id);
  }
  return deleteObject(call, entity);
}

const memberId = (call: Call): string | undefined => {
  const named = call.params["member"] ?? call.body["@odata.id"];
  return typeof named === "string"
    ? named.slice(named.lastIndexOf("/") + 1).toLowerCase()
    : undefined;
};

const touchesEdge: Route["touches"] = (call) => {
  const member = memberId(call);
  return member === undefined
    ? {}
    : { edges: [[(call.params["group"] ?? "").toLowerCase(), member]] };
};

export const memberRoutes: readonly Route[] = [
  {
    method: "GET",
    path: "/groups/:group/members",
    needs: READ_MEMBERS,
    resourceUnits: 3,
    handle: (call) => listAnswer(call, members(call)),
  },
  {
    method: "GET",
    path: "/groups/:group/members/$count",
    needs: READ_MEMBERS,
    handle: (call) => countAnswer(call, members(call)),
  },
  {
    method: "GET",
    path: "/groups/:group/members/$ref",
    needs: READ_MEMBERS,
    resourceUnits: 3,
    handle: (call) => referenceList(call, members(call)),
  },
  ...(["user", "group", "device"] as const).flatMap((type): Route[] => [
    {
      method: "GET",
      path: `/groups/:group/members/microsoft.graph.${type}`,
      needs: READ_MEMBERS,
      resourceUnits: 3,
      handle: (call) => listAnswer(call, members(call, type)),
    },
    {
      method: "GET",
      path: `/groups/:group/members/microsoft.graph.${type}/$count`,
      needs: READ_MEMBERS,
      handle: (call) => countAnswer(call, members(call, type)),
    },
  ]),
  {
    method: "POST",
    path: "/groups/:group/members/$ref",
    needs: WRITE_MEMBERS,
    body: "required",
    touches: touchesEdge,
    handle: add,
  },
  {
    method: "DELETE",
    path: "/groups/:group/members/:member/$ref",
    needs: WRITE_MEMBERS,
    touches: touchesEdge,
    handle: remove,
  },
  {
    method: "DELETE",
    path: "/groups/:group/members/:member",
    needs: "per-call",
    touches: (call) => ({ objects: [(call.params["member"] ?? "").toLowerCase()] }),
    handle: removeObject,
  },
];
