import { noContent, ok, type Answer } from "../http/answer.ts";
import { badRequest, denied, notFound } from "../http/graph-error.ts";
import { EXTENSION_ATTRIBUTES } from "../model/device.ts";
import { expander } from "../odata/expand.ts";
import { countAnswer, listAnswer, type Collection } from "../odata/list.ts";
import { relatedObjects } from "../odata/related-objects.ts";
import { contextOf, render, selected } from "../odata/render.ts";
import { kindSource, targetsSource } from "../odata/source.ts";
import { checkExtensionValues } from "../rules/extension-values.ts";
import { demandPerson } from "../rules/people-only.ts";
import { demand, READ_DEVICES, type Needs } from "../rules/permission.ts";
import { demandRoom } from "../rules/quota.ts";
import { checkedValues, demandValues } from "../rules/values.ts";
import type { Entity, Values } from "../store/entity.ts";
import type { Call } from "./call.ts";
import { conflicting } from "./directory-roles.ts";
import { invalidValue, referenced, resolve } from "./resolve.ts";
import type { Route } from "./route.ts";
import { softDelete } from "./soft-delete.ts";

const WRITE: Needs = ["Device.ReadWrite.All", "Directory.ReadWrite.All"];
/** No higher permission lets an application delete a device (device-delete). */
const DELETE: Needs = ["Device.ReadWrite.All"];
/** The only delegated permission that changes devices (device-post-devices, -update, -delete). */
const AS_PERSON: Needs = ["Directory.AccessAsUser.All"];

/** Applications need the one, people the other. */
const eitherOf =
  (application: Needs) =>
  ({ caller }: Call): void =>
    demand(caller, caller.scopes === undefined ? application : AS_PERSON);

/** By object id, or by `deviceId=…`: the two are different identifiers. */
const device = (call: Call): Entity => resolve(call, "device", call.params["id"] ?? "").entity;

const devices = (call: Call): Collection => ({
  type: "device",
  set: "devices",
  typed: false,
  source: kindSource(call.tenant.directory, "device"),
  lookUp: (property, value) =>
    property === "deviceId" || property === "displayName"
      ? call.tenant.directory.find("device", property, value)
      : undefined,
});

function get(call: Call): Answer {
  const entity = device(call);
  const shown = render(entity, entity.values, selected("device", call.query.select), false);
  return ok({
    "@odata.context": contextOf(call.root, "devices", call.query.select, true, call.query.expand),
    ...expander(call, "device")(entity, shown),
  });
}

const registered = (name: "registeredOwners" | "registeredUsers"): Route => ({
  method: "GET",
  path: `/devices/:id/${name}`,
  needs: READ_DEVICES,
  handle: (call) =>
    listAnswer(call, relatedObjects(targetsSource(call.tenant.directory, name, device(call)))),
});

/** Applications cannot change who has a device (device-post-registeredowners, -post-registeredusers). */
function changeHolder(call: Call, name: "registeredOwners" | "registeredUsers"): Answer {
  demandPerson(call);
  const { directory } = call.tenant;
  const held = device(call);
  const { owner } = call.params;
  if (owner !== undefined) {
    if (!directory.unlink(name, held, owner.toLowerCase())) throw notFound(owner);
  } else if (!directory.link(name, held, referenced(call, call.body["@odata.id"]).id)) {
    throw badRequest(
      `One or more added object references already exist for the following modified properties: '${name}'.`,
    );
  }
  return noContent;
}

const onlyByPeople = (name: "registeredOwners" | "registeredUsers"): readonly Route[] =>
  (
    [
      ["POST", `/devices/:id/${name}/$ref`],
      ["DELETE", `/devices/:id/${name}/:owner/$ref`],
    ] as const
  ).map(([method, path]) => ({
    method,
    path,
    needs: AS_PERSON,
    handle: (call: Call) => changeHolder(call, name),
  }));

const REQUIRED = [
  "accountEnabled",
  "alternativeSecurityIds",
  "deviceId",
  "displayName",
  "operatingSystem",
  "operatingSystemVersion",
];

/** Only people make devices (device-post-devices). @throws GraphError 400, 403 */
function create(call: Call): Answer {
  demandPerson(call);
  demandValues("device", call.body, REQUIRED);
  const { tenant } = call;
  const values = checkedValues("device", call.body, "create");
  if (tenant.directory.find("device", "deviceId", String(values["deviceId"])).length > 0)
    throw conflicting();
  demandRoom(tenant);
  const now = tenant.nowText();
  const entity = tenant.directory.create("device", { createdDateTime: now, ...values });
  const shown = render(entity, entity.values, selected("device", undefined), false);
  return {
    status: 201,
    body: { "@odata.context": contextOf(call.root, "devices", undefined, true), ...shown },
  };
}

/** All fifteen attributes after a change of some (device-update). */
function attributesAfter(present: unknown, given: unknown): Values {
  const names = Object.keys(EXTENSION_ATTRIBUTES);
  const unknown = Object.keys((given ?? {}) as Values).find(
    (name) => !name.includes("@") && !names.includes(name),
  );
  if (unknown !== undefined) throw invalidValue("device", "extensionAttributes");
  return {
    ...Object.fromEntries(names.map((name) => [name, null])),
    ...(present as Values | undefined),
    ...(given as Values | null),
  };
}

/** Of a device without Windows, an application may change the extension attributes only (device-update). */
function demandWindows(call: Call, { values }: Entity): void {
  if (call.caller.scopes !== undefined) return;
  const system = values["operatingSystem"];
  const isWindows = typeof system === "string" && /^windows/i.test(system);
  const others = Object.keys(call.body).filter((name) => name !== "extensionAttributes");
  if (!isWindows && others.length > 0) throw denied();
}

const touches: Route["touches"] = (call) => ({
  objects: [(call.params["id"] ?? "").toLowerCase()],
});

export const deviceRoutes: readonly Route[] = [
  {
    method: "GET",
    path: "/devices",
    needs: READ_DEVICES,
    handle: (call) => listAnswer(call, devices(call)),
  },
  {
    method: "GET",
    path: "/devices/$count",
    needs: READ_DEVICES,
    handle: (call) => countAnswer(call, devices(call)),
  },
  { method: "GET", path: "/devices/:id", needs: READ_DEVICES, handle: get },
  { method: "POST", path: "/devices", needs: AS_PERSON, body: "optional", handle: create },
  {
    method: "PATCH",
    path: "/devices/:id",
    needs: eitherOf(WRITE),
    body: "required",
    touches,
    handle: (call) => {
      const entity = device(call);
      demandWindows(call, entity);
      const values = checkedValues("device", call.body, "update");
      checkExtensionValues(call, "device", values);
      call.tenant.directory.update(entity, {
        ...values,
        ...(values["extensionAttributes"] !== undefined && {
          extensionAttributes: attributesAfter(
            entity.values["extensionAttributes"],
            values["extensionAttributes"],
          ),
        }),
      });
      return noContent;
    },
  },
  {
    method: "DELETE",
    path: "/devices/:id",
    needs: eitherOf(DELETE),
    touches,
    handle: (call) => {
      softDelete(call.tenant, device(call));
      return noContent;
    },
  },
  registered("registeredOwners"),
  registered("registeredUsers"),
  ...(["registeredOwners", "registeredUsers"] as const).flatMap(onlyByPeople),
];
