// The program that msgraph-sdk.sh runs in a folder where the SDK is installed.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import process from "node:process";

import { ClientSecretCredential } from "@azure/identity";
import { AzureIdentityAuthenticationProvider } from "@microsoft/kiota-authentication-azure";
import { createGraphServiceClient, GraphRequestAdapter } from "@microsoft/msgraph-sdk";
// oxlint-disable-next-line import/no-unassigned-import -- adds `users` to the client
import "@microsoft/msgraph-sdk-users";
import { BatchRequestContentCollection } from "@microsoft/msgraph-sdk-core";

const ready = JSON.parse(readFileSync(process.env.READY, "utf8"));
const credential = new ClientSecretCredential(ready.tenantId, ready.clientId, ready.clientSecret, {
  disableInstanceDiscovery: true,
});
const scopes = ["https://graph.microsoft.com/.default"];
const adapter = new GraphRequestAdapter(
  new AzureIdentityAuthenticationProvider(credential, scopes),
);
const graph = createGraphServiceClient(adapter);
const headers = { ConsistencyLevel: "eventual" };

const first = await graph.users.get({
  queryParameters: { select: ["id", "displayName"], top: 50 },
});
assert.equal(first.value.length, 50);
const seen = new Set(first.value.map(({ id }) => id));
for (let page = first; page.odataNextLink;) {
  page = await graph.users.withUrl(page.odataNextLink).get();
  for (const { id } of page.value) seen.add(id);
}
assert.equal(seen.size, 230);
assert.equal(await graph.users.count.get({ headers }), 230);
const advanced = await graph.users.get({
  headers,
  queryParameters: {
    count: true,
    filter: "endswith(mail,'@contoso.com')",
    orderby: ["displayName"],
    top: 2,
  },
});
assert.ok(advanced.odataCount > 200 && advanced.value.length === 2);
const word = first.value[0].displayName.split(" ")[0];
const found = await graph.users.get({
  headers,
  queryParameters: { search: `"displayName:${word}"` },
});
assert.ok(found.value.length > 0);

const made = await graph.users.post({
  accountEnabled: true,
  displayName: "Kiota",
  mailNickname: "kiota",
  userPrincipalName: `kiota@${ready.domain}`,
  passwordProfile: { password: "Correct-Horse-1", forceChangePasswordNextSignIn: true },
});
const user = graph.users.byUserId(made.id);
await user.patch({ jobTitle: "Generated", businessPhones: ["1"] });
const changed = await user.get({ queryParameters: { select: ["jobTitle", "businessPhones"] } });
assert.deepEqual([changed.jobTitle, changed.businessPhones], ["Generated", ["1"]]);
const [boss] = [...seen];
await user.manager.ref.put({ odataId: `https://graph.microsoft.com/v1.0/users/${boss}` });
assert.equal((await user.manager.get()).id, boss);
assert.equal((await user.memberOf.get()).value.length, 0);
assert.ok((await graph.users.delta.get()).odataNextLink);

const batch = new BatchRequestContentCollection(adapter, {});
const ids = [
  batch.addBatchRequest(user.toGetRequestInformation()),
  batch.addBatchRequest(graph.users.byUserId("nobody@contoso.com").toGetRequestInformation()),
];
const answers = await batch.postAsync();
assert.deepEqual(
  ids.map(({ id }) => answers.getResponseById(id).status),
  [200, 404],
);

await user.delete();
await assert.rejects(
  () => user.get(),
  ({ responseStatusCode, message }) => responseStatusCode === 404 && /does not exist/.test(message),
);
console.log(
  "  ok  users: pages, filter, search, count, create, change, manager, delta, batch, delete",
);
