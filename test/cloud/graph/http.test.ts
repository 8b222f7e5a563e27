import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { APP, graphFixture, TENANT } from "./testing/graph-fixture.ts";
import { assertRefused, newUser, userBody } from "./testing/people.ts";

describe("Graph's HTTP interface", () => {
  const graph = graphFixture({ journal: 5 });
  const { send } = graph;

  const tokens = [
    { token: "", says: "Access token is empty.", when: "there is none" },
    {
      token: "expired",
      says: "Lifetime validation failed, the token is expired.",
      when: "it expired",
    },
  ] as const;
  for (const { token, says, when } of tokens) {
    it(`a token is refused with 401 and a challenge › ${when} [errors]`, async () => {
      const reply = await send("GET", "/users", undefined, { token });
      assertRefused(reply, 401, "InvalidAuthenticationToken", says);
      assert.match(
        reply.headers["WWW-Authenticate"] ?? "",
        /^Bearer realm="", authorization_uri="https:/,
      );
    });
  }

  it("a revoked token gets a claims challenge in base64 [claims-challenge]", async () => {
    const reply = await send("GET", "/users", undefined, { token: "revoked" });
    assert.equal(reply.status, 401);
    const [, error = "", claims = ""] =
      /error="([^"]+)", claims="([^"]+)"/.exec(reply.headers["WWW-Authenticate"] ?? "") ?? [];
    assert.equal(error, "insufficient_claims");
    assert.deepEqual(JSON.parse(Buffer.from(claims, "base64").toString()), { access_token: {} });
  });

  it("every answer has a request-id and repeats the client-request-id [errors, innerError]", async () => {
    const headers = { "client-request-id": "my-own-id" };
    const reply = await send("GET", "/users/nobody@contoso.com", undefined, { headers });
    assert.equal(reply.headers["client-request-id"], "my-own-id");
    const { innerError } = reply.body["error"] as unknown as {
      readonly innerError: Readonly<Record<string, string>>;
    };
    assert.equal(innerError["request-id"], reply.headers["request-id"]);
    assert.equal(innerError["client-request-id"], "my-own-id");
    assert.match(innerError["date"] ?? "", /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/);
  });

  it("a body that is missing or not JSON is a 400 [errors]", async () => {
    assertRefused(
      await send("POST", "/users", "{"),
      400,
      "BadRequest",
      "Unable to read JSON request payload.",
    );
    assertRefused(await send("POST", "/users"), 400, "BadRequest", "Empty Payload.");
  });

  it("a write without Content-Type is a 400 [seen on the wire]", async () => {
    const answer = await graph.app.handle({
      method: "POST",
      host: "graph.microsoft.com",
      target: "/v1.0/users",
      headers: { authorization: `Bearer ${APP}|User.ReadWrite.All` },
      body: Buffer.from(JSON.stringify(userBody("x"))),
    });
    assert.ok("status" in answer && answer.status === 400);
    assert.match(String(answer.body), /must contain the Content-Type header declaration/);
  });

  it("odata.metadata=none leaves out annotations but keeps links [OData JSON format]", async () => {
    await newUser(graph, "one");
    await newUser(graph, "two");
    const headers = { accept: "application/json;odata.metadata=none" };
    const reply = await send("GET", "/users?$top=1", undefined, { headers });
    assert.deepEqual(Object.keys(reply.body), ["@odata.nextLink", "value"]);
    assert.match(reply.headers["Content-Type"] ?? "", /odata\.metadata=none/);
  });

  it("the case of property names is ignored [seen in cli-microsoft365]", async () => {
    const { mailNickname, ...body } = userBody("cased");
    const plain = graphFixture();
    const reply = await plain.send("POST", "/users", { ...body, mailNickName: mailNickname });
    assert.equal(reply.status, 201, reply.text);
  });

  it("a cast may be shortened, as in the SDKs [msgraph-sdk-typescript]", async () => {
    assert.equal((await send("GET", "/directory/deletedItems/graph.user")).status, 200);
    assert.equal((await send("GET", "/users/microsoft.graph.delta()")).status, 200);
  });

  it("a request that is not emulated answers 501 with the reason and without ids or names [ours]", async () => {
    for (const url of ["/users/ann@contoso.com/messages", "/auditLogs/provisioning", "/teams"]) {
      const reply = await send("GET", url);
      assertRefused(reply, 501, "NotImplemented", "Not emulated by the local cloud: GET /");
      assert.equal(reply.text.includes("ann@"), false);
    }
    assertRefused(await send("GET", "/beta/users"), 501, "NotImplemented");
  });

  it("a path that Graph does not have is a 400, and /me needs a signed-in user [seen on the wire]", async () => {
    assertRefused(
      await send("GET", "/nonsense"),
      400,
      "BadRequest",
      "Resource not found for the segment 'nonsense'.",
    );
    assertRefused(
      await send("GET", "/me"),
      400,
      "BadRequest",
      "/me request is only valid with delegated authentication flow.",
    );
  });

  it("an unknown version is a 400 [errors]", async () => {
    const answer = await graph.app.handle({
      method: "GET",
      host: "graph.microsoft.com",
      target: "/v3.0/users",
      headers: { authorization: `Bearer ${APP}|User.Read.All` },
      body: Buffer.alloc(0),
    });
    assert.match("status" in answer ? String(answer.body) : "", /Invalid version: v3\.0/);
  });

  it("the journal keeps the last exchanges without tokens [ours]", async () => {
    for (const name of ["a", "b", "c", "d", "e", "f"]) await newUser(graph, name);
    const journal = graph.app.control("journal", { tenant: TENANT });
    assert.equal(journal.length, 5);
    assert.equal(JSON.stringify(journal).includes("Bearer"), false);
    assert.deepEqual(
      journal.map((one) => [one.method, one.url, one.status]),
      Array.from({ length: 5 }, () => ["POST", "/v1.0/users", 201]),
    );
  });

  it("a token of a removed service principal is a 401 [errors]", async () => {
    const plain = graphFixture({
      verifyToken: () => ({
        ok: true,
        claims: {
          tenantId: TENANT,
          appId: APP,
          principalId: APP,
          audience: "",
          issuer: "",
          roles: ["User.Read.All"],
          issuedAtMs: 0,
          expiresAtMs: 0,
          isCaeClient: false,
          all: {},
        },
      }),
    });
    assertRefused(
      await plain.send("GET", "/users"),
      401,
      "Authorization_IdentityNotFound",
      "The identity of the calling application could not be established.",
    );
  });

  it("a connection fault cannot apply to a part [ours]", () => {
    const rule = { tenant: TENANT, at: "part", fault: { kind: "truncate" } } as const;
    assert.throws(() => graph.app.control("addFault", rule), TypeError);
  });

  it("an unknown command throws a TypeError [ours]", () => {
    assert.throws(() => graph.app.control("explode" as "seed"), TypeError);
    assert.throws(() => graph.app.control("counters", { tenant: "nobody" }), TypeError);
  });
});
