import {
  AuthError,
  type AuthenticationResult,
  type Configuration,
  ConfidentialClientApplication,
  LogLevel,
} from "@azure/msal-node";

import type { Cloud } from "../../core/clouds.ts";
import { OperatorError } from "../../core/errors.ts";
import type { Pause } from "../../core/pause.ts";
import type { ServerClock } from "../certificate/server-clock.ts";
import type { Credential, Proof } from "./credential.ts";
import { explain } from "./explain.ts";
import type { RefusalContext } from "./explanations.ts";
import { EntraRefused, EntraUnreachable, createNetworkClient } from "./network-client.ts";
import type { PatientFetch } from "./patient-fetch.ts";
import { isClockRefusal, isFromEntra, isKeyRefusal } from "./refusal.ts";
import { rolesOf } from "./roles.ts";
import { scopeOf } from "./scope.ts";
import { adminConsentUrl } from "./tenant.ts";
import type { AcquiredToken } from "./types.ts";

/** A correction of the clock by more than this is worth a retry. */
const CLOCK_STEP_MS = 1_000;

/** A token that lives for less is not worth holding. */
const LEAST_LIFE_MS = 1_000;

export interface TokenRequestOptions {
  readonly cloud: Cloud;
  readonly clientId: string;
  readonly credential: Credential;
  readonly send: PatientFetch;
  readonly clock: ServerClock;
  /** A Retry-After of Entra pauses all requests of the application. */
  readonly pause: Pause;
}

export type RequestToken = (target: {
  readonly tenant: string;
  readonly resource: string;
  readonly claims?: string | undefined;
  /** Ends the request's attempts and waits. */
  readonly signal?: AbortSignal;
}) => Promise<AcquiredToken>;

type Target = Parameters<RequestToken>[0];

/**
 * Requests a token from Entra through MSAL. While Entra refuses the proof itself, the next proof is
 * tried; a request is repeated once if the answer corrected our clock or asked for claims.
 *
 * @throws OperatorError TOKEN_REFUSED, CONSENT_MISSING, SCOPE_INVALID, TOKEN_UNREACHABLE, and the errors
 * of the credential. It holds Entra's status and ids, never what was sent.
 */
export function createTokenRequest(options: TokenRequestOptions): RequestToken {
  const { pause } = options;
  return async (target) => {
    pause.check();
    try {
      return await tryProofs(options, target);
    } catch (error) {
      if (error instanceof OperatorError && error.cause instanceof EntraRefused) pause.begin(error);
      throw error;
    }
  };
}

async function tryProofs(options: TokenRequestOptions, target: Target): Promise<AcquiredToken> {
  const { credential, clock } = options;
  let last: unknown;
  for await (const proof of credential()) {
    const send = (claims: string | undefined): Promise<AcquiredToken> =>
      sendOnce(options, proof, { ...target, claims });
    try {
      const token = await corrected(clock, target.claims, send);
      proof.accepted?.();
      return token;
    } catch (error) {
      last =
        error instanceof EntraRefused
          ? explain(error.refusal, contextOf(options, target, proof), error)
          : unreachable(error);
      if (error instanceof EntraRefused && isFromEntra(error.refusal)) proof.onRefusal?.();
      if (!isProofRefused(error)) break;
      proof.refused?.(error instanceof EntraRefused ? error.refusal : undefined);
    }
  }
  throw last;
}

/** Whether another proof may succeed: Entra refused this one, or its key in the vault is disabled. */
const isProofRefused = (error: unknown): boolean =>
  error instanceof EntraRefused
    ? isKeyRefusal(error.refusal)
    : error instanceof OperatorError && error.code === "CERTIFICATE_UNUSABLE";

const contextOf = (
  { cloud, clientId, clock }: TokenRequestOptions,
  { tenant, resource }: Target,
  proof: Proof,
): RefusalContext => ({
  tenant,
  clientId,
  resource,
  loginHost: cloud.loginHost,
  consentUrl: adminConsentUrl(cloud.loginHost, tenant, clientId),
  presented: proof.presented(),
  clockBehindSeconds: Math.round(clock.behindMs() / 1000),
});

