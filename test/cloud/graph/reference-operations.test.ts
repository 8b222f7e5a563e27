import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { compactId } from "./store/ids.ts";
import { contractHolds } from "./testing/contract-holds.ts";
import { EVERYTHING, graphFixture, TENANT, type Reply } from "./testing/graph-fixture.ts";
import {
  assertRefused,
  EVENTUAL,
  idsIn,
  newGroup,
  newUser,
  reference,
  valueOf,
  UNIFIED,
} from "./testing/people.ts";

const HELPDESK = "729827e3-9c14-49f7-bb1b-9608f156bbb8";
const idOf = (reply: Reply): string => {
  assert.equal(reply.status, 201, reply.text);
  return String(reply.body["id"]);
};

describe("the reference's further operations: relationships and units", () => {
  const graph = graphFixture();
  graph.holdToContract();
  const { send } = graph;

  it("reports below reports are told and counted [user-list-transitivereports]", async () => {
    const [boss, head, clerk] = [
      await newUser(graph, "boss"),
      await newUser(graph, "head"),
      await newUser(graph, "clerk"),
    ];
    await send("PUT", `/users/${head}/manager/$ref`, reference(boss, "users"));
    await send("PUT", `/users/${clerk}/manager/$ref`, reference(head, "users"));
    const below = await send("GET", `/users/${boss}/transitiveReports`);
    assert.deepEqual(idsIn(below).toSorted(), [head, clerk].toSorted());
    const count = `/users/${boss}/transitiveReports/$count`;
    assert.equal((await send("GET", count, undefined, EVENTUAL)).text, "2");
    const direct = `/users/${boss}/directReports/$count`;
    assert.equal((await send("GET", direct, undefined, EVENTUAL)).text, "1");
  });

  it("whom a person sponsors is told, also through a group, and by type [user-list-sponsorof]", async () => {
    const [ann, team] = [await newUser(graph, "sponsor"), await newGroup(graph, "sponsors")];
    const [guest, other] = [await newUser(graph, "guest1"), await newUser(graph, "guest2")];
    await send("POST", `/groups/${team}/members/$ref`, reference(ann));
    await send("POST", `/users/${guest}/sponsors/$ref`, reference(ann, "users"));
    await send("POST", `/users/${other}/sponsors/$ref`, reference(team, "groups"));
    const url = `/users/${ann}/sponsorOf`;
    assert.deepEqual(idsIn(await send("GET", url)), [guest, other]);
    await send("PATCH", `/users/${guest}`, { userType: "Guest" });
    const guests = `${url}?$filter=microsoft.graph.user/userType eq 'Guest'&$count=true`;
    assert.deepEqual(idsIn(await send("GET", guests, undefined, EVENTUAL)), [guest]);
  });

  it("every relationship is read as a list, as a number and cast to its types [OData 4.01 URL conventions, 4.8 and 4.11]", async () => {
    const [ann, team] = [await newUser(graph, "ann"), await newGroup(graph, "team")];
    await send("POST", `/groups/${team}/members/$ref`, reference(ann));
    await send("POST", `/groups/${team}/owners/$ref`, reference(ann));
    const rows = [
      [`/users/${ann}/ownedObjects`, "group", 1],
      [`/users/${ann}/ownedObjects`, "application", 0],
      [`/users/${ann}/createdObjects`, "servicePrincipal", 0],
      [`/users/${ann}/ownedDevices`, "device", 0],
      [`/users/${ann}/registeredDevices`, "device", 0],
      [`/groups/${team}/members`, "device", 0],
      [`/groups/${team}/transitiveMembers`, "user", 1],
      [`/groups/${team}/owners`, "user", 1],
      [`/groups/${team}/owners`, "servicePrincipal", 0],
    ] as const;
    for (const [path, type, many] of rows) {
      const cast = `${path}/microsoft.graph.${type}`;
      // oxlint-disable-next-line no-await-in-loop -- the rows share one Graph
      const list = await send("GET", cast, undefined, EVENTUAL);
      assert.equal(valueOf(list).length, many, `${cast}: ${list.text}`);
      // oxlint-disable-next-line no-await-in-loop -- the rows share one Graph
      const count = await send("GET", `${cast}/$count`, undefined, EVENTUAL);
      assert.equal(count.text, String(many), cast);
      // oxlint-disable-next-line no-await-in-loop -- the rows share one Graph
      const whole = await send("GET", path);
      assert.equal(whole.status, 200, `${path}: ${whole.text}`);
    }
  });

  it("a unit tells one member, and its scoped roles are given and taken [administrativeunit-get-members, -post-scopedrolemembers, -delete-scopedrolemembers]", async () => {
    const [lea, bob] = [await newUser(graph, "lea"), await newUser(graph, "bob")];
    const unit = `/directory/administrativeUnits/${idOf(
      await send("POST", "/directory/administrativeUnits", { displayName: "north" }),
    )}`;
    await send("POST", `${unit}/members/$ref`, reference(lea, "users"));
    assert.equal((await send("GET", `${unit}/members/${lea}`)).body["displayName"], "lea");
    assertRefused(await send("GET", `${unit}/members/${bob}`), 404, "Request_ResourceNotFound");

    await send("POST", "/directoryRoles", { roleTemplateId: HELPDESK });
    const role = await send("GET", `/directoryRoles(roleTemplateId='${HELPDESK}')`);
    const body = { roleId: role.body["id"], roleMemberInfo: { id: bob } };
    const made = await send("POST", `${unit}/scopedRoleMembers`, body);
    const id = idOf(made);
    assert.equal(
      (made.body["roleMemberInfo"] as unknown as { displayName?: string }).displayName,
      "bob",
    );
    assert.equal((await send("POST", `${unit}/scopedRoleMembers`, body)).status, 400);
    assert.deepEqual(idsIn(await send("GET", `${unit}/scopedRoleMembers`)), [id]);
    const ofRole = `/directoryRoles/${String(role.body["id"])}/scopedMembers`;
    assert.deepEqual(idsIn(await send("GET", ofRole)), [id]);
    assert.equal((await send("GET", `${unit}/scopedRoleMembers/${id}`)).body["id"], id);
    const unified = `/roleManagement/directory/roleAssignments?$filter=principalId eq '${bob}'`;
    assert.match(
      String(valueOf(await send("GET", unified))[0]?.["directoryScopeId"]),
      /^\/administrativeUnits\//,
    );
    assert.equal((await send("DELETE", `${unit}/scopedRoleMembers/${id}`)).status, 204);
    assert.deepEqual(valueOf(await send("GET", `${unit}/scopedRoleMembers`)), []);
    const few = { roles: ["AdministrativeUnit.ReadWrite.All"] };
    assertRefused(
      await send("POST", `${unit}/scopedRoleMembers`, body, few),
      403,
      "Authorization_RequestDenied",
    );
  });

  contractHolds(graph);
});

