import { demandApplicationWrite } from "../applications/ownership.ts";
import { noContent, type Answer } from "../http/answer.ts";
import { notFound } from "../http/graph-error.ts";
import { listAnswer } from "../odata/list.ts";
import { relatedObjects } from "../odata/related-objects.ts";
import { targetsSource } from "../odata/source.ts";
import { demandFitOwner } from "../rules/membership.ts";
import { READ_APPLICATIONS } from "../rules/permission.ts";
import type { Entity } from "../store/entity.ts";
import { application, servicePrincipal } from "./application-named.ts";
import type { Call } from "./call.ts";
import { alreadyThere } from "./group-writes.ts";
import { referenced } from "./resolve.ts";
import type { Route } from "./route.ts";

const list = (call: Call, holder: Entity): Answer =>
  listAnswer(call, relatedObjects(targetsSource(call.tenant.directory, "owners", holder)));

function add(call: Call, holder: Entity): Answer {
  demandApplicationWrite(call, holder);
  const owner = referenced(call, call.body["@odata.id"]);
  demandFitOwner(owner);
  if (!call.tenant.directory.link("owners", holder, owner.id)) throw alreadyThere("owners");
  return noContent;
}

function remove(call: Call, holder: Entity): Answer {
  demandApplicationWrite(call, holder);
  const owner = call.params["owner"] ?? "";
  if (!call.tenant.directory.unlink("owners", holder, owner.toLowerCase())) throw notFound(owner);
  return noContent;
}

const routesOf = (path: string, holder: (call: Call) => Entity): Route[] => [
  {
    method: "GET",
    path: `${path}/owners`,
    needs: READ_APPLICATIONS,
    handle: (call) => list(call, holder(call)),
  },
  {
    method: "POST",
    path: `${path}/owners/$ref`,
    needs: "per-call",
    body: "required",
    handle: (call) => add(call, holder(call)),
  },
  {
    method: "DELETE",
    path: `${path}/owners/:owner/$ref`,
    needs: "per-call",
    handle: (call) => remove(call, holder(call)),
  },
];

/** Owners of applications and of service principals. */
export const applicationOwnerRoutes: readonly Route[] = [
  ...routesOf("/applications/:application", application),
  ...routesOf("/servicePrincipals/:principal", servicePrincipal),
];
