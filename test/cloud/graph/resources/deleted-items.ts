import { noContent, ok, type Answer } from "../http/answer.ts";
import { badRequest, denied, GraphError, notFound } from "../http/graph-error.ts";
import { SETS } from "../model/models.ts";
import { countAnswer, listAnswer, type Collection } from "../odata/list.ts";
import { contextOf, render, selected } from "../odata/render.ts";
import type { Candidate } from "../odata/source.ts";
import { demandFreeGroupNames } from "../rules/group-values.ts";
import { demandPerson } from "../rules/people-only.ts";
import {
  demand,
  DELETE_USERS,
  WRITE_APPLICATIONS,
  WRITE_GROUPS,
  WRITE_UNITS,
  type Needs,
} from "../rules/permission.ts";
import { demandPowerOver } from "../rules/privilege.ts";
import { READ_BY_KIND } from "../rules/read-by-kind.ts";
import { checkUserPrincipalName, demandFreeName, originalName } from "../rules/user-values.ts";
import type { Entity, Kind } from "../store/entity.ts";
import type { Call } from "./call.ts";
import type { Route } from "./route.ts";
import { purgeExpired, restore as bringBack } from "./soft-delete.ts";

const OWNED_APPLICATIONS: Needs = ["Application.ReadWrite.OwnedBy", ...WRITE_APPLICATIONS];

const RESTORE: Readonly<Record<Kind, Needs>> = {
  user: DELETE_USERS,
  group: WRITE_GROUPS,
  application: OWNED_APPLICATIONS,
  servicePrincipal: OWNED_APPLICATIONS,
  administrativeUnit: WRITE_UNITS,
  device: [],
  directoryRole: [],
  orgContact: [],
};

function deletedEntity(call: Call): Entity {
  const id = call.params["object"] ?? "";
  purgeExpired(call.tenant);
  const entity = call.tenant.directory.get(id);
  if (!entity || call.tenant.directory.seen(entity).state !== "deleted") throw notFound(id);
  return entity;
}

/** Only a typed list is supported (directory-deleteditems-list). */
function deleted(call: Call, kind: Kind): Collection {
  const { tenant } = call;
  purgeExpired(tenant);
  return {
    type: kind,
    set: SETS[kind],
    typed: false,
    source: function* from(cursor): Generator<Candidate> {
      for (const { entity, next } of tenant.directory.deleted[kind].from(cursor)) {
        const seen = tenant.directory.seen(entity);
        if (seen.state === "deleted") yield { entity, values: seen.values, next };
      }
    },
  };
}

function get(call: Call): Answer {
  const entity = deletedEntity(call);
  demand(call.caller, READ_BY_KIND[entity.kind]);
  return ok({
    "@odata.context": contextOf(call.root, "directoryObjects", call.query.select, true),
    ...render(
      entity,
      entity.values,
      [...selected(entity.kind, call.query.select), "deletedDateTime"],
      true,
    ),
  });
}

/** @throws GraphError 409 if another object has a name of what is to be restored (directory-deleteditems-restore) */
function demandUntaken(demandFree: () => void): void {
  try {
    demandFree();
  } catch (error) {
    if (!(error instanceof GraphError)) throw error;
    throw new GraphError(409, "Request_MultipleObjectsWithSameKeyValue", error.message, {
      ...(error.details && { details: error.details }),
    });
  }
}

function restore(call: Call): Answer {
  const entity = deletedEntity(call);
  demand(call.caller, RESTORE[entity.kind]);
  let name: string | undefined;
  if (entity.kind === "user") {
    demandPowerOver(call, entity);
    const asked = call.body["newUserPrincipalName"];
    name = typeof asked === "string" ? asked : originalName(entity);
    checkUserPrincipalName(call, name);
    demandUntaken(() => demandFreeName(call, name ?? "", entity));
  } else if (Object.keys(call.body).length > 0) {
    throw badRequest("The restore of this type of object takes no parameters.");
  }
  if (entity.kind === "group") {
    demandUntaken(() => demandFreeGroupNames(call, entity.values, entity));
  }
  bringBack(call.tenant, entity, name);
  return ok({
    "@odata.context": contextOf(call.root, "directoryObjects", undefined, true),
    ...render(entity, entity.values, selected(entity.kind, undefined), true),
  });
}

function purge(call: Call): Answer {
  const entity = deletedEntity(call);
  // Applications cannot purge groups, and nobody can purge units (directory-deleteditems-delete).
  if (entity.kind === "group") demandPerson(call);
  if (entity.kind === "administrativeUnit") throw denied();
  demand(call.caller, RESTORE[entity.kind]);
  if (entity.kind === "user") demandPowerOver(call, entity);
  call.tenant.directory.purge(entity);
  return noContent;
}

const touches: Route["touches"] = (call) => ({
  objects: [(call.params["object"] ?? "").toLowerCase()],
});

const typed = (
  ["user", "group", "application", "servicePrincipal", "administrativeUnit", "device"] as const
).flatMap((kind): Route[] => [
  {
    method: "GET",
    path: `/directory/deletedItems/microsoft.graph.${kind}`,
    needs: READ_BY_KIND[kind],
    handle: (call) => listAnswer(call, deleted(call, kind)),
  },
  {
    method: "GET",
    path: `/directory/deletedItems/microsoft.graph.${kind}/$count`,
    needs: READ_BY_KIND[kind],
    handle: (call) => countAnswer(call, deleted(call, kind)),
  },
]);

export const deletedItemRoutes: readonly Route[] = [
  ...typed,
  {
    method: "GET",
    path: "/directory/deletedItems",
    needs: "none",
    handle: () => {
      throw badRequest("Listing deleted items without a type is not supported.");
    },
  },
  { method: "GET", path: "/directory/deletedItems/:object", needs: "per-call", handle: get },
  {
    method: "DELETE",
    path: "/directory/deletedItems/:object",
    needs: "per-call",
    touches,
    handle: purge,
  },
  {
    method: "POST",
    path: "/directory/deletedItems/:object/restore",
    needs: "per-call",
    body: "optional",
    touches,
    handle: restore,
  },
];
