import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { systemClock } from "../../../shared/core/clock.ts";
import { startHttpServer } from "../http-server.ts";
import { type Answer, GRAPH, identityBy, TENANT, token } from "../played-entra.ts";

/** The product's token module on a token endpoint that answers so. */
async function open(...answers: Answer[]) {
  const server = await startHttpServer(...answers);
  const identity = identityBy({
    clock: systemClock,
    random: () => 0.5,
    fetch: (path, init) => fetch(server.url + path, init),
  });
  /** The claims of the access token that each request so far asked for. */
  const asked = (): unknown[] =>
    server.seen.map(({ body }) => {
      const text = new URLSearchParams(body).get("claims") ?? "{}";
      return (JSON.parse(text) as { access_token?: unknown }).access_token;
    });
  return { server, identity, asked };
}

const able = { xms_cc: { values: ["cp1"] } };

describe("the claims of a request", () => {
  it("declare that challenges are supported, and answer one", async (test) => {
    const { server, identity, asked } = await open(token);
    test.after(() => server.close());
    const { token: rejected } = await identity.get(TENANT, GRAPH);
    const nbf = { essential: true, value: "1700000000" };
    const claims = JSON.stringify({ access_token: { nbf } });
    await identity.get(TENANT, GRAPH, { rejected, claims });
    assert.deepEqual(asked(), [able, { nbf, ...able }]);
  });

  it("answer a challenge in Entra's own refusal, once", async (test) => {
    const capolids = { essential: true, values: ["policy"] };
    const body = JSON.stringify({
      error: "invalid_grant",
      error_description: "AADSTS53003: Blocked.",
      error_codes: [53_003],
      claims: JSON.stringify({ access_token: { capolids } }),
    });
    const blocked: Answer = (response) => void response.writeHead(400).end(body);
    const { server, identity, asked } = await open(blocked, token, blocked);
    test.after(() => server.close());
    assert.ok(await identity.get(TENANT, GRAPH));
    assert.deepEqual(asked(), [able, { capolids, ...able }]);
    await assert.rejects(identity.forceRefresh(TENANT, GRAPH), /AADSTS53003/);
    assert.equal(server.seen.length, 4);
  });
});
