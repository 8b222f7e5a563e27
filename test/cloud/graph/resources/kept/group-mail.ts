import { noContent, ok, type Answer } from "../../http/answer.ts";
import { badRequest, notFound } from "../../http/graph-error.ts";
import { listAnswer } from "../../odata/list.ts";
import { entitiesSource } from "../../odata/source.ts";
import { demandPerson } from "../../rules/people-only.ts";
import { READ_GROUPS, WRITE_GROUPS } from "../../rules/permission.ts";
import type { Entity, Values } from "../../store/entity.ts";
import { prefers, type Call } from "../call.ts";
import { alreadyThere } from "../group-writes.ts";
import { referenced, resolve } from "../resolve.ts";
import type { Route } from "../route.ts";

/** What Exchange keeps of a group's mail, for signed-in people only (group-list-acceptedsenders, group-addfavorite). */
const groupOf = (call: Call): Entity => {
  demandPerson(call);
  return resolve(call, "group", call.params["id"] ?? "").entity;
};

type Senders = "acceptedSenders" | "rejectedSenders";

const senders = (call: Call, name: Senders): Map<string, Values> =>
  call.tenant.shelves.of(`${groupOf(call).id}/${name}`);

function list(call: Call, name: Senders): Answer {
  const { directory } = call.tenant;
  const found = [...senders(call, name).keys()].flatMap((id) => {
    const one = directory.get(id);
    return one?.state === "live" ? [one] : [];
  });
  return listAnswer(call, {
    type: "directoryObject",
    set: "directoryObjects",
    typed: true,
    source: entitiesSource(directory, found),
  });
}

/** @throws GraphError 400 for a sender that is there or in the other list, 404 */
function add(call: Call, name: Senders): Answer {
  const { id } = referenced(call, call.body["@odata.id"]);
  const other = name === "acceptedSenders" ? "rejectedSenders" : "acceptedSenders";
  if (senders(call, name).has(id)) throw alreadyThere("members");
  if (senders(call, other).has(id))
    throw badRequest(`The sender is in the list '${other}' already.`);
  senders(call, name).set(id, {});
  return noContent;
}

function remove(call: Call, name: Senders): Answer {
  const address = /[?&]\$id=([^&]+)/i.exec(call.target)?.[1] ?? "";
  const { id } = referenced(call, decodeURIComponent(address));
  if (!senders(call, name).delete(id)) throw notFound(id);
  return noContent;
}

const sendersRoutes = (name: Senders): readonly Route[] => [
  {
    method: "GET",
    path: `/groups/:id/${name}`,
    needs: READ_GROUPS,
    handle: (call) => list(call, name),
  },
  {
    method: "POST",
    path: `/groups/:id/${name}/$ref`,
    needs: WRITE_GROUPS,
    body: "required",
    handle: (call) => add(call, name),
  },
  {
    method: "DELETE",
    path: `/groups/:id/${name}/$ref`,
    needs: WRITE_GROUPS,
    handle: (call) => remove(call, name),
  },
];

/** What each action changes of the group, for everybody here. */
const ACTIONS: Readonly<Record<string, Values>> = {
  addFavorite: {},
  removeFavorite: {},
  resetUnseenCount: { unseenCount: 0 },
  subscribeByMail: { isSubscribedByMail: true },
  unsubscribeByMail: { isSubscribedByMail: false },
};

const actionRoutes: readonly Route[] = Object.entries(ACTIONS).map(([name, values]): Route => ({
  method: "POST",
  path: `/groups/:id/${name}`,
  needs: WRITE_GROUPS,
  handle: (call) => {
    const { id } = groupOf(call);
    const shelf = call.tenant.shelves.of("group/elsewhere");
    shelf.set(id, { ...shelf.get(id), ...values });
    return prefers(call, "return=minimal") ? noContent : { status: 200 };
  },
}));

/** No application has a permission of its own at a group or a person here (group-list-permissiongrants). */
const noGrants = (set: string, kind: "group" | "user"): Route => ({
  method: "GET",
  path: `/${set}/:id/permissionGrants`,
  needs: [...READ_GROUPS, "ResourceSpecificPermissionGrant.ReadForUser.All"],
  handle: (call) => {
    resolve(call, kind, call.params["id"] ?? "");
    return ok({ "@odata.context": `${call.root}/$metadata#permissionGrants`, value: [] });
  },
});

export const groupMailRoutes: readonly Route[] = [
  ...sendersRoutes("acceptedSenders"),
  ...sendersRoutes("rejectedSenders"),
  ...actionRoutes,
  noGrants("groups", "group"),
  noGrants("users", "user"),
];
