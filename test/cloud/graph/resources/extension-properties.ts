import { demandApplicationWrite } from "../applications/ownership.ts";
import { noContent, ok, type Answer } from "../http/answer.ts";
import { badRequest, notFound } from "../http/graph-error.ts";
import { contextOf } from "../odata/render.ts";
import { extensionsOf, setExtensions } from "../rules/extension-values.ts";
import { READ_APPLICATIONS } from "../rules/permission.ts";
import type { Entity, Values } from "../store/entity.ts";
import { application } from "./application-named.ts";
import type { Call } from "./call.ts";
import { conflicting } from "./directory-roles.ts";
import { resourceList } from "./resource-list.ts";
import type { Route } from "./route.ts";

const TYPES = ["Binary", "Boolean", "DateTime", "Integer", "LargeInteger", "String"];
const TARGETS = new Set([
  "User",
  "Group",
  "AdministrativeUnit",
  "Application",
  "Device",
  "Organization",
]);

const setOf = (entity: Entity): string => `applications('${entity.id}')/extensionProperties`;

const invalid = (property: string) =>
  badRequest(`Invalid value specified for property '${property}' of resource 'ExtensionProperty'.`);

/** @throws GraphError 400 for a missing or unknown value, and for a name that is defined already */
function create(call: Call): Answer {
  const entity = application(call);
  demandApplicationWrite(call, entity);
  const { name, dataType, targetObjects, isMultiValued = false } = call.body;
  if (typeof name !== "string" || !/^\w+$/u.test(name)) throw invalid("name");
  const type = TYPES.find((one) => one.toLowerCase() === String(dataType).toLowerCase());
  if (type === undefined) throw invalid("dataType");
  if (
    !Array.isArray(targetObjects) ||
    targetObjects.length === 0 ||
    !targetObjects.every((one) => TARGETS.has(String(one)))
  )
    throw invalid("targetObjects");
  const appId = String(entity.values["appId"]).replaceAll("-", "");
  const property: Values = {
    id: call.tenant.directory.newId(),
    deletedDateTime: null,
    appDisplayName: entity.values["displayName"],
    dataType: type,
    isMultiValued: isMultiValued === true,
    isSyncedFromOnPremises: false,
    name: `extension_${appId}_${name}`,
    targetObjects,
  };
  if (extensionsOf(entity).some((held) => held["name"] === property["name"])) throw conflicting();
  setExtensions(entity, [...extensionsOf(entity), property]);
  return {
    status: 201,
    body: { "@odata.context": contextOf(call.root, setOf(entity), undefined, true), ...property },
  };
}

function found(call: Call, entity: Entity): Values {
  const id = call.params["extension"] ?? "";
  const one = extensionsOf(entity).find((candidate) => candidate["id"] === id.toLowerCase());
  if (!one) throw notFound(id);
  return one;
}

function get(call: Call): Answer {
  const entity = application(call);
  return ok({
    "@odata.context": contextOf(call.root, setOf(entity), undefined, true),
    ...found(call, entity),
  });
}

function remove(call: Call): Answer {
  const entity = application(call);
  demandApplicationWrite(call, entity);
  const gone = found(call, entity);
  setExtensions(
    entity,
    extensionsOf(entity).filter((one) => one !== gone),
  );
  return noContent;
}

/** Every extension of the tenant (directoryobject-getavailableextensionproperties). */
function available(call: Call): Answer {
  const all = [...call.tenant.directory.live.application].flatMap(extensionsOf);
  const synced = call.body["isSyncedFromOnPremises"];
  return ok({
    "@odata.context": `${call.root}/$metadata#Collection(extensionProperty)`,
    value:
      synced === undefined ? all : all.filter((one) => one["isSyncedFromOnPremises"] === synced),
  });
}

const PATH = "/applications/:application/extensionProperties";

export const extensionPropertyRoutes: readonly Route[] = [
  {
    method: "GET",
    path: PATH,
    needs: READ_APPLICATIONS,
    resourceUnits: 2,
    handle: (call) => {
      const entity = application(call);
      return resourceList(call, setOf(entity), extensionsOf(entity), { filterable: true });
    },
  },
  { method: "POST", path: PATH, needs: "per-call", body: "required", handle: create },
  { method: "GET", path: `${PATH}/:extension`, needs: READ_APPLICATIONS, handle: get },
  { method: "DELETE", path: `${PATH}/:extension`, needs: "per-call", handle: remove },
  {
    method: "POST",
    path: "/directoryObjects/getAvailableExtensionProperties",
    needs: READ_APPLICATIONS,
    writes: 0,
    body: "optional",
    handle: available,
  },
];
