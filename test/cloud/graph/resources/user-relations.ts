import { noContent, ok, type Answer } from "../http/answer.ts";
import { badRequest, notFound } from "../http/graph-error.ts";
import { listAnswer, namesFor } from "../odata/list.ts";
import { relatedObjects } from "../odata/related-objects.ts";
import { contextOf, render } from "../odata/render.ts";
import { entitiesSource, targetsSource, type Source } from "../odata/source.ts";
import { READ_USERS, WRITE_USERS } from "../rules/permission.ts";
import { demandRevocation } from "../rules/privilege.ts";
import type { RelationName } from "../store/directory.ts";
import type { Entity } from "../store/entity.ts";
import { isGuid } from "../store/ids.ts";
import type { Call } from "./call.ts";
import { referenced, resolve } from "./resolve.ts";
import type { Route } from "./route.ts";

const user = (call: Call): Entity => resolve(call, "user", call.params["user"] ?? "").entity;

/** The live objects with an edge to the user. */
const sourcesOf = (call: Call, relation: RelationName, of: Entity): Entity[] =>
  [...call.tenant.directory.relations[relation].sources(of.id)].flatMap(
    (id) => call.tenant.directory.get(id) ?? [],
  );

const list = (call: Call, source: Source): Answer => listAnswer(call, relatedObjects(source));

function managerOf(call: Call): Entity {
  const { directory } = call.tenant;
  const [first] = [...directory.relations.manager.targets(user(call).id)];
  const boss = first && directory.get(first[0]);
  if (!boss || boss.state !== "live") throw notFound("manager");
  return boss;
}

function getManager(call: Call): Answer {
  const boss = managerOf(call);
  const names = namesFor("directoryObject", call.query.select)(boss);
  return ok({
    "@odata.context": contextOf(call.root, "directoryObjects", call.query.select, true),
    ...render(boss, boss.values, names, true),
  });
}

function setManager(call: Call): Answer {
  const { directory } = call.tenant;
  const subject = user(call);
  const boss = referenced(call, call.body["@odata.id"]);
  if (boss.kind !== "user" && boss.kind !== "orgContact") {
    throw badRequest("Invalid value specified for property 'manager' of resource 'User'.");
  }
  if (boss === subject) throw badRequest("An object cannot be its own manager.");
  for (const [held] of Array.from(directory.relations.manager.targets(subject.id))) {
    directory.unlink("manager", subject, held);
  }
  directory.link("manager", subject, boss.id);
  return noContent;
}

function removeManager(call: Call): Answer {
  const boss = managerOf(call);
  call.tenant.directory.unlink("manager", user(call), boss.id);
  return noContent;
}

function addSponsor(call: Call): Answer {
  const sponsor = referenced(call, call.body["@odata.id"]);
  if (sponsor.kind !== "user" && sponsor.kind !== "group") {
    throw badRequest("Invalid value specified for property 'sponsors' of resource 'User'.");
  }
  if (!call.tenant.directory.link("sponsors", user(call), sponsor.id)) {
    throw badRequest(
      "One or more added object references already exist for the following modified properties: 'sponsors'.",
    );
  }
  return noContent;
}

function removeSponsor(call: Call): Answer {
  const id = call.params["sponsor"] ?? "";
  if (!call.tenant.directory.unlink("sponsors", user(call), id.toLowerCase())) throw notFound(id);
  return noContent;
}

/** Ends every session; takes effect within minutes (user-revokesigninsessions; known issue: 200 and a value). */
function revoke(call: Call): Answer {
  const entity = user(call);
  demandRevocation(call, entity);
  call.tenant.directory.update(entity, {
    signInSessionsValidFromDateTime: call.tenant.nowText(),
  });
  return ok({ "@odata.context": `${call.root}/$metadata#Edm.Boolean`, value: true });
}

const touches: Route["touches"] = (call) => {
  const key = call.params["user"] ?? "";
  return isGuid(key) ? { objects: [key.toLowerCase()] } : {};
};

const relation = (path: string, name: RelationName): Route => ({
  method: "GET",
  path: `/users/:user/${path}`,
  needs: READ_USERS,
  handle: (call) => list(call, targetsSource(call.tenant.directory, name, user(call))),
});

const reverse = (path: string, name: RelationName, resourceUnits = 1): Route => ({
  method: "GET",
  path: `/users/:user/${path}`,
  needs: READ_USERS,
  resourceUnits,
  handle: (call) =>
    list(call, entitiesSource(call.tenant.directory, sourcesOf(call, name, user(call)))),
});

export const userRelationRoutes: readonly Route[] = [
  { method: "GET", path: "/users/:user/manager", needs: READ_USERS, handle: getManager },
  {
    method: "GET",
    path: "/users/:user/manager/$ref",
    needs: READ_USERS,
    handle: (call) =>
      ok({
        "@odata.context": `${call.root}/$metadata#$ref`,
        "@odata.id": `${call.root.replace(/\/v1\.0$/, "")}/v2/${call.tenant.id}/directoryObjects/${managerOf(call).id}/Microsoft.DirectoryServices.User`,
      }),
  },
  {
    method: "PUT",
    path: "/users/:user/manager/$ref",
    needs: WRITE_USERS,
    body: "required",
    touches,
    handle: setManager,
  },
  {
    method: "DELETE",
    path: "/users/:user/manager/$ref",
    needs: WRITE_USERS,
    touches,
    handle: removeManager,
  },
  reverse("directReports", "manager"),
  reverse("ownedObjects", "owners", 2),
  reverse("ownedDevices", "registeredOwners"),
  reverse("registeredDevices", "registeredUsers"),
  relation("sponsors", "sponsors"),
  {
    method: "POST",
    path: "/users/:user/sponsors/$ref",
    needs: WRITE_USERS,
    body: "required",
    handle: addSponsor,
  },
  {
    method: "DELETE",
    path: "/users/:user/sponsors/:sponsor/$ref",
    needs: WRITE_USERS,
    handle: removeSponsor,
  },
  {
    method: "POST",
    path: "/users/:user/revokeSignInSessions",
    needs: ["User.RevokeSessions.All", ...WRITE_USERS],
    touches,
    handle: revoke,
  },
];
