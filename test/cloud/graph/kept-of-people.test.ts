import assert from "node:assert/strict";
import { describe, it } from "node:test";

import type { Values } from "./store/entity.ts";
import { contractHolds } from "./testing/contract-holds.ts";
import { graphFixture, TENANT } from "./testing/graph-fixture.ts";
import { assertRefused, newGroup, newUser, UNIFIED } from "./testing/people.ts";
import { stepsWith, list } from "./testing/steps.ts";

describe("what is kept beside a person or a group", () => {
  const graph = graphFixture();
  graph.holdToContract();
  const { send } = graph;
  const step = stepsWith(graph, [
    "Group-OnPremisesSyncBehavior.ReadWrite.All",
    "MailboxSettings.ReadWrite",
    "Organization.ReadWrite.All",
    "ProfilePhoto.ReadWrite.All",
    "User-OnPremisesSyncBehavior.ReadWrite.All",
    "User.Export.All",
  ]);

  it("open extensions of every holder are made, replaced, expanded and taken away [opentypeextension-post-opentypeextension, -get, -update, -delete; extensibility-overview]", async () => {
    const holders = [
      `/users/${await newUser(graph, "ann")}`,
      `/groups/${await newGroup(graph, "team")}`,
      `/organization/${TENANT}`,
    ];
    const body = { extensionName: "com.contoso.settings", theme: "dark", color: "purple" };
    for (const holder of holders) {
      const url = `${holder}/extensions`;
      /* oxlint-disable no-await-in-loop -- the rows share one Graph */
      const made = await step(201, "POST", url, body);
      assert.deepEqual(
        [made["id"], made["@odata.type"]],
        [body.extensionName, "#microsoft.graph.openTypeExtension"],
      );
      await step(400, "POST", url, body);
      await step(204, "PATCH", `${url}/com.contoso.settings`, { theme: "light" });
      const after = await step(200, "GET", `${url}/com.contoso.settings`);
      assert.deepEqual([after["theme"], after["color"]], ["light", undefined]);
      assert.equal(list(await step(200, "GET", url)).length, 1);
      await step(204, "DELETE", `${url}/com.contoso.settings`);
      await step(404, "GET", `${url}/com.contoso.settings`);
      /* oxlint-enable no-await-in-loop */
    }
  });

  it("a photo is written as it is, told in every size, and 1x1 before there is one [profilephoto-get, profilephoto-update, profilephoto-delete]", async () => {
    const photo = `/users/${await newUser(graph, "pia")}/photo`;
    assert.equal((await step(200, "GET", photo))["id"], "1x1");
    assertRefused(await send("GET", `${photo}/$value`), 404, "ImageNotFound");
    await step(200, "PUT", `${photo}/$value`, "picture", { "content-type": "image/jpeg" });
    await step(400, "PUT", `${photo}/$value`, "text", { "content-type": "text/plain" });
    const told = await step(200, "GET", photo);
    assert.deepEqual([told["width"], told["@odata.mediaContentType"]], [648, "image/jpeg"]);
    assert.equal((await send("GET", `${photo}/$value`)).text, "picture");
    const sizes = list(await step(200, "GET", `${photo}s`)).map(({ id }) => id);
    assert.deepEqual([sizes.length, sizes[0]], [9, "48x48"]);
    assert.equal((await send("GET", `${photo}s/48x48/$value`)).text, "picture");
    await step(200, "DELETE", `${photo}/$value`);
    await step(404, "GET", `${photo}/$value`);
  });

  it("mailbox settings are told whole or one by one, and merged when they change [user-get-mailboxsettings, user-update-mailboxsettings]", async () => {
    const id = await newUser(graph, "mia");
    const url = `/users/${id}/mailboxSettings`;
    assert.equal((await step(200, "GET", `${url}/timeZone`))["value"], "UTC");
    const replies = { status: "AlwaysEnabled", internalReplyMessage: "Away" };
    const changed = await step(200, "PATCH", url, { automaticRepliesSetting: replies });
    const setting = changed["automaticRepliesSetting"] as unknown as Values;
    assert.deepEqual(
      [setting["externalAudience"], setting["internalReplyMessage"]],
      ["all", "Away"],
    );
    assert.equal(changed["timeZone"], undefined, "only what changed");
    const shown = await step(200, "GET", `/users/${id}?$select=mailboxSettings`);
    assert.deepEqual(
      (shown["mailboxSettings"] as unknown as Values)["automaticRepliesSetting"],
      setting,
    );
    await step(400, "PATCH", url, { timeZones: "UTC" });
  });

  it("a person's profile is read with $select of one user and written alone, by people only; a list answers 501, as Graph does [user-get, user-update, user-list]", async () => {
    const id = await newUser(graph, "pam");
    await step(403, "PATCH", `/users/${id}`, { skills: ["climbing"] });
    const person = { person: id, roles: ["User.ReadWrite"] };
    const own = (body: object) => send("PATCH", "/me", body, person);
    assert.equal((await own({ skills: ["climbing"] })).status, 204);
    assertRefused(
      await own({ skills: [], aboutMe: "x", mobilePhone: "1" }),
      400,
      "Request_BadRequest",
    );
    const shown = await step(200, "GET", `/users/${id}?$select=displayName,skills,aboutMe`);
    assert.deepEqual(
      [shown["displayName"], shown["skills"], shown["aboutMe"], shown["id"]],
      ["pam", ["climbing"], null, id],
    );
    await step(501, "GET", "/users?$select=skills");
    const group = await newGroup(graph, "mail", UNIFIED);
    const read = `/groups/${group}?$select=allowExternalSenders,unseenCount`;
    assert.deepEqual((await step(200, "GET", read))["unseenCount"], 0);
    await step(403, "PATCH", `/groups/${group}`, { allowExternalSenders: true });
    await step(403, "POST", `/groups/${group}/subscribeByMail`);
  });

  it("where a synced object is managed is told and changed [onpremisessyncbehavior-get, onpremisessyncbehavior-update]", async () => {
    for (const holder of [
      `/users/${await newUser(graph, "syn")}`,
      `/groups/${await newGroup(graph, "syn")}`,
    ]) {
      const url = `${holder}/onPremisesSyncBehavior`;
      /* oxlint-disable no-await-in-loop -- the rows share one Graph */
      assert.equal((await step(200, "GET", url))["isCloudManaged"], false);
      await step(204, "PATCH", url, { isCloudManaged: true });
      assert.equal((await step(200, "GET", url))["isCloudManaged"], true);
      await step(400, "PATCH", url, { isCloudManaged: "yes" });
      /* oxlint-enable no-await-in-loop */
    }
  });

  it("the one policy of expiring groups takes selected groups [grouplifecyclepolicy-post-grouplifecyclepolicies, -addgroup, -removegroup, group-list-grouplifecyclepolicies]", async () => {
    const group = await newGroup(graph, "expiring", UNIFIED);
    const body = { groupLifetimeInDays: 100, managedGroupTypes: "Selected" };
    await step(400, "POST", "/groupLifecyclePolicies", { ...body, groupLifetimeInDays: 29 });
    const { id } = await step(201, "POST", "/groupLifecyclePolicies", body);
    await step(400, "POST", "/groupLifecyclePolicies", body);
    const url = `/groupLifecyclePolicies/${String(id)}`;
    const groupId = { groupId: group };
    assert.equal((await step(200, "POST", `${url}/addGroup`, groupId))["value"], true);
    const of = `/groups/${group}/groupLifecyclePolicies`;
    assert.deepEqual(
      list(await step(200, "GET", of)).map((one) => one["id"]),
      [id],
    );
    assert.equal((await step(200, "POST", `${url}/removeGroup`, groupId))["value"], true);
    assert.deepEqual(list(await step(200, "GET", of)), []);
    const after = await step(200, "PATCH", url, { groupLifetimeInDays: 180 });
    assert.equal(after["groupLifetimeInDays"], 180);
    await step(204, "DELETE", url);
  });

  it("personal data are exported in the background [user-exportpersonaldata, datapolicyoperation-get]", async () => {
    const id = await newUser(graph, "exp");
    const roles = ["User.Export.All"];
    const body = { storageLocation: "https://example.blob.core.windows.net/container?sas" };
    const reply = await send("POST", `/users/${id}/exportPersonalData`, body, { roles });
    assert.equal(reply.status, 202, reply.text);
    const state = String(reply.headers["Location"]).replace(/^.*\/v1\.0/, "");
    assert.equal((await send("GET", state, undefined, { roles })).body["userId"], id);
  });

  contractHolds(graph);
});

const themeOf = ({ extensions }: Values): unknown => (extensions as Values[])[0]?.["theme"];

describe("open extensions in an expansion", () => {
  // The OpenAPI data describe no properties of an open type.
  const graph = graphFixture();
  const step = stepsWith(graph, []);

  it("are shown with their holder, alone or in a list [opentypeextension-get, user-list]", async () => {
    const holder = `/users/${await newUser(graph, "ann")}`;
    const body = { extensionName: "com.contoso.settings", theme: "dark" };
    await step(201, "POST", `${holder}/extensions`, body);
    assert.equal(
      themeOf(await step(200, "GET", `${holder}?$select=id&$expand=extensions`)),
      "dark",
    );
    const [first] = list(await step(200, "GET", "/users?$select=id&$expand=extensions"));
    assert.equal(first && themeOf(first), "dark");
  });
});
