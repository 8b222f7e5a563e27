import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { createSimulatedClock } from "../../core/simulated-clock.ts";
import { graphFixture, TENANT } from "./testing/graph-fixture.ts";
import {
  assertRefused,
  bindings,
  idsIn,
  newGroup,
  newUser,
  reference,
  userBody,
} from "./testing/people.ts";

/** A Graph in which every write takes three seconds to replicate to any reader. */
function lagging(speed = 1) {
  const clock = createSimulatedClock();
  const graph = graphFixture({
    clock,
    speed,
    conditions: { lag: { medianMs: 3000, sigma: 0, staleShare: 1 } },
  });
  return { clock, graph };
}

describe("replication lag", () => {
  it("a new object is a 404 and missing from lists until it has replicated [designing-for-eventual-consistency]", async () => {
    const { clock, graph } = lagging();
    const id = await newUser(graph, "ann");
    assertRefused(await graph.send("GET", `/users/${id}`), 404, "Request_ResourceNotFound", id);
    assert.deepEqual(idsIn(await graph.send("GET", "/users")), []);
    assert.equal((await graph.send("PATCH", `/users/${id}`, { department: "x" })).status, 404);
    await clock.jump(3001);
    assert.equal((await graph.send("GET", `/users/${id}`)).status, 200);
    assert.deepEqual(idsIn(await graph.send("GET", "/users")), [id]);
  });

  it("at speed 10 the lag is a tenth [DESIGN]", async () => {
    const { clock, graph } = lagging(10);
    const id = await newUser(graph, "ann");
    await clock.jump(301);
    assert.equal((await graph.send("GET", `/users/${id}`)).status, 200);
  });

  it("a changed value reads as before until it has replicated [designing-for-eventual-consistency]", async () => {
    const { clock, graph } = lagging();
    const id = await newUser(graph, "bob", { department: "old" });
    await clock.jump(3001);
    await graph.send("PATCH", `/users/${id}`, { department: "new" });
    const department = async (): Promise<unknown> =>
      (await graph.send("GET", `/users/${id}?$select=department`)).body["department"];
    assert.equal(await department(), "old");
    await clock.jump(3001);
    assert.equal(await department(), "new");
  });

  it("uniqueness ignores the lag: a repeated create is refused at once [errors]", async () => {
    const { graph } = lagging();
    await newUser(graph, "cat");
    assertRefused(
      await graph.send("POST", "/users", userBody("cat")),
      400,
      "Request_BadRequest",
      "userPrincipalName already exists",
    );
  });

  it("a group that has not replicated cannot take members [group-update, errors]", async () => {
    const { clock, graph } = lagging();
    const member = await newUser(graph, "dee");
    await clock.jump(3001);
    const id = await newGroup(graph, "fresh");
    const says = "The source resource object or one of the objects being referenced don't exist.";
    const add = () => graph.send("POST", `/groups/${id}/members/$ref`, reference(member));
    assertRefused(await add(), 400, "Request_BadRequest", says);
    await clock.jump(3001);
    assert.equal((await add()).status, 204);
  });

  it("a user that has not replicated cannot be added as a member [group-update, errors]", async () => {
    const { clock, graph } = lagging();
    const id = await newGroup(graph, "ready");
    await clock.jump(3001);
    const member = await newUser(graph, "eve");
    assertRefused(
      await graph.send("POST", `/groups/${id}/members/$ref`, reference(member)),
      400,
      "Request_BadRequest",
      "don't exist",
    );
  });

  it("added and removed memberships show late; writes to them ignore the lag [designing-for-eventual-consistency]", async () => {
    const { clock, graph } = lagging();
    const member = await newUser(graph, "flo");
    const id = await newGroup(graph, "members");
    await clock.jump(3001);
    const members = async () => idsIn(await graph.send("GET", `/groups/${id}/members`));
    await graph.send("POST", `/groups/${id}/members/$ref`, reference(member));
    assert.deepEqual(await members(), []);
    assert.deepEqual(idsIn(await graph.send("GET", `/users/${member}/memberOf`)), []);
    assert.equal(
      (await graph.send("POST", `/groups/${id}/members/$ref`, reference(member))).status,
      400,
    );
    await clock.jump(3001);
    assert.deepEqual(await members(), [member]);
    await graph.send("DELETE", `/groups/${id}/members/${member}/$ref`);
    assert.deepEqual(await members(), [member]);
    await clock.jump(3001);
    assert.deepEqual(await members(), []);
  });

  it("assignLicense does not see a usage location that has not replicated [seen in issues]", async () => {
    const { clock, graph } = lagging();
    const id = await newUser(graph, "gil");
    await clock.jump(3001);
    await graph.send("PATCH", `/users/${id}`, { usageLocation: "GB" });
    const license = {
      addLicenses: [{ skuId: "6fd2c87f-b296-42f0-b197-1e91e994b900", disabledPlans: [] }],
      removeLicenses: [],
    };
    assertRefused(
      await graph.send("POST", `/users/${id}/assignLicense`, license),
      400,
      "Request_BadRequest",
      "License assignment cannot be done for user with invalid usage location.",
    );
    await clock.jump(3001);
    assert.equal((await graph.send("POST", `/users/${id}/assignLicense`, license)).status, 200);
  });

  it("staleShare limits the lag to a share of the reads [DESIGN]", async () => {
    const graph = graphFixture({
      clock: createSimulatedClock(),
      conditions: { lag: { medianMs: 3000, sigma: 0, staleShare: 0.5 } },
    });
    const id = await newUser(graph, "hal");
    const statuses = new Set<number>();
    for (let index = 0; index < 40; index += 1) {
      statuses.add((await graph.send("GET", `/users/${id}`)).status);
    }
    assert.deepEqual(statuses, new Set([404, 200]));
  });
});

