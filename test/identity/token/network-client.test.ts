import assert from "node:assert/strict";
import type { ServerResponse } from "node:http";
import { describe, it } from "node:test";

import { ConfidentialClientApplication } from "@azure/msal-node";

import {
  EntraRefused,
  EntraUnreachable,
  createNetworkClient,
} from "../../../shared/identity/token/network-client.ts";
import { createPatientFetch } from "../../../shared/identity/token/patient-fetch.ts";
import { createSimulatedClock } from "../../core/simulated-clock.ts";
import { startHttpServer } from "../http-server.ts";

const TENANT = "11111111-2222-4333-8444-555555555555";

type Answer = (response: ServerResponse) => void;
const token: Answer = (response) => {
  const body = { access_token: "token", expires_in: 3600, token_type: "Bearer" };
  response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(body));
};
const refusing =
  (status: number, headers: Record<string, string>, body: string): Answer =>
  (response) =>
    void response.writeHead(status, headers).end(body);

/** One application object of MSAL's, which lives on as its throttle cache would, on our network client. */
async function open(...answers: Answer[]) {
  const server = await startHttpServer(...answers);
  const send = createPatientFetch({
    fetch: (url, init) => fetch(server.url + new URL(url).pathname, init),
    clock: createSimulatedClock({ skipsWaits: true }),
    random: () => 0.5,
  });
  const application = new ConfidentialClientApplication({
    auth: {
      clientId: TENANT,
      authority: `https://login.microsoftonline.com/${TENANT}`,
      clientSecret: "secret",
    },
    system: { networkClient: createNetworkClient(send) },
  });
  const acquire = () =>
    application.acquireTokenByClientCredential({
      scopes: ["https://graph.microsoft.com/.default"],
      azureRegion: "DisableMsalForceRegion",
    });
  return { server, acquire };
}

describe("MSAL's throttle cache, which fails all callers for a minute, is not armed", () => {
  const json = { "content-type": "application/json" };
  const table: readonly (readonly [string, number, Answer])[] = [
    ["a plain-text 429", 429, refusing(429, { "retry-after": "60" }, "Too Many Requests")],
    ["a 429 of OAuth's form", 429, refusing(429, { ...json, "retry-after": "60" }, "{}")],
    ["a 503", 503, refusing(503, { ...json, "retry-after": "60" }, '{"error":"server_error"}')],
    ["a 400 with a wait", 400, refusing(400, { ...json, "retry-after": "60" }, '{"error":"x"}')],
  ];
  for (const [what, status, answer] of table) {
    it(`by ${what}: the very next call of the same application is served`, async (test) => {
      const { server, acquire } = await open(answer, token);
      test.after(() => server.close());
      await assert.rejects(acquire(), (error) => {
        assert.ok(error instanceof EntraRefused, String(error));
        assert.deepEqual([error.refusal.status, error.refusal.retryAfterMs], [status, 60_000]);
        return true;
      });
      assert.equal((await acquire())?.accessToken, "token");
      assert.equal(server.seen.length, 2);
    });
  }
});

describe("an answer with status 200 and no token is an error", () => {
  for (const body of ["<html>Sign in to the Wi-Fi</html>", "null", "5", '"token"']) {
    it(`such as ${body}, which is not quoted`, async (test) => {
      const { server, acquire } = await open(refusing(200, {}, body));
      test.after(() => server.close());
      await assert.rejects(acquire(), (error) => {
        assert.ok(error instanceof EntraUnreachable, String(error));
        assert.match(error.reason, /not from Entra: a proxy or portal/);
        assert.doesNotMatch(String(error), /Wi-Fi/);
        return true;
      });
    });
  }
});

describe("the time is taken", () => {
  const json = { "content-type": "application/json" };
  const refusal = JSON.stringify({
    error: "invalid_client",
    error_description: "AADSTS7000215: no",
    error_codes: [7_000_215],
  });
  const table: readonly (readonly [string, boolean, Answer])[] = [
    ["from a token", true, token],
    ["from a refusal of Entra's form", true, refusing(401, json, refusal)],
    ["not from a proxy's page", false, refusing(403, {}, "<html>Blocked</html>")],
    ["not from a page with status 200", false, refusing(200, {}, "<html>Sign in</html>")],
    ["not from a redirect", false, refusing(302, { location: "https://wifi" }, "")],
    ["not from JSON of another kind", false, refusing(401, json, '{"error":"denied"}')],
    ["not from JSON with status 200 and no token", false, refusing(200, json, '{"ok":true}')],
  ];
  for (const [what, isTaken, answer] of table) {
    it(what, async (test) => {
      const server = await startHttpServer(answer);
      test.after(() => server.close());
      const seen: (string | null)[] = [];
      const clock = createSimulatedClock({ skipsWaits: true });
      const client = createNetworkClient(createPatientFetch({ fetch, clock, random: () => 0.5 }), {
        onAnswer: ({ date }) => seen.push(date),
      });
      await client
        .sendPostRequestAsync(server.url, { body: "", headers: {} })
        .catch(() => undefined);
      assert.equal(seen.length, isTaken ? 1 : 0);
      if (isTaken) assert.ok(Math.abs(Date.parse(seen[0] ?? "") - Date.now()) < 60_000);
    });
  }
});
