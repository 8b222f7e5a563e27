import type { ServerResponse } from "node:http";

import type { Clock } from "../../shared/core/clock.ts";
import { clouds } from "../../shared/core/clouds.ts";
import { createIdentity, type Identity } from "../../shared/identity/identity.ts";

export const TENANT = "11111111-2222-4333-8444-555555555555";
export const GRAPH = "https://graph.microsoft.com";

/** How the test's token endpoint answers one request. */
export type Answer = (response: ServerResponse) => void;

let count = 0;

/** A new token of an hour each time: t1, t2 and so on. */
export const token: Answer = (response) => {
  const body = { access_token: `t${++count}`, expires_in: 3600, token_type: "Bearer" };
  response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(body));
};

/** What a failing token endpoint does instead. */
export const troubles: Readonly<Record<string, Answer>> = {
  "503s": (response) => void response.writeHead(503).end(),
  resets: (response) => void response.socket?.resetAndDestroy(),
  hangs: () => undefined,
  "plain 429s": (response) =>
    void response.writeHead(429, { "retry-after": "60" }).end("Too Many Requests"),
};

/** The product's token module, MSAL included, whose requests go through `fetch` to the test's server. */
export const identityBy = (options: {
  readonly clock: Clock;
  readonly random: () => number;
  readonly fetch: (path: string, init?: RequestInit) => Promise<Response>;
}): Identity =>
  createIdentity({
    cloud: clouds.global,
    clientId: "21111111-2222-4333-8444-555555555555",
    credential: { kind: "client-secret", secret: "secret", allowed: true },
    allowedTenants: [TENANT],
    allowedResources: [GRAPH],
    clock: options.clock,
    random: options.random,
    fetch: (url, init) => options.fetch(new URL(url).pathname, init),
    emit: () => undefined,
  });