describe("concurrent writes", () => {
  const JSON_HEADERS = { "Content-Type": "application/json" };

  it("the later of two to one object gets 409, and the first takes effect [errors, Directory_ConcurrencyViolation]", async () => {
    const clock = createSimulatedClock();
    const graph = graphFixture({ clock, conditions: { objectConflicts: 1 } });
    const id = await newUser(graph, "ann");
    graph.app.control("conditions", {
      tenant: TENANT,
      latency: { readMs: 10, writeMs: 10, sigma: 0 },
    });
    const first = graph.send("PATCH", `/users/${id}`, { department: "one" });
    const second = graph.send("PATCH", `/users/ann@contoso.com`, { department: "two" });
    await clock.jump(11);
    assert.equal((await first).status, 204);
    assertRefused(
      await second,
      409,
      "Directory_ConcurrencyViolation",
      "Error due to concurrent requests being made to the tenant.",
    );
    const { users } = graph.app.control("snapshot", { tenant: TENANT });
    assert.equal(users[0]?.values["department"], "one");
    const third = graph.send("PATCH", `/users/${id}`, { department: "three" });
    await clock.jump(11);
    assert.equal((await third).status, 204);
    assert.equal(graph.app.control("counters", { tenant: TENANT }).overlaps.objects, 1);
  });

  it("edges of one group may be written concurrently, up to a limit [DESIGN, invariant 5]", async () => {
    const clock = createSimulatedClock();
    const graph = graphFixture({ clock, conditions: { edgesPerGroup: 5, objectConflicts: 1 } });
    graph.app.control("seed", { tenant: TENANT, users: 20 });
    const people = graph.app.control("snapshot", { tenant: TENANT }).users.map((user) => user.id);
    const group = await newGroup(graph, "busy");
    graph.app.control("conditions", {
      tenant: TENANT,
      latency: { readMs: 10, writeMs: 10, sigma: 0 },
    });
    const reply = graph.send("POST", "/$batch", {
      requests: people.slice(0, 8).map((person) => ({
        id: person,
        method: "POST",
        url: `/groups/${group}/members/$ref`,
        headers: JSON_HEADERS,
        body: reference(person),
      })),
    });
    await clock.jump(11);
    const parts = (await reply).body["responses"] as unknown as readonly {
      readonly status: number;
    }[];
    const statuses = parts.map((part) => part.status);
    assert.deepEqual(
      [statuses.filter((one) => one === 204).length, statuses.filter((one) => one === 409).length],
      [5, 3],
    );
    assert.equal(graph.app.control("counters", { tenant: TENANT }).overlaps.mostEdgesOfOneGroup, 8);
  });

  for (const { what, conditions, refusals } of [
    { what: "succeed unless a condition says otherwise", conditions: {}, refusals: [0, 0] },
    {
      what: "get a few 409s at one in ten",
      conditions: { objectConflicts: 0.1 },
      refusals: [1, 5],
    },
    {
      what: "get a few 503s at one in ten",
      conditions: { objectConflicts: 0.1, conflictAnswer: "503" },
      refusals: [1, 5],
    },
  ] as const)
    it(`twenty PATCHes of one group in a $batch ${what} [seen in CLI for Microsoft 365, which adds members so and sends none again]`, async () => {
      const clock = createSimulatedClock();
      const graph = graphFixture({ clock, conditions });
      graph.app.control("seed", { tenant: TENANT, users: 400 });
      const people = graph.app.control("snapshot", { tenant: TENANT }).users.map(({ id }) => id);
      const group = await newGroup(graph, "large");
      graph.app.control("conditions", {
        tenant: TENANT,
        latency: { readMs: 80, writeMs: 250, sigma: 0.5 },
      });
      const reply = graph.send("POST", "/$batch", {
        requests: Array.from({ length: 20 }, (_, at) => ({
          id: `${at}`,
          method: "PATCH",
          url: `/groups/${group}`,
          headers: JSON_HEADERS,
          body: { "members@odata.bind": bindings(people.slice(at * 20, at * 20 + 20)) },
        })),
      });
      await clock.jump(60_000);
      const parts = (await reply).body["responses"] as unknown as readonly {
        readonly status: number;
      }[];
      const refused = parts.filter(({ status }) => status !== 204);
      const [least, most] = refusals;
      assert.ok(refused.length >= least && refused.length <= most, `${refused.length} refused`);
      const answer = Number("conflictAnswer" in conditions ? conditions.conflictAnswer : "409");
      assert.ok(refused.every(({ status }) => status === answer));
      const { groups } = graph.app.control("snapshot", { tenant: TENANT });
      assert.equal(groups[0]?.members?.length, 20 * (20 - refused.length), "all or nothing");
    });

  it("a bind counts as a write to the group itself [group-update]", async () => {
    const clock = createSimulatedClock();
    const graph = graphFixture({ clock, conditions: { objectConflicts: 1 } });
    const [one, two] = [await newUser(graph, "one"), await newUser(graph, "two")];
    const group = await newGroup(graph, "bound");
    graph.app.control("conditions", {
      tenant: TENANT,
      latency: { readMs: 10, writeMs: 10, sigma: 0 },
    });
    const binds = [one, two].map((id) =>
      graph.send("PATCH", `/groups/${group}`, { "members@odata.bind": bindings([id]) }),
    );
    await clock.jump(11);
    const statuses = (await Promise.all(binds)).map((reply) => reply.status);
    assert.deepEqual(statuses, [204, 409]);
  });

  it("latency is seeded: the same seed finishes the parts in the same order [DESIGN]", async () => {
    const order = await finishingOrder();
    assert.deepEqual(await finishingOrder(), order);
    assert.notDeepEqual(
      order,
      order.toSorted((left, right) => Number(left) - Number(right)),
    );
  });
});

/** The order in which twenty parts of one batch finish. */
async function finishingOrder(): Promise<readonly string[]> {
  const clock = createSimulatedClock();
  const graph = graphFixture({
    clock,
    conditions: { latency: { readMs: 50, writeMs: 50, sigma: 1 } },
  });
  const reply = graph.send("POST", "/$batch", {
    requests: Array.from({ length: 20 }, (_, at) => ({
      id: String(at),
      method: "GET",
      url: "/users",
    })),
  });
  for (let elapsed = 0; elapsed < 1100; elapsed += 1) {
    // oxlint-disable-next-line no-await-in-loop -- time passes step by step
    await clock.jump(1);
  }
  const parts = (await reply).body["responses"] as unknown as readonly { readonly id: string }[];
  return parts.map((part) => part.id);
}
