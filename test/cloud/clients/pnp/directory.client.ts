import { ClientSecretCredential } from "@azure/identity";
import { createBatch } from "@pnp/graph/batching.js";
import {
  AdvancedQuery,
  DefaultHeaders,
  DefaultInit,
  DirectoryObjects,
  graphDelete,
  graphPost,
  graphPut,
  GraphQueryable,
  Groups,
  GroupType,
  Invitations,
  Members,
  Paged,
  Users,
} from "@pnp/graph/presets/all.js";
import {
  BearerToken,
  body,
  BrowserFetchWithRetry,
  DefaultParse,
  HttpRequestError,
} from "@pnp/queryable";

import { connectControl } from "../../control/control-client.ts";

/* PnPjs with a token from @azure/identity: its fluent users, groups, members and batches. */
interface Input {
  readonly tenantId: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly control: string;
}

const input = JSON.parse(process.env["CLIENT_INPUT"] ?? "{}") as Input;
const control = connectControl(input.control);
const credential = new ClientSecretCredential(input.tenantId, input.clientId, input.clientSecret, {
  disableInstanceDiscovery: true,
});
const { token } = await credential.getToken("https://graph.microsoft.com/.default");
const graph = GraphQueryable("").using(
  DefaultHeaders(),
  DefaultInit(),
  BrowserFetchWithRetry(),
  DefaultParse(),
  BearerToken(token),
);

const path = (text: string) => GraphQueryable(graph, text);
/** The library's classes without its fluent `graph.users`, whose types do not resolve here. */
const person = (key: string) => Users(graph).getById(key);
const groupOf = (key: string) => Groups(graph).getById(key);
const membersOf = (key: string) => Members(groupOf(key));

async function refusalOf(asked: Promise<unknown>): Promise<object> {
  try {
    await asked;
  } catch (error) {
    if (!(error instanceof HttpRequestError)) throw error;
    const { error: said } = (await error.response.json()) as { error: { code: string } };
    return { status: error.status, code: said.code };
  }
  throw new Error("The request should have been refused.");
}

const listed = await Users(graph).select("id", "displayName").top(7)();
const everyone: string[] = [];
for await (const page of Users(graph).select("id").top(50))
  everyone.push(...page.map(({ id }) => String(id)));
const advanced = await Users(graph)
  .using(AdvancedQuery())
  .filter("startsWith(displayName,'A') or endsWith(mail,'@contoso.com')")
  .orderBy("displayName")
  .select("displayName")
  .top(3)();
const searched = await Users(graph)
  .using(AdvancedQuery())
  .search(`"displayName:${String(listed[0]?.displayName).split(" ")[0]}"`)
  .select("displayName")();
const counted = await Users(graph).select("id").top(1).using(Paged(true), AdvancedQuery())();
const first = String(listed[0]?.id);
const second = String(listed[1]?.id);
const single = await person(first)();
await person(first).update({ jobTitle: "PnP engineer" });
const changed = await person(first).select("jobTitle")();

const group = await Groups(graph).add("PnP group", "pnp-group", GroupType.Security);
const id = String(group.id);
const objectUrl = (object: string) => `https://graph.microsoft.com/v1.0/directoryObjects/${object}`;
await membersOf(id).add(objectUrl(first));
await membersOf(id).add(objectUrl(second));
await Members(groupOf(id), "owners").add(objectUrl(first));
const members = await membersOf(id)();
const memberOf = await person(first).memberOf();
const memberGroups = await person(first).getMemberGroups(true);
const check = await person(first).checkMemberGroups([id]);
const byIds = await DirectoryObjects(graph).getByIds([first, id]);
await membersOf(id).getById(second).remove();
const left = await membersOf(id)();
await groupOf(id).update({ description: "changed" });
const transitive = await person(first).transitiveMemberOf();

await graphPut(path(`users/${first}/manager/$ref`), body({ "@odata.id": objectUrl(second) }));
const manager = await person(first).manager();
const reports = await person(second).directReports();
await graphDelete(path(`users/${first}/manager/$ref`));

const invited = await Invitations(graph).create("pnp@fabrikam.com", "https://myapps.microsoft.com");

const [batched, execute] = createBatch(graph);
const reads = listed
  .slice(0, 5)
  .map(({ id: key }) => person(String(key)).select("displayName").using(batched)());
const adds = listed.slice(2, 5).map(({ id: key }) =>
  membersOf(id)
    .using(batched)
    .add(objectUrl(String(key))),
);
const department = person(first).using(batched).update({ department: "Batch" });
await execute();
const [results] = await Promise.all([Promise.all(reads), Promise.all(adds), department]);
const afterBatch = await membersOf(id).select("id")();

await groupOf(id).delete();
const deleted = await refusalOf(groupOf(id)());
const restored: { id: string } = await graphPost(path(`directory/deletedItems/${id}/restore`));

const { id: fault } = await control.graph("addFault", {
  at: "request",
  times: 2,
  fault: { kind: "status", status: 429, retryAfterSeconds: 10 },
});
const began = performance.now();
await person(first)();
const waitedMs = performance.now() - began;
const struck = (await control.graph("struck"))[fault];

process.stdout.write(
  JSON.stringify({
    listed: listed.map((one) => Object.keys(one).toSorted()),
    everyone: [everyone.length, new Set(everyone).size],
    advanced: advanced.map(({ displayName }) => displayName),
    searched: searched.length,
    counted: (counted as unknown as { count: number }).count,
    single: single.id === first,
    changed: changed.jobTitle,
    members: members.length,
    memberOf: memberOf.some((holder) => holder.id === id),
    transitive: transitive.some((holder) => holder.id === id),
    memberGroups: memberGroups.includes(id),
    check,
    byIds: byIds.map((object) => object.id),
    left: left.map((member) => (member as { id: string }).id),
    manager: manager.id === second,
    reports: reports.map((report) => report.id),
    invited: invited.data.status,
    results: results.map(({ displayName }) => displayName),
    afterBatch: afterBatch.length,
    deleted,
    restored: restored.id === id,
    retried: { struck, waitedMs },
    expected: { first, group: id },
    refused: [
      await refusalOf(person("nobody@contoso.com")()),
      await refusalOf(Users(graph).filter("jobTitle ne 'x'")()),
      await refusalOf(groupOf("no-id")()),
    ],
  }),
);
