import { ManagedIdentityCredential, type TokenCredential } from "@azure/identity";

import { backoffMs } from "../core/backoff.ts";
import type { Clock } from "../core/clock.ts";
import { OperatorError } from "../core/errors.ts";
import { type TokenSlot, createTokenSlot } from "./slot/token-slot.ts";
import type { AcquiredToken } from "./token/types.ts";

/** The SDK retries 404 and 5xx, but never 429. */
const ATTEMPTS = 3;
const BACKOFF = { baseMs: 1_000, capMs: 5_000 };
/** The SDK has no time-out. The endpoint is on the same machine and answers in milliseconds. */
const LONGEST_MS = 30_000;

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
}): TokenCredential {
  const { clientId, clock, random } = options;
  const credential = clientId
    ? new ManagedIdentityCredential({ clientId })
    : new ManagedIdentityCredential();
  const slots = new Map<string, TokenSlot>();

  async function acquire(scope: string): Promise<AcquiredToken> {
    for (let attempt = 1; ; attempt++) {
      try {
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
        slot = createTokenSlot({ acquire: () => acquire(scope), clock, random });
        slots.set(scope, slot);
      }
      const { token, expiresAtMs } = await slot.get();
      return { token, expiresOnTimestamp: expiresAtMs };
    },
  };
}

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
