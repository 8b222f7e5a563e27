import { createHash, X509Certificate } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";

import { ManagedIdentityCredential } from "@azure/identity";
import { SecretClient } from "@azure/keyvault-secrets";
import { ConfidentialClientApplication } from "@azure/msal-node";

import { type Clock, systemClock } from "../../shared/core/clock.ts";
import { clouds } from "../../shared/core/clouds.ts";
import { createGraph } from "../../shared/graph/graph.ts";
import { createIdentity, type Identity } from "../../shared/identity/identity.ts";
import { createManagedIdentity } from "../../shared/identity/managed-identity.ts";
import { shiftDate } from "../core/shifted-date.ts";

/*
 * A process that wants tokens, of the product's module or of MSAL alone, and counts the results. A
 * process of its own, because the managed identity's source and the authorities are read once.
 */

/** What the bench asks of it. */
export type Order =
  /** So many callers at once. */
  | { readonly do: "at-once"; readonly callers: number }
  /** Calls one after the other, timed together. */
  | { readonly do: "timed"; readonly calls: number }
  /** A caller at a fixed interval; a call without an answer after `patienceMs` counts as failed. */
  | {
      readonly do: "steadily";
      readonly everyMs: number;
      readonly forMs: number;
      readonly patienceMs: number;
    }
  /** Rows, each with a token and a change in Graph, until it is asked to end. */
  | { readonly do: "rows"; readonly users: readonly string[]; readonly everyMs: number }
  | { readonly do: "end-rows" }
  | { readonly do: "reread" }
  | { readonly do: "move-on"; readonly ms: number }
  /** How long the token that is held is still good by its own account. */
  | { readonly do: "look" };

/** What came of an order. */
export interface Fared {
  readonly calls: number;
  readonly failed: number;
  /** The distinct reasons. */
  readonly reasons: readonly string[];
  readonly ms: number;
  readonly slowestMs: number;
  readonly expiresAtMs: number;
}

const setting = (name: string): string => process.env[name] ?? "";
const GRAPH = "https://graph.microsoft.com";
const tenant = setting("TENANT_ID");
const moveDate = shiftDate(0);
let aheadMs = 0;
/** Wall clock and monotonic clock advance together. */
const clock: Clock = { ...systemClock, monotonic: () => performance.now() + aheadMs };
const { random } = Math;

let identity: Identity | undefined;
const getToken = setting("CALLER") === "msal" ? await msalAlone() : productOwn();

function productOwn(): () => Promise<{ expiresAtMs: number }> {
  const certificate = { vaultUri: setting("KEY_VAULT_URI"), name: setting("CERTIFICATE_NAME") };
  const own = createManagedIdentity({
    clientId: setting("MANAGED_IDENTITY_CLIENT_ID"),
    clock,
    random,
  });
  const tokens = createIdentity({
    cloud: clouds.global,
    clientId: setting("CLIENT_ID"),
    credential: { kind: "certificate", certificate, identity: own },
    allowedTenants: [tenant],
    allowedResources: [GRAPH],
    clock,
    random,
    fetch,
    emit: () => undefined,
  });
  identity = tokens;
  return () => tokens.get(tenant, GRAPH);
}

/** As Microsoft's daemon samples have it: one application object, its key from the vault. */
async function msalAlone(): Promise<() => Promise<{ expiresAtMs: number }>> {
  const own = new ManagedIdentityCredential({ clientId: setting("MANAGED_IDENTITY_CLIENT_ID") });
  const secrets = new SecretClient(setting("KEY_VAULT_URI"), own);
  const { value = "" } = await secrets.getSecret(setting("CERTIFICATE_NAME"));
  const [privateKey = ""] = value.split("-----BEGIN CERTIFICATE-----");
  const { raw } = new X509Certificate(value.slice(privateKey.length));
  const application = new ConfidentialClientApplication({
    auth: {
      clientId: setting("CLIENT_ID"),
      authority: `https://login.microsoftonline.com/${tenant}`,
      clientCapabilities: ["cp1"],
      clientCertificate: {
        privateKey,
        thumbprintSha256: createHash("sha256").update(raw).digest("hex"),
      },
    },
  });
  return async () => {
    const scopes = [`${GRAPH}/.default`];
    const result = await application.acquireTokenByClientCredential({ scopes });
    return { expiresAtMs: result?.expiresOn?.getTime() ?? 0 };
  };
}

