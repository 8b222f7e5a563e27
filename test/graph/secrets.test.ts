import assert from "node:assert/strict";
import { afterEach, describe, it } from "node:test";
import { inspect } from "node:util";

import type { GraphRequest } from "../../shared/core/graph-request.ts";
import {
  batchOf,
  graphOf,
  type GraphServer,
  type Reply,
  startGraphServer,
  TOKEN,
} from "./graph-server.ts";

const secret = "Pa55word-of-ann";
const person = "ann@contoso.com";
const write: GraphRequest = {
  method: "POST",
  url: "/users",
  body: { userPrincipalName: person, passwordProfile: { password: secret } },
};

let server: GraphServer | undefined;
afterEach(() => server?.close());

const troubles: { when: string; reply: Reply }[] = [
  { when: "a reset", reply: (response) => void response.destroy() },
  { when: "a 503 that echoes", reply: { status: 503, text: `${secret} ${TOKEN} ${person}` } },
  { when: "a body that echoes", reply: { text: `<html>${secret} ${TOKEN} ${person}` } },
  { when: "a 429", reply: { status: 429, headers: { "x-echo": TOKEN } } },
];

describe("no token and no payload appears in an event or an error", () => {
  for (const { when, reply } of troubles) {
    it(`after ${when}`, async () => {
      server = await startGraphServer(() => reply);
      const graph = graphOf(server);
      const told: unknown[] = [await graph.post([write])];
      const read = { method: "GET", url: `/users/${person}` } as const;
      told.push(await graph.readAll([read]).catch((error: unknown) => error));
      const pages = graph.pages(read)[Symbol.asyncIterator]();
      told.push(await pages.next().catch((error: unknown) => error));
      const text = inspect([told, graph.events], { depth: 20 });
      for (const each of [TOKEN, secret, person]) assert.ok(!text.includes(each), text);
    });
  }

  it("while the token goes with every request", async () => {
    server = await startGraphServer((call) => batchOf(call, () => ({ status: 201 })));
    await graphOf(server).post([write]);
    assert.equal(server.calls[0]?.headers.authorization, `Bearer ${TOKEN}`);
  });
});
