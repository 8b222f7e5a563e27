import { connect, input, refusalOf, report, within, type Body } from "./connect.ts";

/* Applications, their principals and their assignments through Microsoft's Graph client. */
const client = connect();
const get = (path: string): Promise<Body> => client.api(path).get() as Promise<Body>;
const post = (path: string, body: object): Promise<Body> =>
  client.api(path).post(body) as Promise<Body>;

const application = await post("/applications", {
  displayName: "SDK application",
  signInAudience: "AzureADMyOrg",
  appRoles: [
    {
      id: "11111111-1111-4111-8111-111111111111",
      allowedMemberTypes: ["User", "Application"],
      displayName: "Reader",
      description: "Reads",
      isEnabled: true,
      value: "Reader",
    },
  ],
});
const appId = String(application["appId"]);
const principal = await post("/servicePrincipals", { appId });
const byAppId = await get(`/servicePrincipals(appId='${appId}')`);
const filtered = await get(`/servicePrincipals?$filter=appId eq '${appId}'&$select=id`);
const { secretText, keyId } = (await post(`/applications/${application.id}/addPassword`, {
  passwordCredential: { displayName: "made by the client" },
})) as Body & { secretText: string; keyId: string };
const signIn = await fetch(
  `https://login.microsoftonline.com/${input.tenantId}/oauth2/v2.0/token`,
  {
    method: "POST",
    body: new URLSearchParams({
      grant_type: "client_credentials",
      client_id: appId,
      client_secret: secretText,
      scope: "https://graph.microsoft.com/.default",
    }),
  },
);
await post(`/applications/${application.id}/removePassword`, { keyId });

const person = (await get("/users?$top=1&$select=id")).value[0]?.id ?? "";
const grant = { principalId: person, resourceId: principal.id };
const assignment = await post(`/users/${person}/appRoleAssignments`, {
  ...grant,
  appRoleId: "11111111-1111-4111-8111-111111111111",
});
const twice = await refusalOf(
  post(`/users/${person}/appRoleAssignments`, {
    ...grant,
    appRoleId: "11111111-1111-4111-8111-111111111111",
  }),
);
const graph = (
  await get("/servicePrincipals?$filter=appId eq '00000003-0000-0000-c000-000000000000'")
).value[0];
const role = within(graph, "appRoles").find((one) => (one.value as unknown) === "User.Read.All");
const granted = await post(`/servicePrincipals/${graph?.id}/appRoleAssignedTo`, {
  principalId: principal.id,
  resourceId: graph?.id,
  appRoleId: role?.id,
});
const held = await get(`/servicePrincipals/${principal.id}/appRoleAssignments`);
const expanded = await get(
  `/servicePrincipals?$filter=appId eq '${appId}'&$expand=appRoleAssignments&$select=id`,
);
await client.api(`/servicePrincipals/${principal.id}/appRoleAssignments/${granted.id}`).delete();
await client.api(`/users/${person}/appRoleAssignments/${assignment.id}`).delete();

await post(`/applications/${application.id}/owners/$ref`, {
  "@odata.id": `https://graph.microsoft.com/v1.0/directoryObjects/${person}`,
});
const owners = await get(`/applications/${application.id}/owners`);
await client.api(`/applications/${application.id}`).patch({ displayName: "SDK renamed" });
const renamed = await get(`/applications/${application.id}?$select=displayName`);
await client.api(`/applications/${application.id}`).delete();
const deleted = await get("/directory/deletedItems/microsoft.graph.application?$select=id");
const gone = await refusalOf(get(`/servicePrincipals/${principal.id}`));

report({
  created: application["@odata.context"],
  principal: [byAppId.id === principal.id, filtered.value.length],
  secret: [typeof keyId, signIn.status],
  assignment: [
    assignment["@odata.context"] ===
      `https://graph.microsoft.com/v1.0/$metadata#users('${person}')/appRoleAssignments/$entity`,
    assignment["principalType"],
  ],
  twice,
  granted: [granted["resourceDisplayName"], held.value.map(({ id }) => id === granted.id)],
  expanded: within(expanded.value[0], "appRoleAssignments").map(({ id }) => id === granted.id),
  owners: owners.value.some(({ id }) => id === person),
  renamed,
  deleted: deleted.value.map(({ id }) => id === application.id),
  gone,
});
