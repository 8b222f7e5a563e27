import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { createSimulatedClock } from "../../core/simulated-clock.ts";
import {
  APP,
  graphFixture,
  TENANT,
  type GraphFixture,
  type Reply,
} from "./testing/graph-fixture.ts";
import { assertRefused, bindings, newGroup, newUser, userBody } from "./testing/people.ts";

/** A Graph with the published meters and a stopped clock. */
function metered(options: { startLevel?: number; speed?: number; users?: number } = {}) {
  const clock = createSimulatedClock();
  const graph = graphFixture({
    clock,
    speed: options.speed ?? 1,
    meters: { startLevel: options.startLevel ?? 1 },
  });
  if (options.users) graph.app.control("seed", { tenant: TENANT, users: options.users });
  return { clock, graph };
}

const units = (reply: Reply): number => Number(reply.headers["x-ms-resource-unit"]);

const JSON_HEADERS = { "Content-Type": "application/json" };

/** Sends this many writes without effect in batches: how many were admitted, and the other answers. */
async function write(graph: GraphFixture, count: number, appId = APP) {
  const requests = Array.from({ length: count }, (_, index) => ({
    id: String(index),
    method: "PATCH",
    url: "/users/nobody@contoso.com",
    headers: JSON_HEADERS,
    body: { department: "x" },
  }));
  const parts: Part[] = [];
  for (let from = 0; from < count; from += 20) {
    const reply = await graph.send(
      "POST",
      "/$batch",
      { requests: requests.slice(from, from + 20) },
      { appId },
    );
    parts.push(...(reply.body["responses"] as unknown as readonly Part[]));
  }
  return {
    accepted: parts.filter((part) => part.status !== 429).length,
    throttled: parts.filter((part) => part.status === 429),
  };
}

