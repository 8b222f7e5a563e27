import assert from "node:assert/strict";
import type { ServerResponse } from "node:http";
import { after, before, beforeEach, describe, it } from "node:test";

import { systemClock } from "../../shared/core/clock.ts";
import { createManagedIdentity } from "../../shared/identity/managed-identity.ts";
import { type HttpServer, startHttpServer } from "./http-server.ts";

const VAULT = "https://vault.azure.net/.default";
const STORAGE = "https://storage.azure.com/.default";

type Answer = (response: ServerResponse) => void;
const refusing =
  (statusCode: number, headers: Record<string, string> = {}): Answer =>
  (response) => {
    const body = { statusCode, message: "no", correlationId: "x" };
    const type = { "content-type": "application/json" };
    response.writeHead(statusCode, { ...type, ...headers }).end(JSON.stringify(body));
  };
const noAnswer: Answer = () => undefined;

let count = 0;
/** A token of so many seconds, as App Service's endpoint gives it. */
const token =
  (seconds = 86_400): Answer =>
  (response) => {
    const expiresOn = Math.floor(Date.now() / 1000) + seconds;
    const body = {
      access_token: `t${++count}`,
      expires_on: String(expiresOn),
      token_type: "Bearer",
    };
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(body));
  };

let server: HttpServer;
let answer: Answer;
before(async () => {
  server = await startHttpServer((response) => answer(response));
  // Read once, at the first credential of this process.
  process.env["IDENTITY_ENDPOINT"] = `${server.url}/msi/token`;
  process.env["IDENTITY_HEADER"] = "header";
});
beforeEach(() => {
  answer = token();
  server.seen.length = 0;
});
after(() => server.close());

let identities = 0;
/** Another identity each time, because the SDK has one cache per process. */
const open = (clock = systemClock) =>
  createManagedIdentity({ clientId: `identity-${++identities}`, clock, random: () => 0.5 });

describe("the managed identity", () => {
  it("is asked once per resource for all callers", async () => {
    const identity = open();
    const scopes = Array.from({ length: 200 }, (_, at) => (at % 2 ? VAULT : [STORAGE]));
    const tokens = await Promise.all(scopes.map((scope) => identity.getToken(scope)));
    assert.equal(new Set(tokens.map((each) => each?.token)).size, 2);
    assert.equal(server.seen.length, 2);
    assert.ok(server.seen.every(({ path }) => path.includes(`client_id=identity-${identities}`)));
  });

  it("is retried a few times if it throttles or fails", async () => {
    let refusals = 2;
    answer = (response) =>
      (refusals-- > 0 ? refusing(429, { "retry-after": "0" }) : token())(response);
    assert.ok((await open().getToken(VAULT))?.token);
    server.seen.length = 0;
    answer = refusing(503);
    await assert.rejects(open().getToken(VAULT), {
      code: "IDENTITY_UNAVAILABLE",
      disposition: "retry",
      message: /HTTP 503/,
    });
    assert.ok(server.seen.length > 1 && server.seen.length <= 4, String(server.seen.length));
    server.seen.length = 0;
    answer = refusing(429);
    await assert.rejects(open().getToken(VAULT), { code: "IDENTITY_UNAVAILABLE" });
    assert.equal(server.seen.length, 3);
  });

  it("is waited for half a minute at most", async () => {
    answer = noAnswer;
    const waits: number[] = [];
    const clock = {
      ...systemClock,
      sleep: async (ms: number) => void waits.push(ms),
    };
    await assert.rejects(open(clock).getToken(VAULT), {
      code: "IDENTITY_UNAVAILABLE",
      disposition: "retry",
    });
    assert.deepEqual(waits, [30_000]);
  });

  it("is named in the error if it is not assigned", async () => {
    answer = refusing(400);
    await assert.rejects(open().getToken(VAULT), {
      code: "IDENTITY_UNAVAILABLE",
      disposition: "stop",
      message: /identity-\d+ got no token \(HTTP 400\).*MANAGED_IDENTITY_CLIENT_ID/,
    });
  });

  it("gives a new token after one was refused, although the SDK's cache holds that one", async () => {
    const identity = open();
    const first = await identity.getToken(VAULT);
    assert.equal((await identity.getToken(VAULT))?.token, first?.token);
    identity.drop(first?.token ?? "");
    const next = await Promise.all([identity.getToken(VAULT), identity.getToken(VAULT)]);
    assert.notEqual(next[0]?.token, first?.token);
    assert.equal(next[1]?.token, next[0]?.token);
    assert.equal(server.seen.length, 2);
    assert.equal((await identity.getToken(VAULT))?.token, next[0]?.token);
    identity.drop("another");
    assert.equal((await identity.getToken(VAULT))?.token, next[0]?.token);
    assert.equal(server.seen.length, 2);
  });

  it("is served from the held token while it fails", async () => {
    let nowMs = Date.now();
    const clock = { ...systemClock, now: () => nowMs };
    const identity = open(clock);
    const first = await identity.getToken(VAULT);
    nowMs += 0.7 * 86_400_000;
    answer = refusing(400);
    for (let call = 0; call < 50; call++) {
      assert.equal((await identity.getToken(VAULT))?.token, first?.token);
    }
  });
});
