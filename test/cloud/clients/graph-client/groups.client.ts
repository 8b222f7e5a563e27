import { PageIterator } from "@microsoft/microsoft-graph-client";

import { connect, idsOf, refusalOf, report, within, type Body } from "./connect.ts";

/* Groups, memberships, units and their changes through Microsoft's Graph client. */
const client = connect();
const get = (path: string): Promise<Body> => client.api(path).get() as Promise<Body>;
const post = (path: string, body: object = {}): Promise<Body> =>
  client.api(path).post(body) as Promise<Body>;
const objectUrl = (id: string): string => `https://graph.microsoft.com/v1.0/directoryObjects/${id}`;
const reference = (id: string): object => ({ "@odata.id": objectUrl(id) });

const people = idsOf(await client.api("/users").top(30).select("id").get());
const [ann = "", bob = ""] = people;
const group = await post("/groups", {
  displayName: "SDK group",
  mailEnabled: false,
  mailNickname: "sdk-group",
  securityEnabled: true,
  "owners@odata.bind": [objectUrl(ann)],
  "members@odata.bind": people.slice(0, 10).map(objectUrl),
});
const path = `/groups/${group.id}`;
const outer = await post("/groups", {
  displayName: "SDK outer group",
  mailEnabled: false,
  mailNickname: "sdk-outer",
  securityEnabled: true,
  "members@odata.bind": [objectUrl(group.id)],
});

const add = people.slice(10, 30).map(objectUrl);
await client.api(path).patch({ "members@odata.bind": add });
const again = await refusalOf(client.api(path).patch({ "members@odata.bind": add }));
await client.api(`${path}/members/${bob}/$ref`).delete();
const twice = await refusalOf(client.api(`${path}/members/${bob}/$ref`).delete());
await post(`${path}/members/$ref`, reference(bob));

const members: string[] = [];
const firstPage: unknown = await client.api(`${path}/members`).top(9).select("id").get();
const pages = new PageIterator(client, firstPage as never, ({ id }: Body) => {
  members.push(id);
  return true;
});
await pages.iterate();
const typed = await client
  .api(`${path}/members/microsoft.graph.user`)
  .header("ConsistencyLevel", "eventual")
  .count(true)
  .select("id")
  .get();
const expanded = await get(`${path}?$expand=members`);
const lastOwner = await refusalOf(client.api(`${path}/owners/${ann}/$ref`).delete());
await post(`${path}/owners/$ref`, reference(bob));
await client.api(`${path}/owners/${ann}/$ref`).delete();
const owners = idsOf(await get(`${path}/owners?$select=id`));

const memberOf = await get(`/users/${bob}/memberOf`);
const transitive = idsOf(await get(`/users/${bob}/transitiveMemberOf?$select=id`));
const check = await post(`/users/${bob}/checkMemberGroups`, { groupIds: [outer.id] });
const all = await post(`/users/${bob}/getMemberGroups`, { securityEnabledOnly: true });
const byIds = await post("/directoryObjects/getByIds", {
  ids: [ann, group.id],
  types: ["user", "group"],
});

const upsert = (values: object): Promise<Body | undefined> =>
  client
    .api("/groups(uniqueName='sdk-upsert')")
    .header("Prefer", "create-if-missing")
    .patch(values) as Promise<Body | undefined>;
const made = await upsert({
  displayName: "SDK upsert",
  mailEnabled: false,
  mailNickname: "sdk-upsert",
  securityEnabled: true,
});
await upsert({ description: "changed" });
const upserted = await get("/groups(uniqueName='sdk-upsert')?$select=id,description,uniqueName");

const unit = await post("/directory/administrativeUnits", { displayName: "SDK unit" });
await post(`/directory/administrativeUnits/${unit.id}/members/$ref`, {
  "@odata.id": `https://graph.microsoft.com/v1.0/users/${ann}`,
});
const unitMembers = idsOf(await get(`/directory/administrativeUnits/${unit.id}/members`));

let deltaLink = (await get("/groups/delta?$deltatoken=latest"))["@odata.deltaLink"];
await client.api(`${path}/members/${bob}/$ref`).delete();
await client.api(`/groups/${outer.id}`).delete();
const changes = await get(String(deltaLink));
deltaLink = changes["@odata.deltaLink"];
const quiet = await get(String(deltaLink));
const restored = await post(`/directory/deletedItems/${outer.id}/restore`);
await client.api(`/groups/${outer.id}`).delete();
const purge = await refusalOf(client.api(`/directory/deletedItems/${outer.id}`).delete());

report({
  created: group["@odata.context"],
  again,
  twice,
  members: [members.length, new Set(members).size],
  typed: (typed as Body)["@odata.count"],
  expanded: within(expanded, "members").length,
  lastOwner,
  owners: owners.join() === bob,
  memberOf: memberOf.value.some(({ id }) => id === group.id),
  memberOfContext: memberOf["@odata.context"],
  transitive: transitive.includes(outer.id),
  check: idsOf(check).join() === outer.id,
  all: [group.id, outer.id].every((id) => idsOf(all).includes(id)),
  byIds: byIds.value.map((one) => one["@odata.type"]),
  upserted: [upserted.id === made?.id, upserted["description"], upserted["uniqueName"]],
  unitMembers: unitMembers.join() === ann,
  changes: Object.fromEntries(
    changes.value.map((one) => [
      one.id === group.id ? "group" : "outer",
      one["members@delta"] ?? one["@removed"],
    ]),
  ),
  bob,
  quiet: quiet.value.length,
  restored: restored.id === outer.id,
  purge,
});