interface Part {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

describe("resource units", () => {
  const { graph } = metered({ users: 30 });
  const { send } = graph;

  const costs: readonly (readonly [string, string, number, unknown?])[] = [
    ["GET", "/users", 2],
    ["GET", "/users?$select=id", 1],
    ["GET", "/users?$top=5", 1],
    ["GET", "/users?$expand=manager", 3],
    ["GET", "/users?$select=id&$top=5&$expand=manager", 1],
    ["GET", "/users/{user}", 1],
    ["GET", "/users/{user}?$select=id", 1],
    ["GET", "/users/{user}/memberOf", 2],
    ["GET", "/users/{user}/transitiveMemberOf", 2],
    ["GET", "/users/{user}/licenseDetails", 2],
    ["GET", "/groups", 1],
    ["GET", "/groups/{group}/members", 3],
    ["GET", "/groups/{group}/members?$select=id", 2],
    ["GET", "/groups/{group}/transitiveMembers", 5],
    ["GET", "/applications", 2],
    ["GET", "/subscribedSkus", 3],
    ["GET", "/oauth2PermissionGrants", 2],
    ["POST", "/directoryObjects/getByIds", 5, { ids: [] }],
    ["POST", "/directoryObjects/getByIds?$select=id", 2, { ids: [] }],
    ["POST", "/users/{user}/checkMemberGroups", 4, { groupIds: [] }],
    ["POST", "/users/{user}/getMemberGroups", 2, { securityEnabledOnly: false }],
    ["PATCH", "/users/{user}", 1, { department: "x" }],
  ];
  for (const [method, url, cost, body] of costs) {
    it(`${method} ${url} costs ${cost} [throttling-identity-and-access]`, async () => {
      const user = await newUser(
        graph,
        `u${costs.findIndex((one) => one[1] === url && one[0] === method)}`,
      );
      const group = await newGroup(graph, `g${user}`);
      const reply = await send(method, url.replace("{user}", user).replace("{group}", group), body);
      assert.ok(reply.status < 300, reply.text);
      assert.equal(units(reply), cost);
    });
  }

  const sizes = [
    [10, 3500],
    [100, 5000],
    [600, 8000],
  ] as const;
  for (const [users, quota] of sizes) {
    it(`a tenant of ${users} users may spend ${quota} in 10 seconds [throttling-identity-and-access]`, async () => {
      const sized = metered({ users });
      await sized.graph.send("GET", "/subscribedSkus");
      const levels = sized.graph.app.control("meters", {});
      assert.equal(levels[`reads/${quota}/${APP}/${TENANT}`], quota - 3);
    });
  }

  it("reads above the quota get 429 while writes still pass [throttling-identity-and-access]", async () => {
    const { graph: small } = metered({ users: 10 });
    for (let index = 0; index < 3500 / 5; index += 1) {
      await small.send("POST", "/directoryObjects/getByIds", { ids: [] });
    }
    const reply = await small.send("GET", "/users");
    assertRefused(reply, 429, "TooManyRequests", "Please retry again later.");
    assert.equal(reply.headers["x-ms-throttle-information"], "ResourceUnitLimitExceeded");
    assert.match(reply.headers["x-ms-throttle-scope"] ?? "", /^Tenant_Application\/Read\//);
  });

  it("counts writes that find no units left, apart from those above the write quota [ours]", async () => {
    const { graph: small } = metered({ users: 10 });
    for (let index = 0; index < 3500 / 5; index += 1) {
      await small.send("POST", "/directoryObjects/getByIds", { ids: [] });
    }
    const { throttled } = await write(small, 5);
    assert.match(throttled[0]?.headers["x-ms-throttle-scope"] ?? "", /^Tenant_Application\/Read\//);
    assert.equal(small.app.control("counters", {}).writesWithoutUnits, 5);
    const { graph: large } = metered();
    assert.equal((await write(large, 3010)).throttled.length, 10);
    assert.equal(large.app.control("counters", {}).writesWithoutUnits, 0);
  });
});

describe("the write quota", () => {
  it("lets 3,000 writes of an application in a tenant pass, then 20 a second [throttling-identity-and-access]", async () => {
    const { graph, clock } = metered();
    assert.equal((await write(graph, 3010)).accepted, 3000);
    await clock.jump(3000);
    // Refused requests count as well: 10 of the 60 refilled units pay them back first.
    assert.equal((await write(graph, 80)).accepted, 50);
  });

  it("a bucket that starts empty admits only its refill rate [DESIGN, numbers to reach]", async () => {
    const { graph, clock } = metered({ startLevel: 0 });
    let accepted = 0;
    for (let second = 0; second < 10; second += 1) {
      await clock.jump(1000);
      accepted += (await write(graph, 20)).accepted;
    }
    assert.equal(accepted, 200);
    const counters = graph.app.control("counters", { tenant: TENANT });
    assert.equal(counters.acceptedWrites, 200);
    assert.equal(counters.throttledOperations, 0);
    assert.equal((counters.lastWriteMs ?? 0) - (counters.firstWriteMs ?? 0), 9000);
  });

  it("at speed 10 it fills ten times as fast, and Retry-After is whole seconds all the same [RFC 9110]", async () => {
    const { graph, clock } = metered({ startLevel: 0, speed: 10 });
    await clock.jump(1000);
    const { accepted, throttled } = await write(graph, 220);
    assert.equal(accepted, 200);
    const waits = new Set(throttled.map((part) => part.headers["Retry-After"]));
    assert.deepEqual([...waits], ["1"]);
  });

  it("a single part is throttled, with Retry-After in its headers and the documented body [throttling]", async () => {
    const { graph, clock } = metered({ startLevel: 0 });
    await clock.jump(500);
    const { accepted, throttled } = await write(graph, 20);
    assert.deepEqual([accepted, throttled.length], [10, 10]);
    const [part] = throttled;
    assert.match(part?.headers["Retry-After"] ?? "", /^\d+$/);
    assert.ok(part);
    const { error } = part.body as { readonly error: Readonly<Record<string, unknown>> };
    assert.deepEqual(
      [error["code"], error["message"]],
      ["TooManyRequests", "Please retry again later."],
    );
    const inner = error["innerError"] as Readonly<Record<string, unknown>>;
    assert.deepEqual(
      [inner["code"], inner["message"], inner["status"]],
      ["429", "Please retry after", "429"],
    );
    assert.equal(part?.headers["x-ms-throttle-scope"], `Tenant_Application/Write/${APP}/${TENANT}`);
    assert.equal(part?.headers["x-ms-throttle-information"], "WriteLimitExceeded");
  });

  it("waiting for Retry-After is enough for one request; polling makes the wait longer [throttling]", async () => {
    const { graph, clock } = metered({ startLevel: 0 });
    const first = await write(graph, 1);
    await clock.jump(Number(first.throttled[0]?.headers["Retry-After"]) * 1000);
    assert.equal((await write(graph, 1)).accepted, 1);
    const polled = await write(graph, 40);
    assert.ok(Number(polled.throttled.at(-1)?.headers["Retry-After"]) >= 2);
  });

  it("the used share is reported only above 0.8 [throttling, x-ms-throttle-limit-percentage]", async () => {
    const { graph } = metered();
    const percentage = async (): Promise<string | undefined> =>
      (await graph.send("PATCH", "/users/nobody@contoso.com", { department: "x" })).headers[
        "x-ms-throttle-limit-percentage"
      ];
    assert.equal(await percentage(), undefined);
    await write(graph, 2500);
    assert.equal(await percentage(), "0.83");
  });

  it("three applications reach the tenant's own limit, 18,000 in 5 minutes [throttling-identity-and-access]", async () => {
    const { graph, clock } = metered({ startLevel: 0 });
    await clock.jump(1000);
    let accepted = 0;
    for (const app of [0, 1, 2, 3]) {
      accepted += (await write(graph, 20, `a1b2c3d4-0000-4000-8000-00000000a10${app}`)).accepted;
    }
    assert.equal(accepted, 60);
  });

  it("a bind of 20 members costs 7 writes as observed, or 1 as published [seen in canvas-lms; group-post-members]", async () => {
    const { graph } = metered({ users: 60 });
    const people = graph.app.control("snapshot", { tenant: TENANT }).users.map((user) => user.id);
    const bookedBy = async (from: number): Promise<number> => {
      const id = await newGroup(graph, `bind${from}`);
      const before = graph.app.control("counters", { tenant: TENANT }).acceptedWrites;
      await graph.send("PATCH", `/groups/${id}`, {
        "members@odata.bind": bindings(people.slice(from, from + 20)),
      });
      return graph.app.control("counters", { tenant: TENANT }).acceptedWrites - before;
    };
    assert.equal(await bookedBy(0), 7);
    graph.app.control("conditions", { tenant: TENANT, membersPerWrite: 20 });
    assert.equal(await bookedBy(20), 1);
  });

  it("a noisy neighbor with the same application takes its share [DESIGN]", async () => {
    const { graph, clock } = metered({ startLevel: 0 });
    graph.app.control("neighbour", {
      tenant: TENANT,
      app: APP,
      writesPerSecond: 15,
      sameApplication: true,
    });
    await clock.jump(2000);
    assert.equal((await write(graph, 40)).accepted, 10);
  });

  it("invitations have a separate limit: 150 in 5 seconds in a tenant [throttling-invitation-manager]", async () => {
    const { graph } = metered();
    let accepted = 0;
    for (let index = 0; index < 160; index += 1) {
      const reply = await graph.send("POST", "/invitations", {
        invitedUserEmailAddress: `guest${index}@fabrikam.com`,
        inviteRedirectUrl: "https://app.contoso.com",
      });
      if (reply.status === 201) accepted += 1;
      else assert.match(reply.headers["x-ms-throttle-scope"] ?? "", /^Tenant\//);
    }
    assert.equal(accepted, 150);
  });

  it("with the meters off nothing is throttled [README]", async () => {
    const graph = graphFixture();
    assert.equal((await write(graph, 4000)).accepted, 4000);
    assert.equal((await graph.send("POST", "/users", userBody("still"))).status, 201);
  });
});
