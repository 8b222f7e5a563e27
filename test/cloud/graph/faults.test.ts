import assert from "node:assert/strict";
import { describe, it } from "node:test";

import type { FaultRule } from "./graph.ts";
import { graphFixture, TENANT, type GraphFixture } from "./testing/graph-fixture.ts";
import { assertRefused, linkIn, newUser, userBody } from "./testing/people.ts";

/** A Graph with one user and this fault. */
async function faulty(rule: FaultRule, speed = 1): Promise<GraphFixture> {
  const graph = graphFixture({ speed });
  await newUser(graph, "ann");
  graph.app.control("addFault", { tenant: TENANT, ...rule });
  return graph;
}

const department = (graph: GraphFixture): unknown =>
  graph.app.control("snapshot", { tenant: TENANT }).users[0]?.values["department"];

const change = (graph: GraphFixture) =>
  graph.raw("PATCH", "/users/ann@contoso.com", { department: "x" });

const JSON_HEADERS = { "Content-Type": "application/json" };

describe("faults", () => {
  it("a 429 in a part has Graph's body and a Retry-After that speed divides, in whole seconds", async () => {
    const graph = await faulty(
      { at: "part", fault: { kind: "status", status: 429, retryAfterSeconds: 15 } },
      10,
    );
    const reply = await graph.send("GET", "/users");
    assertRefused(reply, 429, "TooManyRequests", "Please retry again later.");
    assert.equal(reply.headers["Retry-After"], "2");
  });

  it("a 429 for a batch means that no part took effect", async () => {
    const graph = await faulty({
      at: "request",
      path: String.raw`^/\$batch`,
      times: 1,
      fault: { kind: "status", status: 429, retryAfter: "Fri, 20 Nov 2026 12:00:00 GMT" },
    });
    const requests = [
      {
        id: "1",
        method: "PATCH",
        url: "/users/ann@contoso.com",
        headers: JSON_HEADERS,
        body: { department: "x" },
      },
    ];
    const reply = await graph.send("POST", "/$batch", { requests });
    assert.deepEqual(
      [reply.status, reply.headers["Retry-After"]],
      [429, "Fri, 20 Nov 2026 12:00:00 GMT"],
    );
    assert.equal(department(graph), undefined);
    assert.equal((await graph.send("POST", "/$batch", { requests })).status, 200);
    assert.equal(department(graph), "x");
  });

  const statuses = [
    [500, "InternalServerError"],
    [502, "BadGateway"],
    [503, "ServiceUnavailable"],
    [504, "GatewayTimeout"],
  ] as const;
  for (const [status, code] of statuses) {
    for (const committed of [false, true]) {
      it(`a ${status} ${committed ? "after" : "before"} the change was made`, async () => {
        const graph = await faulty({
          at: "part",
          method: "PATCH",
          fault: { kind: "status", status, committed },
        });
        assertRefused(
          await graph.send("PATCH", "/users/ann@contoso.com", { department: "x" }),
          status,
          code,
        );
        assert.equal(department(graph), committed ? "x" : undefined);
      });
    }
  }

  for (const committed of [false, true]) {
    it(`a reset ${committed ? "after" : "before"} the change was made`, async () => {
      const graph = await faulty({
        at: "request",
        method: "PATCH",
        fault: { kind: "reset", committed },
      });
      assert.deepEqual(await change(graph), { connection: "reset" });
      assert.equal(department(graph), committed ? "x" : undefined);
    });

    it(`a hang ${committed ? "after" : "before"} the change was made`, async () => {
      const graph = await faulty({
        at: "request",
        method: "PATCH",
        fault: { kind: "hang", committed },
      });
      assert.deepEqual(await change(graph), { connection: "hang" });
      assert.equal(department(graph), committed ? "x" : undefined);
    });

    it(`an HTML page of a gateway ${committed ? "after" : "before"} the change was made`, async () => {
      const graph = await faulty({
        at: "request",
        method: "PATCH",
        fault: { kind: "html", status: 502, committed },
      });
      const reply = await graph.send("PATCH", "/users/ann@contoso.com", { department: "x" });
      assert.deepEqual([reply.status, reply.headers["Content-Type"]], [502, "text/html"]);
      assert.match(reply.text, /^<html>/);
      assert.equal(department(graph), committed ? "x" : undefined);
    });
  }

  it("a hang in one part delays the whole batch", async () => {
    const graph = await faulty({
      at: "part",
      path: "^/groups",
      fault: { kind: "hang", committed: false },
    });
    const batch = graph.raw("POST", "/$batch", {
      requests: [
        { id: "1", method: "GET", url: "/users" },
        { id: "2", method: "GET", url: "/groups" },
      ],
    });
    const winner = await Promise.race([
      batch,
      new Promise((resolve) => {
        setTimeout(() => resolve("still waiting"), 30);
      }),
    ]);
    assert.equal(winner, "still waiting");
  });

  it("a truncated body is announced with its full length", async () => {
    const graph = await faulty({ at: "request", fault: { kind: "truncate" } });
    const answer = await graph.raw("GET", "/users");
    assert.ok("connection" in answer && answer.connection === "truncate");
    assert.ok(answer.bytes > 0 && answer.bytes < String(answer.response.body).length);
  });

  it("parts are left out or reordered", async () => {
    const requests = Array.from({ length: 20 }, (_, at) => ({
      id: String(at),
      method: "GET",
      url: "/users?$select=id",
    }));
    const idsWith = async (rule: FaultRule): Promise<readonly string[]> => {
      const reply = await (await faulty(rule)).send("POST", "/$batch", { requests });
      const parts = reply.body["responses"] as unknown as readonly { readonly id: string }[];
      return parts.map((part) => part.id);
    };
    const asked = requests.map((request) => request.id);
    const dropped = await idsWith({ at: "request", fault: { kind: "drop-parts", count: 3 } });
    assert.equal(new Set(dropped).size, 17);
    const shuffled = await idsWith({ at: "request", fault: { kind: "shuffle-parts" } });
    assert.notDeepEqual(shuffled, asked);
    assert.deepEqual(new Set(shuffled), new Set(asked));
  });

  it("a rule selects a row by its body and is limited by skip and times", async () => {
    const graph = await faulty({
      at: "part",
      method: "POST",
      body: "bob@contoso",
      skip: 1,
      times: 1,
      fault: { kind: "status", status: 503 },
    });
    const create = async (name: string) =>
      (await graph.send("POST", "/users", userBody(name))).status;
    assert.equal(await create("cat"), 201);
    assert.equal(await create("bob"), 201);
    assert.equal(await create("bob"), 503);
    assert.equal(await create("bob"), 400);
    assert.deepEqual(graph.app.control("struck", { tenant: TENANT }), { 1: 1 });
  });

  it("the seed decides whether a fault with a probability applies", async () => {
    const counts: number[] = [];
    for (let run = 0; run < 2; run += 1) {
      const graph = await faulty({
        at: "part",
        probability: 0.3,
        fault: { kind: "status", status: 500 },
      });
      for (let index = 0; index < 200; index += 1) await graph.send("GET", "/users");
      counts.push(graph.app.control("struck", { tenant: TENANT })[1] ?? 0);
    }
    const [first = 0, second] = counts;
    assert.ok(first > 40 && first < 80, String(first));
    assert.equal(second, first);
  });

  it("a 403 on the third page", async () => {
    const graph = graphFixture();
    graph.app.control("seed", { tenant: TENANT, users: 10 });
    graph.app.control("addFault", {
      tenant: TENANT,
      at: "part",
      path: "skiptoken",
      skip: 1,
      fault: { kind: "status", status: 403 },
    });
    const first = await graph.send("GET", "/users?$top=3");
    const second = await graph.send("GET", linkIn(first, "@odata.nextLink"));
    assertRefused(
      await graph.send("GET", linkIn(second, "@odata.nextLink")),
      403,
      "Authorization_RequestDenied",
    );
  });

  it("a fault can be removed", async () => {
    const graph = graphFixture();
    const { id } = graph.app.control("addFault", {
      tenant: TENANT,
      at: "part",
      fault: { kind: "status", status: 500 },
    });
    assert.equal((await graph.send("GET", "/users")).status, 500);
    graph.app.control("removeFault", { tenant: TENANT, id });
    assert.equal((await graph.send("GET", "/users")).status, 200);
  });
});