/** Counts calls. */
function createTally() {
  const startedMs = performance.now();
  const reasons = new Set<string>();
  let calls = 0;
  let failed = 0;
  let slowestMs = 0;
  let expiresAtMs = 0;
  return {
    async count(call: () => Promise<unknown>): Promise<void> {
      calls += 1;
      const fromMs = performance.now();
      try {
        const answer = await call();
        if (typeof answer === "object" && answer !== null && "expiresAtMs" in answer) {
          expiresAtMs = Number(answer.expiresAtMs);
        }
      } catch (error) {
        failed += 1;
        reasons.add(error instanceof Error ? `${error.name}: ${error.message}`.slice(0, 120) : "?");
      }
      slowestMs = Math.max(slowestMs, performance.now() - fromMs);
    },
    fared: (): Fared => ({
      calls,
      failed,
      reasons: [...reasons],
      ms: performance.now() - startedMs,
      slowestMs,
      expiresAtMs,
    }),
  };
}

const impatient = async <T>(work: Promise<T>, ms: number): Promise<T> => {
  const late = sleep(ms, undefined, { ref: false }).then((): never => {
    throw new Error(`no answer in ${ms} ms`);
  });
  late.catch(() => undefined);
  return await Promise.race([work, late]);
};

let rows: { readonly end: AbortController; readonly done: Promise<void> } | undefined;
let rowTally = createTally();

/** One row: a token, and a change in the directory with it. */
function startRows(users: readonly string[], everyMs: number): void {
  const tokens = identity;
  if (!tokens) throw new TypeError("only the product writes rows here");
  const graph = createGraph({
    cloud: clouds.global,
    tenant,
    getToken: (demand) => tokens.get(tenant, GRAPH, demand),
    clock,
    random,
    emit: () => undefined,
    settings: { retryFloorMs: 50, resourceUnitQuota: 8000, resourceUnitWindowMs: 1000 },
  });
  const end = new AbortController();
  rowTally = createTally();
  const write = async (at: number): Promise<void> => {
    const user = users[at % users.length] ?? "";
    const url = `/users/${user}` as const;
    const result = await graph.post([{ method: "PATCH", url, body: { jobTitle: `row ${at}` } }]);
    const status = result.kind === "answered" ? result.parts[0]?.status : result.kind;
    if (status !== 204) throw new Error(`a row ended with ${status}`);
  };
  const run = async (): Promise<void> => {
    const under = new Set<Promise<void>>();
    for (let at = 0; !end.signal.aborted; at++) {
      const row = rowTally.count(() => write(at));
      under.add(row);
      void row.finally(() => under.delete(row));
      await sleep(everyMs);
    }
    await Promise.all(under);
  };
  rows = { end, done: run() };
}

async function carryOut(order: Order): Promise<Fared> {
  const tally = createTally();
  switch (order.do) {
    case "at-once":
      await Promise.all(Array.from({ length: order.callers }, () => tally.count(getToken)));
      return tally.fared();
    case "timed": {
      const fromMs = performance.now();
      for (let call = 0; call < order.calls; call++) await getToken();
      return { ...tally.fared(), calls: order.calls, ms: performance.now() - fromMs };
    }
    case "steadily": {
      const under: Promise<void>[] = [];
      const untilMs = performance.now() + order.forMs;
      while (performance.now() < untilMs) {
        under.push(tally.count(() => impatient(getToken(), order.patienceMs)));
        await sleep(order.everyMs);
      }
      await Promise.all(under);
      return tally.fared();
    }
    case "rows":
      startRows(order.users, order.everyMs);
      return tally.fared();
    case "end-rows":
      rows?.end.abort();
      await rows?.done;
      return rowTally.fared();
    case "reread":
      await tally.count(async () => await identity?.rereadCertificate());
      return tally.fared();
    case "move-on":
      aheadMs += order.ms;
      moveDate(order.ms);
      return tally.fared();
    case "look":
      await tally.count(getToken);
      return tally.fared();
  }
}

process.on("message", ({ id, order }: { id: number; order: Order }) => {
  void carryOut(order).then((fared) => process.send?.({ id, fared }));
});
process.send?.("ready");
