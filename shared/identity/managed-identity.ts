import { ManagedIdentityCredential, type TokenCredential } from "@azure/identity";
import { ManagedIdentityApplication } from "@azure/msal-node";

import { backoffMs } from "../core/backoff.ts";
import type { Clock } from "../core/clock.ts";
import { OperatorError } from "../core/errors.ts";
import { type TokenSlot, createTokenSlot } from "./slot/token-slot.ts";
import type { AccessToken, AcquiredToken, TokenReason } from "./token/types.ts";

/** The SDK retries 404 and 5xx, but never 429. */
const ATTEMPTS = 3;
const BACKOFF = { baseMs: 1_000, capMs: 5_000 };
/** The SDK has no time-out. The endpoint is on the same machine and answers in milliseconds. */
const LONGEST_MS = 30_000;

/** A managed identity that can be told of a token that a service refused. */
export interface ManagedIdentity extends TokenCredential {
  /** Drops a token: the next `getToken` gets a new one. */
  drop(token: string): void;
}

/**
 * The instance's managed identity, user-assigned if a client id is given, for the vault, for storage and
 * as a federated credential. It is used by name, because the SDK's chain of credentials could pick
 * another one because of an environment variable.
 *
 * @azure/identity alone sends one request per caller, and fails callers while it holds a valid token.
 * This sends one request for all callers, and serves the held token through failures.
 *
 * `getToken` throws OperatorError IDENTITY_UNAVAILABLE.
 */
export function createManagedIdentity(options: {
  readonly clientId: string | undefined;
  readonly clock: Clock;
  readonly random: () => number;
}): ManagedIdentity {
  const { clientId, clock, random } = options;
  const credential = clientId
    ? new ManagedIdentityCredential({ clientId })
    : new ManagedIdentityCredential();
  const slots = new Map<string, TokenSlot>();
  const dropped = new Set<string>();

  async function acquire(scope: string, reason: TokenReason): Promise<AcquiredToken> {
    for (let attempt = 1; ; attempt++) {
      try {
        if (reason === "rejected") await within(LONGEST_MS, clock, renew(clientId, scope));
        const token = await within(LONGEST_MS, clock, credential.getToken(scope));
        return {
          token: token.token,
          expiresAtMs: token.expiresOnTimestamp,
          refreshAtMs: token.refreshAfterTimestamp,
          roles: [],
        };
      } catch (error) {
        if (attempt === ATTEMPTS || statusOf(error) !== 429) throw unavailable(clientId, error);
        await clock.sleep(backoffMs(attempt, random, BACKOFF));
      }
    }
  }

  return {
    async getToken(scopes) {
      const scope = typeof scopes === "string" ? scopes : (scopes[0] ?? "");
      let slot = slots.get(scope);
      if (!slot) {
        slot = createTokenSlot({ acquire: ({ reason }) => acquire(scope, reason), clock, random });
        slots.set(scope, slot);
      }
      const held = await slot.get();
      if (!dropped.has(held.token)) return asSdk(held);
      const next = await slot.get({ rejected: held.token });
      if (next.token !== held.token) dropped.delete(held.token);
      return asSdk(next);
    },
    drop: (token) => void dropped.add(token),
  };
}

const asSdk = ({ token, expiresAtMs }: AccessToken) => ({
  token,
  expiresOnTimestamp: expiresAtMs,
});

/**
 * Gets a new token past MSAL's cache, which belongs to the process: the SDK's next answer comes from it,
 * and the SDK itself has no way around the cache.
 */
const renew = (clientId: string | undefined, scope: string): Promise<unknown> =>
  new ManagedIdentityApplication(
    clientId === undefined ? {} : { managedIdentityIdParams: { userAssignedClientId: clientId } },
  ).acquireToken({ resource: scope, forceRefresh: true });

/** `promise`, unless it takes longer than `ms`. */
async function within<T>(ms: number, clock: Clock, promise: Promise<T>): Promise<T> {
  const done = new AbortController();
  const late = clock.sleep(ms, done.signal).then((): never => {
    throw new Error("no answer in time");
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    // Ends the sleep. Nobody awaits its error.
    late.catch(() => undefined);
    done.abort();
  }
}

function unavailable(clientId: string | undefined, error: unknown): OperatorError {
  const status = statusOf(error);
  const which = clientId ? `The managed identity ${clientId}` : "The system-assigned identity";
  // 400 is the platform's answer for an identity that is not assigned to this app.
  const isWrong = status === 400;
  return new OperatorError(
    "IDENTITY_UNAVAILABLE",
    `${which} got no token${status === undefined ? "" : ` (HTTP ${status})`}.`,
    {
      fix: isWrong
        ? "Assign the identity to the function app, and set MANAGED_IDENTITY_CLIENT_ID to its client id."
        : "No action needed if it passes; otherwise check that the function app has an identity.",
      disposition: isWrong ? "stop" : "retry",
    },
  );
}

/** The status, from any level of the chain of the SDK's errors. */
function statusOf(error: unknown): number | undefined {
  for (let at = error; at instanceof Error; at = at.cause) {
    for (const name of ["status", "statusCode"]) {
      const status: unknown = Reflect.get(at, name);
      if (typeof status === "number") return status;
    }
  }
  return undefined;
}
