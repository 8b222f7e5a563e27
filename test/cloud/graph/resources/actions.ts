import { noContent, ok, type Answer } from "../http/answer.ts";
import { badRequest, GraphError, notFound, type ErrorDetail } from "../http/graph-error.ts";
import { namesFor } from "../odata/list.ts";
import { contextOf, render, selected } from "../odata/render.ts";
import { nameProblems } from "../rules/naming-policy.ts";
import {
  demand,
  READ_APPLICATIONS,
  READ_GROUPS,
  READ_UNITS,
  READ_WHOLE_GROUPS,
  WRITE_GROUPS,
  WRITE_USERS,
} from "../rules/permission.ts";
import type { Call } from "./call.ts";
import { resolve } from "./resolve.ts";
import type { Route } from "./route.ts";
import { purgeExpired } from "./soft-delete.ts";

/**
 * Whether a group may have these names, by the prefix and suffix of the tenant's naming policy and by the
 * nicknames that are taken (directoryobject-validateproperties, group-validateproperties).
 * @throws GraphError 400 without a name or for another type, 422 for names that the group cannot have
 */
function validate(call: Call, self?: string): Answer {
  const { displayName, mailNickname, entityType } = call.body;
  if (self === undefined && entityType !== "Group")
    throw badRequest("Invalid value specified for property 'entityType' of the request.");
  if (typeof displayName !== "string" && typeof mailNickname !== "string")
    throw badRequest("One of displayName and mailNickname is required.");
  const person = call.body["onBehalfOfUserId"];
  const problems = nameProblems(
    call.tenant,
    { displayName, mailNickname },
    typeof person === "string" ? person : call.caller.principalId,
  );
  const isTaken =
    typeof mailNickname === "string" &&
    call.tenant.directory
      .find("group", "mailNickname", mailNickname)
      .some(({ id, values }) => id !== self && values["mailEnabled"] === true);
  // Only the first kind of failure is told.
  if (problems.length > 0) throw invalidNames(problems);
  if (!isTaken) return noContent;
  throw invalidNames([
    {
      code: "PropertyConflict",
      message: "Another object with the same value for property mailNickname already exists.",
      target: "mailNickname",
    },
  ]);
}

const invalidNames = (details: readonly ErrorDetail[]): GraphError =>
  new GraphError(
    422,
    "Request_UnprocessableEntity",
    "The values provided contain one or more validation errors.",
    { details },
  );

/** Deleted groups or applications of one owner, at most 1,000, by id (directory-deleteditems-getuserownedobjects). */
function ownedDeletedItems(call: Call): Answer {
  const { userId, type } = call.body;
  if (type !== "Group" && type !== "Application")
    throw badRequest("Invalid value specified for property 'type' of the request.");
  if (typeof userId !== "string")
    throw badRequest("A value is required for property 'userId' of the request.");
  demand(call.caller, type === "Group" ? READ_WHOLE_GROUPS : READ_APPLICATIONS);
  const { tenant } = call;
  purgeExpired(tenant);
  const kind = type === "Group" ? "group" : "application";
  const value = [...tenant.directory.deleted[kind]]
    .filter(({ id }) => tenant.directory.relations.owners.has(id, userId.toLowerCase()))
    .toSorted((one, other) => one.id.localeCompare(other.id))
    .slice(0, 1000)
    .map((one) => render(one, one.values, selected(kind, undefined), true));
  return ok({ "@odata.context": `${call.root}/$metadata#directoryObjects`, value });
}

/** One member of a unit (administrativeunit-get-members). */
function memberOfUnit(call: Call): Answer {
  const { entity } = resolve(call, "administrativeUnit", call.params["unit"] ?? "");
  const id = (call.params["member"] ?? "").toLowerCase();
  const { directory } = call.tenant;
  const member = directory.relations.members.has(entity.id, id) ? directory.get(id) : undefined;
  if (member?.state !== "live") throw notFound(id);
  const names = namesFor("directoryObject", call.query.select)(member);
  return ok({
    "@odata.context": contextOf(call.root, "directoryObjects", call.query.select, true),
    ...render(member, member.values, names, true),
  });
}

/** Accepted and without effect: nothing fails to be provisioned here (user-retryserviceprovisioning). */
const retryProvisioning = (set: "users" | "groups"): Route => ({
  method: "POST",
  path: `/${set}/:id/retryServiceProvisioning`,
  needs: set === "users" ? WRITE_USERS : WRITE_GROUPS,
  handle: (call) => {
    resolve(call, set === "users" ? "user" : "group", call.params["id"] ?? "");
    return noContent;
  },
});

export const actionRoutes: readonly Route[] = [
  {
    method: "POST",
    path: "/directoryObjects/validateProperties",
    needs: READ_WHOLE_GROUPS,
    writes: 0,
    body: "required",
    handle: (call) => validate(call),
  },
  {
    method: "POST",
    path: "/directory/deletedItems/validateProperties",
    needs: READ_WHOLE_GROUPS,
    writes: 0,
    body: "required",
    handle: (call) => validate(call),
  },
  {
    method: "POST",
    path: "/groups/:id/validateProperties",
    needs: READ_GROUPS,
    writes: 0,
    body: "required",
    handle: (call) => validate(call, resolve(call, "group", call.params["id"] ?? "").entity.id),
  },
  {
    method: "POST",
    path: "/directory/deletedItems/getUserOwnedObjects",
    needs: "per-call",
    writes: 0,
    body: "required",
    handle: ownedDeletedItems,
  },
  {
    method: "GET",
    path: "/directory/administrativeUnits/:unit/members/:member",
    needs: READ_UNITS,
    handle: memberOfUnit,
  },
  retryProvisioning("users"),
  retryProvisioning("groups"),
];
