import { PageIterator } from "@microsoft/microsoft-graph-client";

import { connect, input, refusalOf, report, type Body } from "./connect.ts";

/* Users through Microsoft's Graph client. */
const client = connect();
const { domain } = input;
const get = (path: string): Promise<Body> => client.api(path).get() as Promise<Body>;

const body = (name: string) => ({
  accountEnabled: true,
  displayName: name,
  mailNickname: name,
  userPrincipalName: `${name}@${domain}`,
  passwordProfile: { password: "Correct-Horse-Battery-1", forceChangePasswordNextSignIn: true },
});

const firstPage = (await client.api("/users").select(["id", "displayName"]).top(5).get()) as Body;

const ids = new Set<string>();
const pages = new PageIterator(
  client,
  await client.api("/users").top(50).select("id").get(),
  (one: Body) => {
    ids.add(one.id);
    return true;
  },
);
await pages.iterate();

const advanced = (path: string) => client.api(path).header("ConsistencyLevel", "eventual");
const counted = (await advanced("/users")
  .count(true)
  .filter("endsWith(userPrincipalName,'@contoso.com') and accountEnabled eq true")
  .orderby("displayName desc")
  .select("displayName,userPrincipalName")
  .top(3)
  .get()) as Body;
const found = (await advanced("/users")
  .search(`"displayName:${firstPage.value[0]?.displayName.split(" ")[0]}"`)
  .select("displayName")
  .get()) as Body;
const count: unknown = await advanced("/users/$count").get();

const ann = (await client.api("/users").post(body("sdk-ann"))) as Body;
const boss = (await client.api("/users").post(body("sdk-boss"))) as Body;
const byName = await get(`/users/${String(ann["userPrincipalName"])}`);
const raw = (await client
  .api(`/users/${ann.id}`)
  .responseType("raw" as never)
  .get()) as Response;
await client.api(`/users/${ann.id}`).update({ jobTitle: "Engineer", usageLocation: "CH" });
const changed = await get(`/users/${ann.id}?$select=jobTitle,usageLocation`);

const reference = { "@odata.id": `https://graph.microsoft.com/v1.0/users/${boss.id}` };
await client.api(`/users/${ann.id}/manager/$ref`).put(reference);
const manager = await get(`/users/${ann.id}/manager`);
const expanded = await get(`/users/${ann.id}?$expand=manager($select=id)&$select=id`);
const reports = await get(`/users/${boss.id}/directReports?$select=id`);
await client.api(`/users/${ann.id}/manager/$ref`).delete();
const noManager = await refusalOf(get(`/users/${ann.id}/manager`));

const skus = await get("/subscribedSkus");
const sku = String(skus.value[0]?.["skuId"]);
const licensed = (await client.api(`/users/${ann.id}/assignLicense`).post({
  addLicenses: [{ skuId: sku, disabledPlans: [] }],
  removeLicenses: [],
})) as Body;
const details = await get(`/users/${ann.id}/licenseDetails`);
await client.api(`/users/${ann.id}/assignLicense`).post({ addLicenses: [], removeLicenses: [sku] });
const revoked = (await client.api(`/users/${ann.id}/revokeSignInSessions`).post({})) as Body;

await client.api(`/users/${ann.id}`).delete();
const gone = await refusalOf(get(`/users/${ann.id}`));
const deleted = await get("/directory/deletedItems/microsoft.graph.user?$select=id,displayName");
const restored = (await client.api(`/directory/deletedItems/${ann.id}/restore`).post({})) as Body;
await client.api(`/users/${ann.id}`).delete();
await client.api(`/directory/deletedItems/${ann.id}`).delete();
const purged = await refusalOf(get(`/directory/deletedItems/${ann.id}`));

const invitation = (await client.api("/invitations").post({
  invitedUserEmailAddress: "guest@fabrikam.com",
  inviteRedirectUrl: "https://myapps.microsoft.com",
  sendInvitationMessage: false,
})) as Body;
const guest = await get(
  `/users/${(invitation["invitedUser"] as Body).id}?$select=userType,externalUserState,mail`,
);

report({
  firstPage: firstPage.value.map((one) => Object.keys(one).toSorted()),
  context: firstPage["@odata.context"],
  seen: ids.size,
  counted,
  found: found.value.length,
  count,
  created: Object.keys(ann).toSorted(),
  read: Object.keys(byName).toSorted(),
  sameId: byName.id === ann.id,
  contentType: raw.headers.get("content-type"),
  headers: ["request-id", "client-request-id", "odata-version", "date"].map((name) =>
    raw.headers.has(name),
  ),
  changed,
  manager: manager.id === boss.id && manager["@odata.type"],
  expanded: (expanded["manager"] as Body).id === boss.id,
  reports: reports.value.length,
  noManager,
  licensed: licensed["@odata.context"],
  details: details.value.map((one) => one["skuId"] === sku),
  revoked,
  gone,
  deleted: deleted.value.map((one) => one.displayName),
  restored: restored["@odata.type"],
  purged,
  invitation: invitation["status"],
  guest,
});
