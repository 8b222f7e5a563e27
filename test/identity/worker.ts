import { subscribe } from "node:diagnostics_channel";
import type { ClientRequest, IncomingMessage } from "node:http";
import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";

import { systemClock } from "../../shared/core/clock.ts";
import { clouds } from "../../shared/core/clouds.ts";
import { OperatorError } from "../../shared/core/errors.ts";
import type { TelemetryEvent } from "../../shared/core/telemetry.ts";
import { type Identity, createIdentity } from "../../shared/identity/identity.ts";
import { createManagedIdentity } from "../../shared/identity/managed-identity.ts";
import type { CredentialSettings } from "../../shared/identity/open-credential.ts";
import type { AccessToken } from "../../shared/identity/token/types.ts";
import { shiftDate } from "../core/shifted-date.ts";
import type { Ask, Failure, WorkerAnswer, WorkerMessage } from "./worker-protocol.ts";

/*
 * A process that signs in as the product does, by its environment, and does what the test asks. It is a
 * process because trusted authorities and the managed identity's source are read once per process.
 */
const setting = (name: string): string => process.env[name] ?? "";
const moveOn = shiftDate(Number(setting("CLOCK_OFFSET_MS")));
const clock = systemClock;
const { random } = Math;
const events: TelemetryEvent[] = [];
/** How many secrets and lists of versions the vault has given this process. */
let vaultReads = 0;
subscribe("http.client.response.finish", (message) => {
  const { request, response } = message as { request: ClientRequest; response: IncomingMessage };
  if (request.path.startsWith("/secrets/") && response.statusCode === 200) vaultReads++;
});
const own = createManagedIdentity({
  clientId: setting("MANAGED_IDENTITY_CLIENT_ID") || undefined,
  clock,
  random,
});

function credential(): CredentialSettings {
  const certificate = { vaultUri: setting("KEY_VAULT_URI"), name: setting("CERTIFICATE_NAME") };
  switch (setting("CREDENTIAL")) {
    case "client-secret":
      return { kind: "client-secret", secret: setting("CLIENT_SECRET"), allowed: true };
    case "managed-identity":
      return { kind: "managed-identity", identity: own };
    case "vault-signature":
      return { kind: "vault-signature", certificate, identity: own };
    case "certificate-rs256":
      return { kind: "certificate", certificate, identity: own, algorithm: "RS256" };
    default:
      return { kind: "certificate", certificate, identity: own };
  }
}

const cloud = Object.entries(clouds).find(([name]) => name === setting("CLOUD"))?.[1];
const open = (): Identity =>
  createIdentity({
    cloud: cloud ?? clouds.global,
    clientId: setting("CLIENT_ID"),
    credential: credential(),
    allowedTenants: [
      setting("TENANT_ID"),
      ...setting("ALLOWED_TENANTS").split(",").filter(Boolean),
    ],
    allowedResources: [
      `https://${(cloud ?? clouds.global).graphHost}`,
      ...setting("RESOURCES").split(",").filter(Boolean),
    ],
    clock,
    random,
    fetch,
    emit: (event) => events.push(event),
  });
let identity = open();

async function perform(ask: Ask): Promise<PromiseSettledResult<AccessToken | void>[]> {
  switch (ask.do) {
    case "get": {
      const { tenant, resource, demand, callers = 1 } = ask;
      const calls = Array.from({ length: callers }, () => identity.get(tenant, resource, demand));
      return await Promise.allSettled(calls);
    }
    case "force":
      return await Promise.allSettled([identity.forceRefresh(ask.tenant, ask.resource)]);
    case "move-on":
      moveOn(ask.ms);
      return [];
    case "load": {
      const calls: Promise<AccessToken>[] = [];
      const untilMs = clock.monotonic() + ask.forMs;
      while (clock.monotonic() < untilMs) {
        const call = identity.get(ask.tenant, ask.resource);
        call.catch(() => undefined);
        calls.push(call);
        await sleep(ask.everyMs);
      }
      return await Promise.allSettled(calls);
    }
    case "forget":
      identity = open();
      return [];
    case "reread":
      return await Promise.allSettled([identity.rereadCertificate()]);
    case "report":
      return [];
  }
}

function describeFailure(error: unknown): Failure {
  const message = error instanceof Error ? String(error) : "no error";
  if (!(error instanceof OperatorError)) {
    return { code: "UNEXPECTED", message, disposition: "", retryAfterMs: undefined };
  }
  // As a host would log it, with its causes: the test looks for secrets in it.
  console.error(error);
  const { code, disposition, retryAfterMs } = error;
  return { code, message, disposition, retryAfterMs };
}

async function answerTo(ask: Ask): Promise<WorkerAnswer> {
  const outcomes = await perform(ask);
  return {
    tokens: outcomes.flatMap((outcome) =>
      outcome.status === "fulfilled" && outcome.value ? [outcome.value] : [],
    ),
    failures: outcomes.flatMap((outcome) =>
      outcome.status === "rejected" ? [describeFailure(outcome.reason)] : [],
    ),
    counters: identity.counters(),
    events: events.splice(0),
    vaultReads,
  };
}

process.on("message", ({ id, ask }: WorkerMessage) => {
  void answerTo(ask).then((answer) => process.send?.({ id, answer }));
});
process.send?.("ready");