/** Sends, and sends again once if the refusal corrected the clock or named the missing claims. */
async function corrected(
  clock: ServerClock,
  claims: string | undefined,
  send: (claims: string | undefined) => Promise<AcquiredToken>,
): Promise<AcquiredToken> {
  const behindMs = clock.behindMs();
  try {
    return await send(claims);
  } catch (error) {
    if (!(error instanceof EntraRefused)) throw error;
    const { refusal } = error;
    const correctedMs = Math.abs(clock.behindMs() - behindMs);
    if (isClockRefusal(refusal) && correctedMs > CLOCK_STEP_MS) return await send(claims);
    if (refusal.claims !== undefined && claims === undefined) return await send(refusal.claims);
    throw error;
  }
}

/**
 * Sends one request with an application object of its own. MSAL's cache is not used: it slows down with
 * its size and makes callers wait for refreshes, and its throttle cache fails callers.
 */
async function sendOnce(
  { cloud, clientId, send, clock }: TokenRequestOptions,
  proof: Proof,
  { tenant, resource, claims, signal }: Target,
): Promise<AcquiredToken> {
  const networkClient = createNetworkClient(send, {
    ...(signal && { signal }),
    onAnswer: (time, refusal) =>
      clock.observe(time, { confirmed: refusal !== undefined && isClockRefusal(refusal) }),
  });
  const application = new ConfidentialClientApplication({
    auth: {
      clientId,
      authority: `https://${cloud.loginHost}/${tenant}`,
      // We can answer a claims challenge (continuous access evaluation of Graph).
      clientCapabilities: ["cp1"],
      ...proof.auth,
    },
    system: { networkClient, loggerOptions: SILENT },
  });
  const result = await application.acquireTokenByClientCredential({
    scopes: [scopeOf(resource)],
    // Regions are for Microsoft's own services, but MSAL_FORCE_REGION would switch them on.
    azureRegion: "DisableMsalForceRegion",
    ...(claims === undefined ? {} : { claims }),
  });
  return toToken(result, proof.thumbprint, clock.now() - clock.behindMs());
}

type Logging = NonNullable<NonNullable<Configuration["system"]>["loggerOptions"]>;

const SILENT: Logging = {
  logLevel: LogLevel.Error,
  piiLoggingEnabled: false,
  loggerCallback: () => undefined,
};

/**
 * MSAL's result with its instants by our own clock. MSAL computes them from the machine's date; the time
 * that is left is the same by both.
 */
function toToken(
  result: AuthenticationResult | null,
  thumbprint: string | undefined,
  nowMs: number,
): AcquiredToken {
  if (!result?.accessToken) throw new EntraUnreachable("the answer holds no token");
  const expiresMs = result.expiresOn?.getTime() ?? Number.NaN;
  // If the answer names no lifetime, MSAL computes NaN, or the present in rounded seconds.
  if (!(expiresMs - Date.now() > LEAST_LIFE_MS)) {
    throw new EntraUnreachable("the token has no lifetime");
  }
  const aheadMs = nowMs - Date.now();
  // Frozen, because all callers share it.
  return Object.freeze({
    token: result.accessToken,
    expiresAtMs: expiresMs + aheadMs,
    refreshAtMs: result.refreshOn && result.refreshOn.getTime() + aheadMs,
    roles: Object.freeze(rolesOf(result.accessToken)),
    thumbprint,
  });
}

/** An error that is not a refusal of Entra: there was no answer, or MSAL could not read it. */
function unreachable(error: unknown): unknown {
  if (!(error instanceof AuthError)) return error;
  const why = error instanceof EntraUnreachable ? error.reason : error.errorCode;
  return new OperatorError("TOKEN_UNREACHABLE", `Entra gave no token: ${why}.`, {
    fix: "No action needed if it passes; otherwise check DNS, proxies and firewalls on the way to Entra.",
    disposition: "retry",
  });
}
