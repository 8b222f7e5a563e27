import { demandApplicationWrite } from "../../applications/ownership.ts";
import { noContent, type Answer } from "../../http/answer.ts";
import { badRequest, notFound } from "../../http/graph-error.ts";
import { holds, READ_APPLICATIONS, type Needs } from "../../rules/permission.ts";
import type { Values } from "../../store/entity.ts";
import { isGuid } from "../../store/ids.ts";
import { servicePrincipal } from "../application-named.ts";
import type { Call } from "../call.ts";
import { conflicting } from "../directory-roles.ts";
import { expansionsOf, type Relations } from "../expansions.ts";
import { resourceList } from "../resource-list.ts";
import type { Route } from "../route.ts";
import { checkedBody, isBoolean, isTextOrNull, type Checks } from "./body.ts";
import { shownEntry } from "./shelf-routes.ts";

const PATH = "/servicePrincipals/:principal/remoteDesktopSecurityConfiguration";
const OWN: Needs = ["Application-RemoteDesktopConfig.ReadWrite.All"];

/** Lists of the configuration: device groups that people need not confirm (10 at most), and clients. */
const LISTS = ["targetDeviceGroups", "approvedClientApps"] as const;
type List = (typeof LISTS)[number];
const MOST_GROUPS = 10;

const RELATIONS: Relations = Object.fromEntries(
  LISTS.map((list) => [list, (call: Call) => [...shelf(call, list).values()]]),
);

const setOf = (call: Call): string =>
  `servicePrincipals('${servicePrincipal(call).id}')/remoteDesktopSecurityConfiguration`;

/** With the permission of its own, or one to change the service principal. @throws GraphError 403 */
function demandWrite(call: Call): void {
  const entity = servicePrincipal(call);
  if (!holds(call.caller, OWN)) demandApplicationWrite(call, entity);
}

const configuration = (call: Call): Map<string, Values> => call.tenant.shelves.of(setOf(call));

/** @throws GraphError 404 if the service principal has none */
function held(call: Call): Values {
  const one = configuration(call).get("");
  if (!one) throw notFound("remoteDesktopSecurityConfiguration");
  return one;
}

const CHECKS: Checks = {
  isRemoteDesktopProtocolEnabled: isBoolean,
  targetDeviceGroups: Array.isArray,
  approvedClientApps: Array.isArray,
};

/** serviceprincipal-post-remotedesktopsecurityconfiguration. @throws GraphError 400 for a second one */
function create(call: Call): Answer {
  const given = checkedBody(call, "RemoteDesktopSecurityConfiguration", CHECKS, [
    "isRemoteDesktopProtocolEnabled",
  ]);
  if (configuration(call).has("")) throw conflicting();
  const { isRemoteDesktopProtocolEnabled } = given;
  const made = { id: call.tenant.directory.newId(), isRemoteDesktopProtocolEnabled };
  configuration(call).set("", made);
  for (const list of LISTS)
    for (const one of (given[list] ?? []) as readonly Values[]) put(call, list, one);
  return shown(call, made, 201);
}

/** With the lists that `$expand` names (resources/remotedesktopsecurityconfiguration). @throws GraphError 400 */
const shown = (call: Call, one: Values, status = 200): Answer =>
  shownEntry(call, setOf(call), one, status, expansionsOf(call, RELATIONS)(one));

function update(call: Call): Answer {
  const given = checkedBody(call, "RemoteDesktopSecurityConfiguration", CHECKS);
  const { isRemoteDesktopProtocolEnabled = held(call)["isRemoteDesktopProtocolEnabled"] } = given;
  const after = { ...held(call), isRemoteDesktopProtocolEnabled };
  configuration(call).set("", after);
  return shown(call, after);
}

function remove(call: Call): Answer {
  held(call);
  configuration(call).clear();
  for (const list of LISTS) shelf(call, list).clear();
  return noContent;
}

const listSet = (call: Call, list: List): string => `${setOf(call)}/${list}`;
const shelf = (call: Call, list: List): Map<string, Values> =>
  call.tenant.shelves.of(listSet(call, list));

/** @throws GraphError 400 for what is no entry, and for an eleventh device group */
function put(call: Call, list: List, given: Values): Values {
  const { displayName = null } = given;
  const id = String(given["id"]).toLowerCase();
  if (!isGuid(id) || !isTextOrNull(displayName))
    throw badRequest(`Invalid value specified for property '${list}' of the request.`);
  if (shelf(call, list).has(id)) throw conflicting();
  if (list === "targetDeviceGroups" && shelf(call, list).size >= MOST_GROUPS)
    throw badRequest(`A configuration has at most ${MOST_GROUPS} target device groups.`);
  const made = { id, displayName };
  shelf(call, list).set(id, made);
  return made;
}

function entryOf(call: Call, list: List): Values {
  held(call);
  const id = (call.params["entry"] ?? "").toLowerCase();
  const one = shelf(call, list).get(id);
  if (!one) throw notFound(id);
  return one;
}

/** Every write is checked before it is made. */
const write = (
  method: Route["method"],
  path: string,
  handle: Route["handle"],
  body: "required" | "optional" = "required",
): Route => ({
  method,
  path,
  needs: "per-call",
  ...(method !== "DELETE" && { body }),
  handle: (call) => {
    demandWrite(call);
    return handle(call);
  },
});

const READ: Needs = [...READ_APPLICATIONS, ...OWN];

const listRoutes = (list: List): readonly Route[] => [
  {
    method: "GET",
    path: `${PATH}/${list}`,
    needs: READ,
    handle: (call) => {
      held(call);
      return resourceList(call, listSet(call, list), [...shelf(call, list).values()]);
    },
  },
  write("POST", `${PATH}/${list}`, (call) => {
    held(call);
    return shownEntry(call, listSet(call, list), put(call, list, call.body), 201);
  }),
  {
    method: "GET",
    path: `${PATH}/${list}/:entry`,
    needs: READ,
    handle: (call) => shownEntry(call, listSet(call, list), entryOf(call, list)),
  },
  write("PATCH", `${PATH}/${list}/:entry`, (call) => {
    const { displayName } = checkedBody(call, list, { displayName: isTextOrNull });
    const after: Values = { ...entryOf(call, list), displayName };
    shelf(call, list).set(String(after["id"]), after);
    return shownEntry(call, listSet(call, list), after);
  }),
  write("DELETE", `${PATH}/${list}/:entry`, (call) => {
    shelf(call, list).delete(String(entryOf(call, list)["id"]));
    return noContent;
  }),
];

/** Single sign-on to remote desktops through a service principal. */
export const remoteDesktopRoutes: readonly Route[] = [
  {
    method: "GET",
    path: PATH,
    needs: READ,
    handle: (call) => shown(call, held(call)),
  },
  write("POST", PATH, create),
  write("PATCH", PATH, update),
  write("DELETE", PATH, remove),
  ...LISTS.flatMap(listRoutes),
];
