import { noContent, type Answer } from "../../http/answer.ts";
import { notFound } from "../../http/graph-error.ts";
import { READ_APPLICATIONS } from "../../rules/permission.ts";
import type { Values } from "../../store/entity.ts";
import { isGuid, octetsOf } from "../../store/ids.ts";
import { servicePrincipal } from "../application-named.ts";
import type { Call } from "../call.ts";
import { conflicting } from "../directory-roles.ts";
import { resourceList } from "../resource-list.ts";
import type { Route } from "../route.ts";
import { checkedBody, isText, oneOf } from "./body.ts";
import { shownEntry } from "./shelf-routes.ts";

const LEVELS = ["low", "medium", "high"];

const shelf = (call: Call): readonly [set: string, held: Map<string, Values>] => {
  const { id } = servicePrincipal(call);
  const set = `servicePrincipals('${id}')/delegatedPermissionClassifications`;
  return [set, call.tenant.shelves.of(set)];
};

/** The id is the permission's id as the sixteen bytes of a GUID, and the level as one more (its page's example). */
const idOf = (permissionId: string, classification: string): string =>
  Buffer.from([...octetsOf(permissionId), LEVELS.indexOf(classification) + 1]).toString(
    "base64url",
  );

/** @throws GraphError 400 for an unknown level, and if the permission is classified already */
function create(call: Call): Answer {
  const [set, held] = shelf(call);
  const { permissionId, permissionName, classification } = checkedBody(
    call,
    "DelegatedPermissionClassification",
    {
      permissionId: (id) => isGuid(String(id)),
      permissionName: isText,
      classification: oneOf(...LEVELS),
    },
    ["permissionId", "classification"],
  );
  if ([...held.values()].some((one) => one["permissionId"] === permissionId)) throw conflicting();
  const level = String(classification).toLowerCase();
  const entry = {
    id: idOf(String(permissionId), level),
    permissionId,
    permissionName: permissionName ?? null,
    classification: level,
  };
  held.set(entry.id, entry);
  return shownEntry(call, set, entry, 201);
}

function remove(call: Call): Answer {
  const id = call.params["kept"] ?? "";
  if (!shelf(call)[1].delete(id)) throw notFound(id);
  return noContent;
}

const PATH = "/servicePrincipals/:principal/delegatedPermissionClassifications";
const WRITE = ["Policy.ReadWrite.PermissionGrant"];

export const permissionClassificationRoutes: readonly Route[] = [
  {
    method: "GET",
    path: PATH,
    needs: [...READ_APPLICATIONS, ...WRITE],
    handle: (call) => {
      const [set, held] = shelf(call);
      return resourceList(call, set, [...held.values()], { filterable: true });
    },
  },
  { method: "POST", path: PATH, needs: WRITE, body: "required", handle: create },
  { method: "DELETE", path: `${PATH}/:kept`, needs: WRITE, handle: remove },
];
