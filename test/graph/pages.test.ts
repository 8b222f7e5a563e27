import assert from "node:assert/strict";
import { afterEach, describe, it } from "node:test";

import type { GraphRead } from "../../shared/core/graph-request.ts";
import { graphOf, type GraphServer, type Reply, startGraphServer } from "./graph-server.ts";

const listing: GraphRead = {
  method: "GET",
  url: "/users?$select=id&$top=2",
  headers: { ConsistencyLevel: "eventual" },
};

let server: GraphServer | undefined;
afterEach(() => server?.close());

/** Reads all pages of a server that answers its n-th request with the n-th reply, then the last. */
async function readPages(replies: readonly ((root: string) => Reply)[]) {
  server = await startGraphServer((_, number) => {
    const reply = replies[Math.min(number, replies.length) - 1];
    return reply?.(root) ?? {};
  });
  const { root, calls } = server;
  const graph = graphOf(server);
  const pages: unknown[] = [];
  const reading = (async () => {
    for await (const page of graph.pages(listing)) pages.push(page);
  })();
  await reading.catch(() => undefined);
  return { pages, calls, graph, reading };
}

/** A page with ids and, where `next` is given, a link to a next one. */
const page =
  (ids: number[], next?: string) =>
  (root: string): Reply => ({
    json: {
      value: ids.map((id) => ({ id })),
      ...(next === undefined ? {} : { "@odata.nextLink": next.replace("ROOT", root) }),
    },
  });

const link = (token: string) => `ROOT/users?$select=id&$skiptoken=${token}`;
const error = (status: number, code: string) => (): Reply => ({
  status,
  json: { error: { code, message: "ann@contoso.com" } },
});

describe("a listing", () => {
  it("is read to its end, through empty pages, with the read's headers on every page", async () => {
    const { pages, calls, reading } = await readPages([
      page([1, 2], link("a%2Bb")),
      page([], link("c")),
      page([3]),
    ]);
    await reading;
    assert.deepEqual(pages, [[{ id: 1 }, { id: 2 }], [], [{ id: 3 }]]);
    assert.deepEqual(
      calls.map(({ path }) => path),
      [
        "/v1.0/users?$select=id&$top=2",
        "/v1.0/users?$select=id&$skiptoken=a%2Bb",
        "/v1.0/users?$select=id&$skiptoken=c",
      ],
    );
    for (const { headers } of calls) assert.equal(headers["consistencylevel"], "eventual");
  });

  it("retries the same page after a transient fault", async () => {
    const { pages, calls, reading, graph } = await readPages([
      page([1], link("a")),
      () => ({ status: 429, headers: { "retry-after": "0.01" } }),
      () => ({ status: 503 }),
      () => ({ text: '{"value":[{"id":' }),
      () => (response) => void response.destroy(),
      page([2]),
    ]);
    await reading;
    assert.deepEqual(pages, [[{ id: 1 }], [{ id: 2 }]]);
    assert.equal(new Set(calls.slice(1).map(({ path }) => path)).size, 1);
    assert.deepEqual(
      graph.events.map((event) => event.event),
      ["graph.throttled"],
    );
  });

  const incomplete = [
    {
      when: "a page is forbidden half-way",
      replies: [page([1], link("a")), error(403, "Authorization_RequestDenied")],
      says: /Page 2 of a listing of users was refused with 403 Authorization_RequestDenied.*permission/,
      disposition: "stop",
    },
    {
      when: "the page token has expired",
      replies: [page([1], link("a")), error(400, "Directory_ExpiredPageToken")],
      says: /Page 2 .*Directory_ExpiredPageToken.*took longer than Graph keeps its place/,
      disposition: "retry",
    },
    {
      when: "the first page is refused",
      replies: [error(400, "Request_UnsupportedQuery")],
      says: /Page 1 .*400 Request_UnsupportedQuery/,
      disposition: "stop",
    },
    {
      when: "a page has no value",
      replies: [page([1], link("a")), () => ({ json: { "@odata.context": "x" } })],
      says: /Page 2 .* no list of objects/,
      disposition: "retry",
    },
    {
      when: "a page's value is not a list of objects",
      replies: [() => ({ json: { value: [1, 2] } })],
      says: /no list of objects/,
      disposition: "retry",
    },
    {
      when: "a page is null",
      replies: [() => ({ text: "null" })],
      says: /no list of objects/,
      disposition: "retry",
    },
    {
      when: "a page stays cut off",
      replies: [page([1], link("a")), () => ({ text: '{"value":[{"id":' })],
      says: /Page 2 .*unanswered in 8 attempts \(last: a body cut off at 16 characters/,
      disposition: "retry",
    },
    {
      when: "a page stays unavailable",
      replies: [page([1], link("a")), () => ({ status: 503 })],
      says: /Page 2 .*unanswered in 8 attempts \(last: 503/,
      disposition: "retry",
    },
    {
      when: "the next link leads back to an earlier page",
      replies: [page([1], link("a")), page([2], link("b")), page([3], link("a"))],
      says: /Page 3 .* was read before/,
      disposition: "retry",
    },
    {
      when: "a next link is not a URL",
      replies: [() => ({ json: { value: [], "@odata.nextLink": "" } })],
      says: /next page outside/,
      disposition: "stop",
    },
    {
      when: "a next link is null",
      replies: [() => ({ json: { value: [], "@odata.nextLink": null } })],
      says: /next page outside/,
      disposition: "stop",
    },
  ];
  for (const { when, replies, says, disposition } of incomplete) {
    it(`is incomplete when ${when}`, async () => {
      const { reading } = await readPages(replies);
      await assert.rejects(reading, { code: "READ_INCOMPLETE", message: says, disposition });
      await assert.rejects(reading, ({ message }: Error) => !message.includes("contoso"));
    });
  }

  const elsewhere = [
    "https://graph.invalid/v1.0/users?$skiptoken=a",
    "ROOT.evil.example/users",
    "ROOT/../beta/users?$skiptoken=a",
    "ROOT",
    "/v1.0/users?$skiptoken=a",
    "ROOTx/users",
  ];
  for (const next of elsewhere) {
    it(`does not carry the token to ${next}`, async () => {
      const { reading, calls } = await readPages([page([1], next)]);
      await assert.rejects(reading, {
        code: "READ_INCOMPLETE",
        message: /no token was sent there/,
      });
      assert.equal(calls.length, 1);
    });
  }

  it("does not carry the token to another user's name on our host", async () => {
    const { reading, calls } = await readPages([
      (root) => page([1], `${root.replace("//", "//user:word@")}/users`)(root),
    ]);
    await assert.rejects(reading, { code: "READ_INCOMPLETE" });
    assert.equal(calls.length, 1);
  });
});