describe("the reference's further operations: actions", () => {
  const graph = graphFixture();
  graph.holdToContract();
  const { send } = graph;

  it("names of groups are checked against those that exist [directoryobject-validateproperties, group-validateproperties]", async () => {
    const url = "/directoryObjects/validateProperties";
    const free = { entityType: "Group", displayName: "Anything", mailNickname: "free" };
    assert.equal((await send("POST", url, free)).status, 204);
    assert.equal((await send("POST", url, { ...free, entityType: "User" })).status, 400);
    assert.equal((await send("POST", url, { entityType: "Group" })).status, 400);
    const taken = await newGroup(graph, "taken", UNIFIED);
    const clash = await send("POST", url, { ...free, mailNickname: "taken" });
    assertRefused(clash, 422, "Request_UnprocessableEntity");
    const own = { displayName: "taken", mailNickname: "taken" };
    assert.equal((await send("POST", `/groups/${taken}/validateProperties`, own)).status, 204);
  });

  it("deleted groups of one owner are told, and deleted objects counted by type [directory-deleteditems-getuserownedobjects, directory-deleteditems-list]", async () => {
    const ann = await newUser(graph, "ann");
    const [gone, other] = [
      await newGroup(graph, "gone", UNIFIED),
      await newGroup(graph, "other", UNIFIED),
    ];
    await send("POST", `/groups/${gone}/owners/$ref`, reference(ann));
    await Promise.all([gone, other].map((id) => send("DELETE", `/groups/${id}`)));
    const url = "/directory/deletedItems/getUserOwnedObjects";
    const told = await send("POST", url, { userId: ann, type: "Group" });
    assert.deepEqual(idsIn(told), [gone]);
    assert.equal((await send("POST", url, { userId: ann, type: "Device" })).status, 400);
    const count = "/directory/deletedItems/microsoft.graph.group/$count";
    assert.equal((await send("GET", count, undefined, EVENTUAL)).text, "2");
  });

  it("provisioning again is accepted; a device cannot be made with an application's token [user-retryserviceprovisioning, group-retryserviceprovisioning, device-post-devices]", async () => {
    const [bob, team] = [await newUser(graph, "bob"), await newGroup(graph, "team")];
    assert.equal((await send("POST", `/users/${bob}/retryServiceProvisioning`)).status, 204);
    assert.equal((await send("POST", `/groups/${team}/retryServiceProvisioning`)).status, 204);
    const device = { displayName: "laptop", accountEnabled: true, operatingSystem: "linux" };
    assertRefused(await send("POST", "/devices", device), 403, "Authorization_RequestDenied");
  });

  contractHolds(graph);
});

