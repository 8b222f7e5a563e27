import assert from "node:assert/strict";
import { afterEach, describe, it } from "node:test";

import type { TokenDemand } from "../../shared/core/contracts/token-demand.ts";
import { OperatorError } from "../../shared/core/errors.ts";
import type { GraphRequest } from "../../shared/core/graph-request.ts";
import { demandAfter } from "../../shared/graph/send-authorized.ts";
import {
  batchOf,
  graphOf,
  type GraphServer,
  type Reply,
  startGraphServer,
} from "./graph-server.ts";

const reads: GraphRequest[] = [{ method: "GET", url: "/users/a" }];
const claims = '{"access_token":{"nbf":{"essential":true,"value":"1700000000"}}}';
const challenge = `Bearer realm="", authorization_uri="https://login.microsoftonline.com/common/oauth2/authorize", client_id="00000003-0000-0000-c000-000000000000", error="insufficient_claims", claims="${Buffer.from(claims).toString("base64")}"`;

let server: GraphServer | undefined;
afterEach(() => server?.close());

/** A token module that serves `first` until it is rejected, and counts what it was asked. */
function tokens() {
  const demands: (TokenDemand | undefined)[] = [];
  let serving = 1;
  const getToken = (demand?: TokenDemand) => {
    demands.push(demand);
    if (demand?.rejected === `token-${serving}`) serving += 1;
    return Promise.resolve({ token: `token-${serving}` });
  };
  return { demands, getToken };
}

const refuse = (headers: Record<string, string> = {}): Reply => ({
  status: 401,
  headers,
  json: { error: { code: "InvalidAuthenticationToken", message: "Access token has expired." } },
});

describe("a token that Graph refuses", () => {
  it("is replaced once, and the request sent once more", async () => {
    const { demands, getToken } = tokens();
    server = await startGraphServer((call) =>
      call.headers.authorization === "Bearer token-1"
        ? refuse()
        : batchOf(call, () => ({ status: 200, body: {} })),
    );
    const result = await graphOf(server, { getToken }).post(reads);
    assert.equal(result.kind, "answered");
    assert.deepEqual(demands, [undefined, { rejected: "token-1" }]);
    assert.equal(server.calls.length, 2);
  });

  it("is replaced with the claims that Graph asks for", async () => {
    const { demands, getToken } = tokens();
    server = await startGraphServer((call, number) =>
      number === 1
        ? refuse({ "www-authenticate": challenge })
        : batchOf(call, () => ({ status: 200 })),
    );
    await graphOf(server, { getToken }).post(reads);
    assert.deepEqual(demands[1], { rejected: "token-1", claims });
  });

  it("is not replaced a second time in one post", async () => {
    const { demands, getToken } = tokens();
    server = await startGraphServer(() => refuse());
    const result = await graphOf(server, { getToken }).post(reads);
    assert.equal(result.kind, "not-taken");
    assert.equal(demands.length, 2);
    assert.equal(server.calls.length, 2);
  });

  it("is not sent again if the token module has no other", async () => {
    server = await startGraphServer(() => refuse());
    const result = await graphOf(server).post(reads);
    assert.equal(result.kind, "not-taken");
    assert.equal(server.calls.length, 1);
  });

  it("inside a part is replaced before the next post", async () => {
    const { demands, getToken } = tokens();
    server = await startGraphServer((call, number) =>
      batchOf(call, () =>
        number === 1
          ? { status: 401, headers: { "WWW-Authenticate": challenge } }
          : { status: 200 },
      ),
    );
    const graph = graphOf(server, { getToken });
    await graph.post(reads);
    await graph.post(reads);
    await graph.post(reads);
    assert.deepEqual(demands, [undefined, { rejected: "token-1", claims }, undefined]);
    const bearers = server.calls.map(({ headers }) => headers.authorization);
    assert.deepEqual(bearers, ["Bearer token-1", "Bearer token-2", "Bearer token-2"]);
  });
});

describe("a failure of the token module", () => {
  it("reaches the caller, and nothing was sent", async () => {
    server = await startGraphServer(() => ({}));
    const failure = new OperatorError("CONSENT_MISSING", "No consent.", {
      fix: "Consent.",
      disposition: "stop",
    });
    const graph = graphOf(server, { getToken: () => Promise.reject(failure) });
    const read = { method: "GET", url: "/users/a" } as const;
    await assert.rejects(graph.post(reads), failure);
    await assert.rejects(graph.readAll([read]), failure);
    await assert.rejects(graph.pages(read)[Symbol.asyncIterator]().next(), failure);
    assert.equal(server.calls.length, 0);
  });
});

describe("a challenge", () => {
  const cases = [
    { when: "there is none", header: undefined },
    { when: "it is of another kind", header: 'Bearer error="invalid_token", claims="e30="' },
    { when: "its claims are no JSON", header: 'Bearer error="insufficient_claims", claims="!!!"' },
    { when: "it has no claims", header: 'Bearer error="insufficient_claims"' },
  ];
  for (const { when, header } of cases) {
    it(`asks for no claims when ${when}`, () => {
      assert.deepEqual(demandAfter("t", header), { rejected: "t" });
    });
  }
  it("asks for its claims, with or without quotes and padding", () => {
    const encoded = Buffer.from(claims).toString("base64url");
    const header = `Bearer error=insufficient_claims, claims="${encoded}"`;
    assert.deepEqual(demandAfter("t", header), { rejected: "t", claims });
  });
});
