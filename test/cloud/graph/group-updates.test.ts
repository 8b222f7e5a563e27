import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { graphFixture, PRINCIPAL, TENANT } from "./testing/graph-fixture.ts";
import { bindings, groupBody, newGroup, newUser, UNIFIED } from "./testing/people.ts";
import { assertDenied, personsOf } from "./testing/persons.ts";

/** The page of 2026. */
describe("group-update", () => {
  const graph = graphFixture();
  const { as, holder } = personsOf(graph);
  const update = (group: string, body: object, roles: readonly string[]) =>
    graph.send("PATCH", `/groups/${group}`, body, { roles });

  it("labels are changed on behalf of people only [group-update, assignedLabels]", async () => {
    const group = await newGroup(graph, "labeled");
    const body = { assignedLabels: [{ labelId: "2a0e2ba8-8f5c-4a6e-9f2f-5ad5cf7e6f10" }] };
    assertDenied(await update(group, body, ["Group.ReadWrite.All"]));
    const admin = await holder("Groups Administrator");
    const done = await as(admin, "PATCH", `/groups/${group}`, body, ["Group.ReadWrite.All"]);
    assert.equal(done.status, 204, done.text);
  });

  it("what Exchange keeps needs Group.ReadWrite.All; Directory.ReadWrite.All is not enough [group-update, important]", async () => {
    const admin = await holder("Global Administrator");
    const group = await newGroup(graph, "senders", UNIFIED);
    const body = { allowExternalSenders: true };
    const by = (role: string) => as(admin, "PATCH", `/groups/${group}`, body, [role]);
    assertDenied(await by("Directory.ReadWrite.All"));
    assert.equal((await by("Group.ReadWrite.All")).status, 200);
  });

  it("disableNesting has a permission of its own [group-update, permissions for specific scenarios]", async () => {
    const group = await newGroup(graph, "flat");
    const least = ["Group-NestingSupport.ReadWrite.All"];
    assert.equal((await update(group, { disableNesting: true }, least)).status, 204);
    assertDenied(await update(group, { disableNesting: true, description: "x" }, least));
  });

  it("who adds a device for a person has to read it, an application to write it [group-post-members]", async () => {
    const device = graph.app.control("create", { tenant: TENANT, kind: "device", values: {} });
    const group = await newGroup(graph, "devices");
    const admin = await holder("Groups Administrator");
    const body = { "members@odata.bind": bindings([device.id]) };
    const reads = ["GroupMember.ReadWrite.All", "Device.Read.All"];
    assertDenied(await update(group, body, reads));
    const done = await as(admin, "PATCH", `/groups/${group}`, body, reads);
    assert.equal(done.status, 204, done.text);
  });

  it("an application that may only create groups binds itself, and what it may read [group-post-groups]", async () => {
    const user = await newUser(graph, "bound");
    const app = await graph.send("POST", "/applications", { displayName: "other" });
    const other = await graph.send("POST", "/servicePrincipals", { appId: app.body["appId"] });
    const make = async (id: string, ...roles: readonly string[]) => {
      const body = {
        displayName: "made",
        mailEnabled: false,
        mailNickname: "made",
        securityEnabled: true,
        "owners@odata.bind": bindings([id]),
      };
      return (await graph.send("POST", "/groups", body, { roles: ["Group.Create", ...roles] }))
        .status;
    };
    assert.equal(await make(PRINCIPAL), 201);
    assert.deepEqual([await make(user), await make(user, "User.Read.All")], [403, 201]);
    const id = String(other.body["id"]);
    assert.deepEqual(
      [await make(id, "User.Read.All"), await make(id, "Application.Read.All")],
      [403, 201],
    );
  });

  it("the tenant's prefix and suffix are demanded of Microsoft 365 groups [directoryobject-validateproperties, example 2; groups-naming-policy]", async () => {
    const { send } = graph;
    const template = "62375ab9-6b52-47ed-826b-58e47e0e304b";
    const values = [
      { name: "PrefixSuffixNamingRequirement", value: "Myprefix_[GroupName]_mysuffix" },
    ];
    const setting = await send("POST", "/groupSettings", { templateId: template, values });
    assert.equal(setting.status, 201, setting.text);
    const ask = (name: string) =>
      send("POST", "/directoryObjects/validateProperties", {
        entityType: "Group",
        displayName: name,
        mailNickname: name,
      });
    assert.equal((await ask("Myprefix_test_mysuffix")).status, 204);
    const refused = await ask("test");
    assert.equal(refused.status, 422);
    const { details } = refused.body["error"] as unknown as { details: readonly object[] };
    const detail = {
      code: "MissingPrefixSuffix",
      message:
        "Property mailNickname is missing a required prefix/suffix per your organization's Group naming requirements.",
      prefix: "Myprefix_",
      suffix: "_mysuffix",
    };
    assert.deepEqual(details, [
      { target: "displayName", ...detail },
      { target: "mailNickname", ...detail },
    ]);
    const make = async (name: string, more: object) =>
      (await send("POST", "/groups", groupBody(name, { ...more }))).status;
    assert.deepEqual([await make("test", UNIFIED), await make("test", {})], [400, 201]);
    assert.equal(await make("Myprefix_x_mysuffix", UNIFIED), 201);
    await send("DELETE", `/groupSettings/${String(setting.body["id"])}`);
  });
});
