import { setTimeout as sleep } from "node:timers/promises";

import type { FaultEffect } from "../cloud/cloud-control.ts";
import type { LocalCloud } from "../cloud/local-cloud.ts";
import { createSimulatedClock } from "../core/simulated-clock.ts";
import { startHttpServer } from "../identity/http-server.ts";
import {
  type Answer,
  GRAPH,
  identityBy,
  TENANT,
  token,
  troubles,
} from "../identity/played-entra.ts";
import { startCaller } from "./start-caller.ts";
import type { Fared } from "./tokens-caller.ts";

const MINUTE_MS = 60_000;

/** What a simulated outage did to those who called during it. */
export interface Outage {
  readonly kind: string;
  readonly calls: number;
  readonly failed: number;
  readonly requests: number;
}

/** Ten simulated minutes of each kind of trouble, ten callers a simulated second, a valid token held. */
export async function simulatedOutages(): Promise<readonly Outage[]> {
  const all = Object.values(troubles);
  const kinds: (readonly [string, Answer | undefined])[] = [
    ...Object.entries(troubles),
    ["all in turn", undefined],
  ];
  const outages: Outage[] = [];
  for (const [kind, fault] of kinds) {
    let struck = 0;
    let isDown = false;
    const trouble = (): Answer => fault ?? all[struck++ % all.length] ?? token;
    const server = await startHttpServer((response) => (isDown ? trouble() : token)(response));
    const clock = createSimulatedClock({ startMs: Date.now() });
    const identity = identityBy({
      clock,
      random: Math.random,
      fetch: (path, init) => fetch(server.url + path, init),
    });
    await identity.get(TENANT, GRAPH);
    isDown = true;
    // A refresh is due, and the token is valid for 24 minutes more.
    await clock.advance(36 * MINUTE_MS);
    let failed = 0;
    for (let second = 0; second < 600; second++) {
      const calls = Array.from({ length: 10 }, () => identity.get(TENANT, GRAPH));
      failed += (await Promise.allSettled(calls)).filter(
        ({ status }) => status === "rejected",
      ).length;
      await clock.advance(1_000);
      // Sockets are real.
      await sleep(1);
    }
    outages.push({ kind, calls: 6_000, failed, requests: server.seen.length });
    await server.close();
  }
  return outages;
}

const effects: readonly FaultEffect[] = [
  { kind: "status", status: 503 },
  { kind: "reset" },
  { kind: "hang" },
  { kind: "throttle", retryAfterSeconds: 60 },
];

/** The product and MSAL alone side by side through real trouble, a quarter of the time each kind. */
export async function realOutage(
  cloud: LocalCloud,
  seconds: number,
): Promise<{ readonly product: Fared; readonly msal: Fared }> {
  const callers = [await startCaller(cloud, "product"), await startCaller(cloud, "msal")];
  try {
    for (const caller of callers) await caller.ask({ do: "look" });
    // A token of 20 to 28 hours is due after half of them, and good for hours more.
    for (const caller of callers) await caller.ask({ do: "move-on", ms: 15 * 3_600_000 });
    const forMs = (seconds * 1000) / effects.length;
    const faring = callers.map((caller) =>
      caller.ask({ do: "steadily", everyMs: 20, forMs: seconds * 1000, patienceMs: 1_000 }),
    );
    for (const effect of effects) {
      const { id } = await cloud.control.inject({ service: "login", path: "/token", effect });
      await sleep(forMs);
      await cloud.control.clearFaults({ id });
    }
    const [product, msal] = await Promise.all(faring);
    return { product: product!, msal: msal! };
  } finally {
    await Promise.all(callers.map((caller) => caller.stop()));
  }
}
