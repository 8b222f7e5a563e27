import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { contractHolds } from "./testing/contract-holds.ts";
import { graphFixture, TENANT, type Reply } from "./testing/graph-fixture.ts";
import {
  assertRefused,
  bindings,
  linkIn,
  newGroup,
  newUser,
  reference,
  valueOf,
} from "./testing/people.ts";

type Entry = Readonly<Record<string, unknown>>;

describe("delta queries", () => {
  const graph = graphFixture();
  const { send } = graph;

  /** Reads a whole round: its entries and the link for the next one. */
  const round = async (
    url: string,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<{
    readonly entries: readonly Entry[];
    readonly link: string;
    readonly pages: number;
  }> => {
    const entries: Entry[] = [];
    let next = url;
    for (let pages = 1; ; pages += 1) {
      const reply: Reply = await send("GET", next, undefined, { headers });
      assert.equal(reply.status, 200, reply.text);
      entries.push(...valueOf(reply));
      const links = ["@odata.nextLink", "@odata.deltaLink"].filter((name) => name in reply.body);
      assert.equal(links.length, 1, "exactly one of nextLink and deltaLink");
      if ("@odata.deltaLink" in reply.body) {
        return { entries, link: linkIn(reply, "@odata.deltaLink"), pages };
      }
      next = linkIn(reply, "@odata.nextLink");
    }
  };

  it("only the first answer's context names the selected properties, without relations [delta-query-users, delta-query-groups]", async () => {
    const root = "https://graph.microsoft.com/v1.0/$metadata#";
    const first = await send("GET", "/groups/delta?$select=displayName,members");
    assert.equal(first.body["@odata.context"], `${root}groups(displayName)`);
    const later = await send("GET", linkIn(first, "@odata.deltaLink"));
    assert.equal(later.body["@odata.context"], `${root}groups`);
  });

  it("the first round reports everything, the next only changes [delta-query-overview]", async () => {
    const ann = await newUser(graph, "ann");
    const first = await round("/users/delta");
    assert.deepEqual(
      first.entries.map((one) => one["id"]),
      [ann],
    );
    const quiet = await round(first.link);
    assert.deepEqual(quiet.entries, []);
    const bob = await newUser(graph, "bob");
    await send("PATCH", `/users/${ann}`, { jobTitle: "Clerk" });
    const second = await round(quiet.link);
    assert.deepEqual(new Set(second.entries.map((one) => one["id"])), new Set([ann, bob]));
    assert.equal(second.entries.find((one) => one["id"] === ann)?.["jobTitle"], "Clerk");
  });

  it("a large collection comes in pages, each with one link [delta-query-overview]", async () => {
    const large = graphFixture();
    large.app.control("seed", { tenant: TENANT, users: 450 });
    const first = await large.send("GET", "/users/delta?$select=displayName");
    const second = await large.send("GET", linkIn(first, "@odata.nextLink"));
    const third = await large.send("GET", linkIn(second, "@odata.nextLink"));
    assert.deepEqual(
      [first, second, third].map((page) => valueOf(page).length),
      [200, 200, 50],
    );
    linkIn(third, "@odata.deltaLink");
  });

  it("$deltatoken=latest starts now, with an empty round [delta-query-overview]", async () => {
    const { entries, link } = await round("/users/delta?$deltatoken=latest&$select=displayName");
    assert.deepEqual(entries, []);
    const id = await newUser(graph, "cat");
    assert.deepEqual((await round(link)).entries, [{ id, displayName: "cat" }]);
  });

  it("only changes of the selected properties are reported [user-delta]", async () => {
    const id = await newUser(graph, "dee");
    const { link } = await round("/users/delta?$select=displayName");
    await send("PATCH", `/users/${id}`, { jobTitle: "Clerk" });
    assert.deepEqual((await round(link)).entries, []);
    await send("PATCH", `/users/${id}`, { displayName: "Dee" });
    assert.deepEqual((await round(link)).entries, [{ id, displayName: "Dee" }]);
  });

  it("Prefer: return=minimal reports only the changed properties [delta-query-overview]", async () => {
    const id = await newUser(graph, "eve", { department: "Sales", city: "Oslo" });
    const { link } = await round("/users/delta?$select=displayName,department,city");
    await send("PATCH", `/users/${id}`, { department: null });
    const minimal = await round(link, { prefer: "return=minimal" });
    assert.deepEqual(minimal.entries, [{ id, department: null }]);
    const whole = await round(link);
    assert.deepEqual(whole.entries, [{ id, displayName: "eve", department: null, city: "Oslo" }]);
  });

  it("a deleted object is `changed`, a purged one `deleted`, a restored one is new [delta-query-overview]", async () => {
    const id = await newUser(graph, "flo");
    const first = await round("/users/delta?$select=displayName");
    await send("DELETE", `/users/${id}`);
    const gone = await round(first.link);
    assert.deepEqual(gone.entries, [{ id, "@removed": { reason: "changed" } }]);
    await send("POST", `/directory/deletedItems/${id}/restore`);
    const back = await round(gone.link);
    assert.deepEqual(back.entries, [{ id, displayName: "flo" }]);
    await send("DELETE", `/users/${id}`);
    await send("DELETE", `/directory/deletedItems/${id}`);
    assert.deepEqual((await round(back.link)).entries, [{ id, "@removed": { reason: "deleted" } }]);
  });

  it("members@delta reports added and removed members of groups [delta-query-groups]", async () => {
    const [one, two] = [await newUser(graph, "gus"), await newUser(graph, "hal")];
    const id = await newGroup(graph, "team", { "members@odata.bind": bindings([one]) });
    const first = await round("/groups/delta");
    const told = first.entries.find((entry) => entry["id"] === id);
    assert.deepEqual(told?.["members@delta"], [
      { "@odata.type": "#microsoft.graph.user", id: one },
    ]);
    await send("POST", `/groups/${id}/members/$ref`, reference(two));
    await send("DELETE", `/groups/${id}/members/${one}/$ref`);
    const second = await round(first.link, { prefer: "return=minimal" });
    assert.deepEqual(second.entries, [
      {
        id,
        "members@delta": [
          { "@odata.type": "#microsoft.graph.user", id: two },
          { "@odata.type": "#microsoft.graph.user", id: one, "@removed": { reason: "deleted" } },
        ],
      },
    ]);
  });

  it("a deleted user is removed from its groups only when it is purged [delta-query-groups]", async () => {
    const user = await newUser(graph, "ivo");
    const id = await newGroup(graph, "club", { "members@odata.bind": bindings([user]) });
    const first = await round("/groups/delta?$select=members");
    await send("DELETE", `/users/${user}`);
    const deleted = await round(first.link);
    assert.deepEqual(deleted.entries, []);
    await send("DELETE", `/directory/deletedItems/${user}`);
    const purged = await round(deleted.link, { prefer: "return=minimal" });
    assert.deepEqual(
      purged.entries.map((entry) => entry["id"]),
      [id],
    );
  });

  it("a large group appears in several entries [delta-query-groups]", async () => {
    const large = graphFixture();
    large.app.control("seed", {
      tenant: TENANT,
      users: 900,
      groups: 1,
      membersPerGroup: 900,
      specialGroups: false,
    });
    const reply = await large.send("GET", "/groups/delta");
    const entries = valueOf(reply);
    assert.ok(entries.length > 1);
    assert.equal(new Set(entries.map((entry) => entry["id"])).size, 1);
  });

  it("$select=manager reports manager@delta [user-delta]", async () => {
    const [id, boss] = [await newUser(graph, "jan"), await newUser(graph, "kai")];
    const { link } = await round("/users/delta?$select=displayName,manager");
    await send("PUT", `/users/${id}/manager/$ref`, reference(boss, "users"));
    const { entries } = await round(link, { prefer: "return=minimal" });
    assert.deepEqual(entries, [
      { id, "manager@delta": [{ "@odata.type": "#microsoft.graph.user", id: boss }] },
    ]);
  });

  it("a filter names at most 50 ids and nothing else [user-delta]", async () => {
    const [id, other] = [await newUser(graph, "lea"), await newUser(graph, "mo")];
    const { entries, link } = await round(`/users/delta?$select=displayName&$filter=id eq '${id}'`);
    assert.deepEqual(
      entries.map((entry) => entry["id"]),
      [id],
    );
    await send("PATCH", `/users/${other}`, { displayName: "Mo" });
    assert.deepEqual((await round(link)).entries, []);
    const many = Array.from({ length: 51 }, () => `id eq '${id}'`).join(" or ");
    assert.equal((await send("GET", `/users/delta?$filter=${many}`)).status, 400);
    assertRefused(
      await send("GET", "/users/delta?$filter=accountEnabled eq true"),
      400,
      "Request_UnsupportedQuery",
    );
  });

  for (const option of ["$top=5", "$expand=manager", "$orderby=displayName"]) {
    it(`${option} is not supported [user-delta]`, async () => {
      assertRefused(await send("GET", `/users/delta?${option}`), 400, "Request_UnsupportedQuery");
    });
  }

  it("a token older than 7 days answers 410 with a Location to start again [delta-query-overview]", async () => {
    const { link } = await round("/users/delta");
    graph.app.control("dayOffset", { tenant: TENANT, days: 8 });
    const reply = await send("GET", link);
    graph.app.control("dayOffset", { tenant: TENANT, days: 0 });
    assertRefused(reply, 410, "syncStateNotFound");
    assert.equal(
      reply.headers["Location"],
      "https://graph.microsoft.com/v1.0/users/delta?$deltatoken=",
    );
    await round("/users/delta?$deltatoken=");
  });

  it("a token older than 30 days or a changed one answers 400 [seen in issues]", async () => {
    const { link } = await round("/users/delta");
    const says = "DeltaLink older than 30 days is not supported.";
    assertRefused(await send("GET", `${link}%2B`), 400, "Request_UnsupportedQuery", says);
    graph.app.control("dayOffset", { tenant: TENANT, days: 31 });
    assertRefused(await send("GET", link), 400, "Request_UnsupportedQuery", says);
    graph.app.control("dayOffset", { tenant: TENANT, days: 0 });
  });

  it("entries may be repeated [delta-query-overview, replays]", async () => {
    const { link } = await round("/users/delta?$deltatoken=latest");
    const id = await newUser(graph, "nia");
    graph.app.control("conditions", { tenant: TENANT, deltaReplays: 1 });
    assert.deepEqual(
      (await round(link)).entries.map((entry) => entry["id"]),
      [id, id],
    );
    graph.app.control("conditions", { tenant: TENANT, deltaReplays: 0 });
  });

  it("changes made while the first round is read are in the next [delta-query-overview]", async () => {
    const large = graphFixture();
    large.app.control("seed", { tenant: TENANT, users: 250 });
    const first = await large.send("GET", "/users/delta?$select=displayName");
    const id = String(valueOf(first)[0]?.["id"]);
    await large.send("PATCH", `/users/${id}`, { displayName: "Changed" });
    const second = await large.send("GET", linkIn(first, "@odata.nextLink"));
    const next = await large.send("GET", linkIn(second, "@odata.deltaLink"));
    assert.deepEqual(valueOf(next), [{ id, displayName: "Changed" }]);
  });

  contractHolds(graph);
});
