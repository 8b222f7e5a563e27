import { RestError } from "@azure/core-rest-pipeline";

import { backoffMs } from "../../core/backoff.ts";
import type { Clock } from "../../core/clock.ts";
import { OperatorError } from "../../core/errors.ts";
import { retryAfterMs } from "../../core/retry-after.ts";

/** Key Vault's innermost codes for versions that exist but cannot be used. */
const UNUSABLE: Readonly<Record<string, string>> = {
  SecretDisabled: "disabled",
  KeyDisabled: "disabled",
  KeyExpired: "expired",
  KeyNotYetValid: "not valid yet",
};

/** What is requested, for the message: `version 1a2b of certificate graph-app in https://…`. */
export interface VaultQuestion {
  readonly what: string;
  /** The role that the request needs, by its name in the portal. */
  readonly role: string;
}

/** The part of the vault's answer that is kept, as the cause of the OperatorError. */
export class VaultAnswer extends Error {
  override readonly name = "VaultAnswer";
  /** 0 if there was no answer. */
  readonly status: number;

  constructor(status: number, inner: string) {
    super(`HTTP ${status}${inner === "" ? "" : `, ${inner}`}`);
    this.status = status;
  }
}

/** Attempts in all, and how many of them may time out. */
const ATTEMPTS = 3;
const TIMED_OUT_ATTEMPTS = 2;
const BACKOFF = { baseMs: 1_000, capMs: 4_000 };
/** A longer Retry-After is left to the caller, which can put its message back on the queue. */
const PATIENCE_MS = 5_000;

/** What retries need. */
export interface VaultTiming {
  readonly clock: Pick<Clock, "now" | "sleep">;
  readonly random: () => number;
}

/**
 * Sends a request to Key Vault through one of its SDK clients, which must not retry themselves: they
 * would sleep through a Retry-After of any length. Broken connections, 408, 429 and 5xx are retried up to
 * twice, after a Retry-After of up to five seconds or a back-off, and a time-out once.
 *
 * @throws OperatorError CERTIFICATE_NOT_FOUND (404), CERTIFICATE_UNUSABLE (a disabled version),
 * VAULT_REFUSED (401, 403, a challenge that names another host), VAULT_UNREACHABLE (all else, with the
 * Retry-After), and what `ask` throws of that kind. The SDK's own error is not kept: it holds the request
 * with its token.
 */
export async function askVault<T>(
  question: VaultQuestion,
  { clock, random }: VaultTiming,
  ask: () => Promise<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await ask();
    } catch (error) {
      if (error instanceof OperatorError) throw error;
      const askedMs = waitAsked(error, clock.now());
      const waitMs = askedMs ?? backoffMs(attempt, random, BACKOFF);
      const most = isTimeOut(error) ? TIMED_OUT_ATTEMPTS : ATTEMPTS;
      if (attempt >= most || waitMs > PATIENCE_MS || !isTransient(error)) {
        throw toOperatorError(question, error, askedMs);
      }
      await clock.sleep(waitMs);
    }
  }
}

const isTimeOut = (error: unknown): boolean =>
  error instanceof Error && error.name === "AbortError";

const isChallenge = (error: unknown): boolean =>
  error instanceof Error && /challenge/i.test(error.message);

function isTransient(error: unknown): boolean {
  const { status } = detailsOf(error);
  if (status === undefined) return !isChallenge(error);
  return status === 408 || status === 429 || status >= 500;
}

function waitAsked(error: unknown, nowMs: number): number | undefined {
  const headers = error instanceof RestError ? error.response?.headers : undefined;
  const theirNowMs = Date.parse(headers?.get("date") ?? "");
  return retryAfterMs(headers?.get("retry-after"), Number.isNaN(theirNowMs) ? nowMs : theirNowMs);
}

function toOperatorError(
  { what, role }: VaultQuestion,
  error: unknown,
  askedMs: number | undefined,
): OperatorError {
  const { status, inner } = detailsOf(error);
  const cause = new VaultAnswer(status ?? 0, inner);
  if (status === 404) {
    return new OperatorError("CERTIFICATE_NOT_FOUND", `There is no ${what}.`, {
      fix: "Check KEY_VAULT_URI and CERTIFICATE_NAME; a deleted certificate can be recovered in the portal.",
      disposition: "stop",
      cause,
    });
  }
  const state = UNUSABLE[inner];
  if (state !== undefined) {
    return new OperatorError(
      "CERTIFICATE_UNUSABLE",
      `Key Vault gives no ${what}: it is ${state}.`,
      {
        fix: "Enable it, or make a new version.",
        disposition: "stop",
        cause,
      },
    );
  }
  if (status === 401 || status === 403) return accessRefused({ what, role }, inner, cause);
  if (isChallenge(error)) {
    return new OperatorError(
      "VAULT_REFUSED",
      "The host that answers as the vault asks for a token of another resource. None was sent.",
      {
        fix: "Check KEY_VAULT_URI and CLOUD, and DNS and proxies on the way to the vault.",
        disposition: "stop",
      },
    );
  }
  return new OperatorError(
    "VAULT_UNREACHABLE",
    `Key Vault does not answer the request for ${what} at the moment.`,
    {
      fix: "No action needed if it passes; otherwise check KEY_VAULT_URI, DNS and the vault's firewall.",
      disposition: "retry",
      retryAfterMs: askedMs,
      cause,
    },
  );
}

function accessRefused(
  { what, role }: VaultQuestion,
  inner: string,
  cause: VaultAnswer,
): OperatorError {
  const firewall = inner === "ForbiddenByFirewall" || inner === "ForbiddenByConnection";
  return new OperatorError(
    "VAULT_REFUSED",
    `Key Vault refuses access to ${what}${inner === "" ? "" : ` (${inner})`}.`,
    {
      fix: firewall
        ? "Allow the function app's network in the vault's firewall."
        : `Grant the app's managed identity the role "${role}" on it; a new role assignment takes some minutes to work.`,
      disposition: "stop",
      cause,
    },
  );
}

/** The status and the innermost code of an SDK's RestError. */
function detailsOf(error: unknown): {
  readonly status: number | undefined;
  readonly inner: string;
} {
  const status = at(error, "statusCode");
  const body = at(at(error, "details"), "error");
  const inner = at(at(body, "innererror"), "code") ?? at(at(body, "innerError"), "code");
  const codes = [inner, at(body, "code"), at(error, "code")];
  return {
    status: typeof status === "number" ? status : undefined,
    inner: codes.find((code): code is string => typeof code === "string") ?? "",
  };
}

const at = (value: unknown, name: string): unknown =>
  typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
