import { noContent, type Answer } from "../http/answer.ts";
import { badRequest, notFound } from "../http/graph-error.ts";
import { countAnswer, listAnswer, type Collection } from "../odata/list.ts";
import { relatedObjects } from "../odata/related-objects.ts";
import { targetsSource } from "../odata/source.ts";
import { demandFitOwner, demandWritableEdges } from "../rules/membership.ts";
import { READ_GROUPS, WRITE_GROUPS } from "../rules/permission.ts";
import type { Call } from "./call.ts";
import { alreadyThere, demandOwnerQuota } from "./group-writes.ts";
import { referenceList } from "./reference-list.ts";
import { referenced, resolve } from "./resolve.ts";
import type { Route } from "./route.ts";

const group = (call: Call) => resolve(call, "group", call.params["group"] ?? "").entity;

/** v1.0 leaves service principals out of the owners (group-list-owners). */
function owners(call: Call, type?: Collection["type"]): Collection {
  const { directory } = call.tenant;
  const source = targetsSource(
    directory,
    "owners",
    group(call),
    ({ kind }) => kind !== "servicePrincipal",
  );
  return relatedObjects(source, type);
}

function add(call: Call): Answer {
  const holder = group(call);
  demandWritableEdges(call, holder, "owners");
  const owner = referenced(call, call.body["@odata.id"]);
  demandFitOwner(owner);
  demandOwnerQuota(call, holder, 1);
  if (!call.tenant.directory.link("owners", holder, owner.id)) throw alreadyThere("owners");
  return noContent;
}

/** The last owner who is a user cannot be removed (group-delete-owners). */
function remove(call: Call): Answer {
  const holder = group(call);
  demandWritableEdges(call, holder, "owners");
  const { directory } = call.tenant;
  const owner = call.params["owner"] ?? "";
  const id = owner.toLowerCase();
  if (!directory.relations.owners.has(holder.id, id)) throw notFound(owner);
  const isUser = (each: string): boolean => {
    const entity = directory.get(each);
    return entity?.kind === "user" && entity.state === "live";
  };
  const others = [...directory.relations.owners.targets(holder.id)].some(
    ([other]) => other !== id && isUser(other),
  );
  if (!others && isUser(id)) {
    throw badRequest("The group must have at least one owner, hence this owner cannot be removed.");
  }
  directory.unlink("owners", holder, id);
  return noContent;
}

const touches: Route["touches"] = (call) => ({
  objects: [`${(call.params["group"] ?? "").toLowerCase()}/owners`],
});

export const ownerRoutes: readonly Route[] = [
  {
    method: "GET",
    path: "/groups/:group/owners",
    needs: READ_GROUPS,
    handle: (call) => listAnswer(call, owners(call)),
  },
  {
    method: "GET",
    path: "/groups/:group/owners/$count",
    needs: READ_GROUPS,
    handle: (call) => countAnswer(call, owners(call)),
  },
  {
    method: "GET",
    path: "/groups/:group/owners/$ref",
    needs: READ_GROUPS,
    handle: (call) => referenceList(call, owners(call)),
  },
  {
    method: "GET",
    path: "/groups/:group/owners/microsoft.graph.user",
    needs: READ_GROUPS,
    handle: (call) => listAnswer(call, owners(call, "user")),
  },
  {
    method: "POST",
    path: "/groups/:group/owners/$ref",
    needs: WRITE_GROUPS,
    body: "required",
    touches,
    handle: add,
  },
  {
    method: "DELETE",
    path: "/groups/:group/owners/:owner/$ref",
    needs: WRITE_GROUPS,
    touches,
    handle: remove,
  },
];
