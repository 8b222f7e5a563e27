import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { contractHolds } from "./testing/contract-holds.ts";
import { graphFixture, TENANT } from "./testing/graph-fixture.ts";
import {
  assertRefused,
  EVENTUAL,
  idsIn,
  linkIn,
  newGroup,
  newUser,
  reference,
  valueOf,
} from "./testing/people.ts";

describe("organizational contacts", () => {
  const graph = graphFixture();
  graph.holdToContract();
  const { send, app } = graph;
  const newContact = (values: Readonly<Record<string, unknown>>): string =>
    app.control("create", { tenant: TENANT, kind: "orgContact", values }).id;

  it("are listed, counted, searched, read, and told by delta [orgcontact-list, -get, -delta]", async () => {
    const started = await send("GET", "/contacts/delta");
    const eric = newContact({ displayName: "Eric S", mail: "erics@contoso.com", phones: [] });
    const nicole = newContact({ displayName: "Nicole Wagner", mail: "nicolewa@contoso.com" });
    const first = `/contacts?$filter=startswith(displayName,'N')&$count=true&$top=1&$orderby=displayName`;
    const found = await send("GET", first, undefined, EVENTUAL);
    assert.deepEqual([found.body["@odata.count"], idsIn(found)], [1, [nicole]], found.text);
    const search = '/contacts?$search="displayName:wa"&$count=true';
    assert.deepEqual(idsIn(await send("GET", search, undefined, EVENTUAL)), [nicole]);
    assert.equal((await send("GET", "/contacts/$count", undefined, EVENTUAL)).text, "2");
    assert.equal((await send("GET", `/contacts/${eric}`)).body["mail"], "erics@contoso.com");
    assert.deepEqual(idsIn(await send("GET", linkIn(started, "@odata.deltaLink"))), [eric, nicole]);
    const few = { roles: ["User.Read.All"] };
    assertRefused(
      await send("GET", "/contacts", undefined, few),
      403,
      "Authorization_RequestDenied",
    );
  });

  it("have groups and reports, and are only read [orgcontact-list-memberof, -list-directreports, resources/orgcontact]", async () => {
    const eva = newContact({ displayName: "Eva" });
    const [inner, outer] = [await newGroup(graph, "inner"), await newGroup(graph, "outer")];
    const ann = await newUser(graph, "ann");
    await send("POST", `/groups/${inner}/members/$ref`, reference(eva));
    await send("POST", `/groups/${outer}/members/$ref`, reference(inner));
    await send("PUT", `/users/${ann}/manager/$ref`, reference(eva, "contacts"));
    assert.deepEqual(idsIn(await send("GET", `/contacts/${eva}/memberOf`)), [inner]);
    const all = idsIn(await send("GET", `/contacts/${eva}/transitiveMemberOf`));
    assert.deepEqual(all.toSorted(), [inner, outer].toSorted());
    assert.deepEqual(idsIn(await send("GET", `/contacts/${eva}/directReports`)), [ann]);
    const groups = await send("POST", `/contacts/${eva}/getMemberGroups`, {
      securityEnabledOnly: false,
    });
    assert.deepEqual((groups.body["value"] as unknown as string[]).length, 2, groups.text);
    const again = `/contacts/${eva}/retryServiceProvisioning`;
    assert.equal((await send("POST", again)).status, 204);
    const change = await send("PATCH", `/contacts/${eva}`, { displayName: "other" });
    assert.ok(change.status >= 400, change.text);
  });

  contractHolds(graph);
});

const values = (value: string) => [{ name: "AllowToAddGuests", value }];

describe("settings of groups", () => {
  const graph = graphFixture();
  graph.holdToContract();
  const { send } = graph;
  const UNIFIED = "62375ab9-6b52-47ed-826b-58e47e0e304b";
  const GUEST = "08d542b9-071f-4e16-94b0-74abb372e3d9";

  it("of the tenant are made once from a template, with its other values [group-post-settings, group-list-settings]", async () => {
    const prefix = [{ name: "PrefixSuffixNamingRequirement", value: "[Contoso-][GroupName]" }];
    const body = { templateId: UNIFIED, values: prefix };
    const made = await send("POST", "/groupSettings", body);
    assert.equal(made.status, 201, made.text);
    const [only] = valueOf(await send("GET", "/groupSettings"));
    const told = new Map(
      ((only?.["values"] ?? []) as { name: string; value: string }[]).map((one) => [
        one.name,
        one.value,
      ]),
    );
    assert.equal(told.get("PrefixSuffixNamingRequirement"), "[Contoso-][GroupName]");
    assert.equal(told.get("AllowToAddGuests"), "true");
    const twice = await send("POST", "/groupSettings", body);
    assert.equal(twice.status, 400, twice.text);
    const bad = { templateId: UNIFIED, values: [{ name: "NoSuchSetting", value: "1" }] };
    assert.equal((await send("POST", "/groupSettings", bad)).status, 400);
    const guest = { templateId: GUEST, values: [] };
    assert.equal((await send("POST", "/groupSettings", guest)).status, 400, "only of one group");
  });

  it("of a group are made, changed and removed [group-post-settings, groupsetting-update, groupsetting-delete]", async () => {
    const url = `/groups/${await newGroup(graph, "team")}/settings`;
    const made = await send("POST", url, { templateId: GUEST, values: values("false") });
    assert.equal(made.status, 201, made.text);
    const one = `${url}/${String(made.body["id"])}`;
    assert.equal((await send("PATCH", one, { values: values("true") })).status, 204);
    assert.deepEqual((await send("GET", one)).body["values"], values("true"));
    assert.equal((await send("DELETE", one)).status, 204);
    assertRefused(await send("GET", one), 404, "Request_ResourceNotFound");
    const few = { roles: ["Group.ReadWrite.All"] };
    const denied = await send("POST", url, { templateId: GUEST, values: [] }, few);
    assertRefused(denied, 403, "Authorization_RequestDenied");
  });

  it("who has a device is changed by people only [device-post-registeredowners, -delete-registeredowners]", async () => {
    const id = "00000000-0000-4000-8000-00000000000a";
    const owners = `/devices/${id}/registeredOwners`;
    for (const [method, url] of [
      ["POST", `${owners}/$ref`],
      ["DELETE", `${owners}/${id}/$ref`],
    ] as const) {
      // oxlint-disable-next-line no-await-in-loop -- the rows share one Graph
      const reply = await send(method, url, method === "POST" ? reference(id) : undefined);
      assertRefused(reply, 403, "Authorization_RequestDenied");
    }
  });

  contractHolds(graph);
});
