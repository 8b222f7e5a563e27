import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { contractHolds } from "./testing/contract-holds.ts";
import { graphFixture, TENANT } from "./testing/graph-fixture.ts";
import {
  assertRefused,
  bindings,
  EVENTUAL,
  groupBody,
  idsIn,
  newGroup,
  newUser,
  reference,
  valueOf,
} from "./testing/people.ts";

const ids = (count: number): readonly string[] => Array.from({ length: count }, () => TENANT);

const invitationFor = (invitedUserEmailAddress: string) => ({
  invitedUserEmailAddress,
  inviteRedirectUrl: "https://a.org",
});

describe("directory objects", () => {
  const graph = graphFixture();
  const { send } = graph;

  it("getByIds answers known objects of the requested types and leaves out the rest silently [directoryobject-getbyids]", async () => {
    const [user, group] = [await newUser(graph, "ann"), await newGroup(graph, "grp")];
    const asked = [user, group, "00000000-0000-4000-8000-000000000000"];
    assert.deepEqual(idsIn(await send("POST", "/directoryObjects/getByIds", { ids: asked })), [
      user,
      group,
    ]);
    const typed = await send("POST", "/directoryObjects/getByIds", {
      ids: asked,
      types: ["group"],
    });
    assert.deepEqual(idsIn(typed), [group]);
    assert.equal(valueOf(typed)[0]?.["@odata.type"], "#microsoft.graph.group");
  });

  it("getByIds takes 1,000 ids and no more [directoryobject-getbyids]", async () => {
    assert.equal(
      (await send("POST", "/directoryObjects/getByIds", { ids: ids(1000) })).status,
      200,
    );
    assert.equal(
      (await send("POST", "/directoryObjects/getByIds", { ids: ids(1001) })).status,
      400,
    );
  });

  it("checkMemberGroups is transitive and takes 20 groups [directoryobject-checkmembergroups]", async () => {
    const user = await newUser(graph, "bob");
    const inner = await newGroup(graph, "inner", { "members@odata.bind": bindings([user]) });
    const outer = await newGroup(graph, "outer", { "members@odata.bind": bindings([inner]) });
    const other = await newGroup(graph, "other");
    const check = (groupIds: readonly string[]) =>
      send("POST", `/users/${user}/checkMemberGroups`, { groupIds });
    assert.deepEqual((await check([outer, other])).body["value"], [outer]);
    assert.equal((await check(Array.from({ length: 21 }, () => outer))).status, 400);
    const all = await send("POST", `/users/${user}/getMemberGroups`, { securityEnabledOnly: true });
    assert.deepEqual(new Set(all.body["value"] as unknown as string[]), new Set([inner, outer]));
  });

  it("an object of any type is read by id [directoryobject-get]", async () => {
    const group = await newGroup(graph, "some");
    const { body } = await send("GET", `/directoryObjects/${group}`);
    assert.deepEqual([body["@odata.type"], body["id"]], ["#microsoft.graph.group", group]);
    assertRefused(
      await send("GET", "/directoryObjects/nonsense"),
      400,
      "Request_BadRequest",
      "Invalid object identifier 'nonsense'.",
    );
  });

  it("units are created, given members, read and deleted [administrativeunit]", async () => {
    const made = await send("POST", "/directory/administrativeUnits", { displayName: "North" });
    assert.equal(made.status, 201);
    const url = `/directory/administrativeUnits/${made.body["id"]}`;
    const user = await newUser(graph, "cat");
    assert.equal((await send("POST", `${url}/members/$ref`, reference(user))).status, 204);
    assertRefused(
      await send("POST", `${url}/members/$ref`, reference(user)),
      400,
      "Request_BadRequest",
      "A conflicting object with one or more of the specified property values is present",
    );
    assert.deepEqual(idsIn(await send("GET", `${url}/members`)), [user]);
    assert.deepEqual(idsIn(await send("GET", `/users/${user}/memberOf`)), [made.body["id"]]);
    const inside = await send("POST", `${url}/members`, {
      "@odata.type": "#microsoft.graph.group",
      ...groupBody("inside"),
    });
    assert.equal(inside.status, 201);
    assert.equal((await send("DELETE", `${url}/members/${user}/$ref`)).status, 204);
    assert.deepEqual(idsIn(await send("GET", `${url}/members`)), [inside.body["id"]]);
    assert.equal((await send("DELETE", url)).status, 204);
    assert.equal((await send("GET", url)).status, 404);
  });

  it("an invitation creates a guest at once, and the same address answers the same guest [invitation-post]", async () => {
    const body = {
      invitedUserEmailAddress: "gwen@fabrikam.com",
      inviteRedirectUrl: "https://app.contoso.com",
    };
    const first = await send("POST", "/invitations", body);
    assert.deepEqual([first.status, first.body["status"]], [201, "PendingAcceptance"]);
    const invited = first.body["invitedUser"] as unknown as Readonly<Record<string, string>>;
    const guest = invited["id"] ?? "";
    assert.equal(invited["userPrincipalName"], "gwen_fabrikam.com#EXT#@contoso.com");
    assert.equal(first.body["invitedUserDisplayName"], null);
    assert.deepEqual(first.body["invitedUserMessageInfo"], {
      messageLanguage: null,
      customizedMessageBody: null,
      ccRecipients: [{ emailAddress: { name: null, address: null } }],
    });
    const read = await send(
      "GET",
      `/users/${guest}?$select=userType,externalUserState,mail,userPrincipalName`,
    );
    assert.deepEqual(
      [
        read.body["userType"],
        read.body["externalUserState"],
        read.body["mail"],
        read.body["userPrincipalName"],
      ],
      ["Guest", "PendingAcceptance", "gwen@fabrikam.com", "gwen_fabrikam.com#EXT#@contoso.com"],
    );
    assert.equal(
      (await send("GET", "/users/gwen_fabrikam.com%23EXT%23@contoso.com")).body["id"],
      guest,
    );
    const second = await send("POST", "/invitations", body);
    assert.equal((second.body["invitedUser"] as unknown as { readonly id: string }).id, guest);
  });

  it("a guest's redemption is reset, with its id, by an address of its own [invitation-post, reset-redemption-status]", async () => {
    const invited = await send("POST", "/invitations", invitationFor("hana@fabrikam.com"));
    const { id } = invited.body["invitedUser"] as unknown as { readonly id: string };
    graph.app.control("update", { tenant: TENANT, id, values: { externalUserState: "Accepted" } });
    const reset = (address: string) =>
      send("POST", "/invitations", {
        ...invitationFor(address),
        invitedUser: { id },
        resetRedemption: true,
      });
    assertRefused(await reset("other@fabrikam.com"), 400, "Request_BadRequest");
    const reply = await reset("hana@fabrikam.com");
    assert.deepEqual([reply.status, reply.body["resetRedemption"]], [201, true]);
    const { body } = await send("GET", `/users/${id}?$select=externalUserState`);
    assert.equal(body["externalUserState"], "PendingAcceptance");
  });

  it("a member's address cannot be invited, and a tenant may forbid invitations [invitation-post; seen on the wire]", async () => {
    await newUser(graph, "dee", { mail: "dee@contoso.com" });
    assertRefused(
      await send("POST", "/invitations", invitationFor("dee@contoso.com")),
      400,
      "Request_BadRequest",
      "The invited user already exists in the directory as object ID",
    );
    graph.app.control("conditions", { tenant: TENANT, invitationsAllowed: false });
    assertRefused(
      await send("POST", "/invitations", invitationFor("x@fabrikam.com")),
      403,
      "Forbidden",
      "Guest invitations not allowed for your company.",
    );
    graph.app.control("conditions", { tenant: TENANT, invitationsAllowed: true });
  });

  it("the tenant's organization and domains are listed [organization-list, domain-list]", async () => {
    const [organization] = valueOf(await send("GET", "/organization"));
    assert.equal(organization?.["id"], TENANT);
    const domains = valueOf(await send("GET", "/domains"));
    assert.deepEqual(
      domains.map((one) => one["id"]),
      ["contoso.com"],
    );
  });

  it("a device has fifteen extension attributes once one is set, and alternative ids [device-get, device-update]", async () => {
    const { id } = graph.app.control("create", {
      kind: "device",
      values: { displayName: "tablet" },
    });
    const set = { extensionAttributes: { extensionAttribute1: "BYOD-Device" } };
    assert.equal((await send("PATCH", `/devices/${id}`, set)).status, 204);
    await send("PATCH", `/devices/${id}`, { extensionAttributes: { extensionAttribute2: "x" } });
    const { body } = await send("GET", `/devices/${id}?$select=id,extensionAttributes`);
    const attributes = body["extensionAttributes"] as unknown as Readonly<Record<string, unknown>>;
    assert.deepEqual(
      [1, 2, 15].map((at) => attributes[`extensionAttribute${at}`]),
      ["BYOD-Device", "x", null],
    );
    assert.equal(Object.keys(attributes).length, 15);
    const filter = "extensionAttributes/extensionAttribute1 eq 'BYOD-Device'&$count=true";
    assert.deepEqual(idsIn(await send("GET", `/devices?$filter=${filter}`, undefined, EVENTUAL)), [
      id,
    ]);
    assert.deepEqual((await send("GET", `/devices/${id}`)).body["alternativeSecurityIds"], []);
    const bad = { extensionAttributes: { extensionAttribute16: "x" } };
    assert.equal((await send("PATCH", `/devices/${id}`, bad)).status, 400);
  });

  it("settings of groups have templates [groupsettingtemplate-list, groupsettingtemplate-get]", async () => {
    const all = await send("GET", "/groupSettingTemplates");
    const names = (all.body["value"] as unknown as { displayName: string }[]).map(
      ({ displayName }) => displayName,
    );
    assert.ok(names.includes("Group.Unified.Guest") && names.includes("Prohibited Names Settings"));
    const one = await send("GET", "/groupSettingTemplates/08d542b9-071f-4e16-94b0-74abb372e3d9");
    assert.deepEqual(one.body["values"], [
      {
        name: "AllowToAddGuests",
        type: "System.Boolean",
        defaultValue: "true",
        description: "Flag indicating if guests are allowed in a specific Unified Group.",
      },
    ]);
    assert.equal((await send("GET", `/groupSettingTemplates/${TENANT}`)).status, 404);
    assert.equal((await send("GET", "/groupSettingTemplates?$filter=id eq 'x'")).status, 400);
  });

  it("of a device without Windows an application changes only the extension attributes [device-update]", async () => {
    const { id } = graph.app.control("create", {
      kind: "device",
      values: { displayName: "phone", operatingSystem: "iOS" },
    });
    assertRefused(
      await send("PATCH", `/devices/${id}`, { accountEnabled: false }),
      403,
      "Authorization_RequestDenied",
    );
    const set = { extensionAttributes: { extensionAttribute1: "x" } };
    assert.equal((await send("PATCH", `/devices/${id}`, set)).status, 204);
  });

  it("a device is addressed by object id or as deviceId=… [device-get]", async () => {
    const { id } = graph.app.control("create", {
      tenant: TENANT,
      kind: "device",
      values: {
        deviceId: "4c299165-6e8f-4b45-a5ba-c5d250a707ff",
        displayName: "laptop",
        operatingSystem: "Windows",
      },
    });
    const byKey = await send("GET", "/devices(deviceId='4c299165-6e8f-4b45-a5ba-c5d250a707ff')");
    assert.equal(byKey.body["id"], id);
    assert.equal((await send("GET", "/devices/4c299165-6e8f-4b45-a5ba-c5d250a707ff")).status, 404);
    assert.equal((await send("PATCH", `/devices/${id}`, { accountEnabled: false })).status, 204);
    assert.equal((await send("DELETE", `/devices/${id}`)).status, 204);
  });

  contractHolds(graph);
});
