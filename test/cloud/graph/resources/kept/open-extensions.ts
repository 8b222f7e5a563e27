import { noContent, ok, type Answer } from "../../http/answer.ts";
import { notFound } from "../../http/graph-error.ts";
import {
  READ_DEVICES,
  READ_DIRECTORY,
  READ_GROUPS,
  READ_UNITS,
  READ_USERS,
  WRITE_GROUPS,
  WRITE_UNITS,
  WRITE_USERS,
  type Needs,
} from "../../rules/permission.ts";
import type { Kind, Values } from "../../store/entity.ts";
import type { Call } from "../call.ts";
import { conflicting } from "../directory-roles.ts";
import { resolve } from "../resolve.ts";
import { resourceList } from "../resource-list.ts";
import type { Route } from "../route.ts";
import { invalidOf } from "./body.ts";
import { extensionShelf } from "./extension-shelf.ts";

const TYPE = "#microsoft.graph.openTypeExtension";

/** Whose extensions Graph keeps in the directory (resources/opentypeextension). */
const HOLDERS: readonly {
  readonly set: string;
  readonly kind: Kind | "organization";
  readonly read: Needs;
  readonly write: Needs;
}[] = [
  { set: "users", kind: "user", read: READ_USERS, write: WRITE_USERS },
  { set: "groups", kind: "group", read: READ_GROUPS, write: WRITE_GROUPS },
  {
    set: "devices",
    kind: "device",
    read: READ_DEVICES,
    write: ["Device.ReadWrite.All", "Directory.ReadWrite.All"],
  },
  {
    set: "directory/administrativeUnits",
    kind: "administrativeUnit",
    read: READ_UNITS,
    write: WRITE_UNITS,
  },
  {
    set: "organization",
    kind: "organization",
    read: ["Organization.Read.All", "Organization.ReadWrite.All", ...READ_DIRECTORY],
    write: ["Organization.ReadWrite.All"],
  },
];

/** The id of the object that a path names. @throws GraphError 404 */
function holderId(call: Call, kind: Kind | "organization"): string {
  const key = call.params["id"] ?? "";
  if (kind !== "organization") return resolve(call, kind, key).entity.id;
  if (key.toLowerCase() !== call.tenant.id.toLowerCase()) throw notFound(key);
  return call.tenant.id;
}

/** What a body adds: everything but annotations and the name. */
const values = ({ body }: Call): Values =>
  Object.fromEntries(
    Object.entries(body).filter(
      ([name]) => !name.startsWith("@") && name !== "extensionName" && name !== "id",
    ),
  );

function routesOf({ set, kind, read, write }: (typeof HOLDERS)[number]): readonly Route[] {
  const path = `/${set}/:id/extensions`;
  const shelf = (call: Call): Map<string, Values> =>
    extensionShelf(call.tenant, holderId(call, kind));
  const context = (call: Call): string => `${set}('${holderId(call, kind)}')/extensions`;
  const shown = (call: Call, entry: Values, status: number): Answer => ({
    status,
    body: { "@odata.context": `${call.root}/$metadata#${context(call)}/$entity`, ...entry },
  });
  const found = (call: Call): Values => {
    const name = call.params["extension"] ?? "";
    const entry = shelf(call).get(name.toLowerCase());
    if (!entry) throw notFound(name);
    return entry;
  };
  const create = (call: Call): Answer => {
    const name = call.body["extensionName"];
    if (typeof name !== "string" || name === "")
      throw invalidOf("openTypeExtension", "extensionName");
    const held = shelf(call);
    if (held.has(name.toLowerCase())) throw conflicting();
    const entry = { "@odata.type": TYPE, extensionName: name, ...values(call), id: name };
    held.set(name.toLowerCase(), entry);
    return shown(call, entry, 201);
  };
  // What the body leaves out goes (opentypeextension-update); of a directory object the answer is 204.
  const update = (call: Call): Answer => {
    const entry = found(call);
    const { id, extensionName } = entry;
    const after = { "@odata.type": TYPE, extensionName, ...values(call), id };
    shelf(call).set(String(id).toLowerCase(), after);
    return noContent;
  };
  return [
    {
      method: "GET",
      path,
      needs: read,
      handle: (call) =>
        resourceList(call, context(call), [...shelf(call).values()], { filterable: true }),
    },
    { method: "POST", path, needs: write, body: "required", handle: create },
    {
      method: "GET",
      path: `${path}/:extension`,
      needs: read,
      handle: (call) => ok(shown(call, found(call), 200).body),
    },
    { method: "PATCH", path: `${path}/:extension`, needs: write, body: "required", handle: update },
    {
      method: "DELETE",
      path: `${path}/:extension`,
      needs: write,
      handle: (call) => {
        shelf(call).delete(String(found(call)["id"]).toLowerCase());
        return noContent;
      },
    },
  ];
}

export const openExtensionRoutes: readonly Route[] = HOLDERS.flatMap(routesOf);