describe("the reference's further operations: applications", () => {
  const graph = graphFixture();
  graph.holdToContract();
  const { send, registry } = graph;

  const newApplication = async (): Promise<readonly [id: string, appId: string]> => {
    const reply = await send("POST", "/applications", { displayName: "app" });
    return [idOf(reply), String(reply.body["appId"])];
  };
  const newPrincipal = async (): Promise<readonly [id: string, appId: string]> => {
    const [, appId] = await newApplication();
    return [idOf(await send("POST", "/servicePrincipals", { appId })), appId];
  };
  const graphPrincipal = async (): Promise<string> =>
    String(
      (await send("GET", "/servicePrincipals(appId='00000003-0000-0000-c000-000000000000')")).body[
        "id"
      ],
    );

  it("a delegated grant is made, found, changed and taken [oauth2permissiongrant-post, -get, -update, -delete]", async () => {
    const roles = [...EVERYTHING, "DelegatedPermissionGrant.ReadWrite.All"];
    const [[clientId], resourceId] = [await newPrincipal(), await graphPrincipal()];
    const body = { clientId, consentType: "AllPrincipals", resourceId, scope: "User.Read" };
    const id = idOf(await send("POST", "/oauth2PermissionGrants", body, { roles }));
    // As in the example: the client and the resource, as octets (oauth2permissiongrant-post).
    const example = [
      "ef969797-201d-4f6b-960c-e9ed5f31dab5",
      "943603e4-e787-4fe9-93d1-e30f749aae39",
    ];
    assert.equal(compactId(...example), "l5eW7x0ga0-WDOntXzHateQDNpSH5-lPk9HjD3Sarjk");
    assert.equal(id, compactId(clientId, resourceId));
    assertRefused(
      await send("POST", "/oauth2PermissionGrants", body, { roles }),
      409,
      "Request_MultipleObjectsWithSameKeyValue",
      "Permission entry already exists.",
    );
    const lists = [
      `/oauth2PermissionGrants?$filter=clientId eq '${clientId}'`,
      `/servicePrincipals/${clientId}/oauth2PermissionGrants`,
    ];
    for (const list of lists)
      // oxlint-disable-next-line no-await-in-loop -- the rows share one Graph
      assert.deepEqual(idsIn(await send("GET", list, undefined, { roles })), [id], list);
    const url = `/oauth2PermissionGrants/${id}`;
    assert.equal((await send("PATCH", url, { scope: "User.Read Group.Read.All" })).status, 204);
    assert.equal((await send("GET", url)).body["scope"], "User.Read Group.Read.All");
    assert.equal((await send("PATCH", url, { consentType: "Principal" })).status, 400);
    assert.equal((await send("DELETE", url)).status, 204);
    assertRefused(await send("GET", url), 404, "Request_ResourceNotFound");
    const forOne = { ...body, consentType: "Principal" };
    assert.equal((await send("POST", "/oauth2PermissionGrants", forOne)).status, 400);
    const few = { roles: ["Application.ReadWrite.All"] };
    assertRefused(
      await send("POST", "/oauth2PermissionGrants", body, few),
      403,
      "Authorization_RequestDenied",
    );
  });

  it("an assignment of an app role is read by its id from either side [serviceprincipal-list-approleassignments, serviceprincipal-list-approleassignedto]", async () => {
    const [[principalId], resourceId] = [await newPrincipal(), await graphPrincipal()];
    const resource = await send("GET", `/servicePrincipals/${resourceId}`);
    const appRoleId = (resource.body["appRoles"] as unknown as { id: string }[])[0]?.id;
    const body = { principalId, resourceId, appRoleId };
    const from = `/servicePrincipals/${principalId}/appRoleAssignments`;
    const id = idOf(await send("POST", from, body));
    const to = `/servicePrincipals/${resourceId}/appRoleAssignedTo`;
    for (const url of [`${from}/${id}`, `${to}/${id}`])
      // oxlint-disable-next-line no-await-in-loop -- the rows share one Graph
      assert.equal((await send("GET", url)).body["appRoleId"], appRoleId, url);
  });

  it("a service principal has secrets of its own [serviceprincipal-addpassword, serviceprincipal-removepassword]", async () => {
    const [id, appId] = await newPrincipal();
    const url = `/servicePrincipals/${id}`;
    const added = await send("POST", `${url}/addPassword`, {
      passwordCredential: { displayName: "own" },
    });
    assert.equal(added.status, 200, added.text);
    const { keyId, secretText } = added.body as Readonly<Record<string, string>>;
    assert.ok(secretText !== undefined && secretText.length >= 16);
    const held = () => registry.servicePrincipal(TENANT, appId)?.passwordCredentials.length;
    assert.equal(held(), 1);
    const told = (await send("GET", `${url}?$select=passwordCredentials`)).body;
    const [first] = told["passwordCredentials"] as unknown as readonly Readonly<
      Record<string, unknown>
    >[];
    assert.deepEqual([first?.["keyId"], first?.["displayName"]], [keyId, "own"]);
    assert.ok(!first?.["secretText"], "told once");
    assert.equal((await send("POST", `${url}/removePassword`, { keyId })).status, 204);
    assert.equal(held(), 0);
    assert.equal((await send("POST", `${url}/removePassword`, { keyId })).status, 400);
  });

  it("directory extensions are defined, listed and removed [application-post-extensionproperty, -list-extensionproperty, -delete-extensionproperty, directoryobject-getavailableextensionproperties]", async () => {
    const [id, appId] = await newApplication();
    const url = `/applications/${id}/extensionProperties`;
    const body = { name: "jobGroup", dataType: "String", targetObjects: ["User"] };
    const made = await send("POST", url, body);
    assert.equal(made.body["name"], `extension_${appId.replaceAll("-", "")}_jobGroup`);
    assert.equal((await send("POST", url, body)).status, 400);
    assert.equal((await send("POST", url, { ...body, dataType: "Text" })).status, 400);
    await send("PATCH", `/applications/${id}`, { displayName: "other" });
    assert.deepEqual(idsIn(await send("GET", url)), [idOf(made)]);
    const all = await send("POST", "/directoryObjects/getAvailableExtensionProperties", {});
    assert.deepEqual(idsIn(all), [idOf(made)]);
    assert.equal((await send("DELETE", `${url}/${idOf(made)}`)).status, 204);
    assert.deepEqual(valueOf(await send("GET", url)), []);
  });

  contractHolds(graph);
});
