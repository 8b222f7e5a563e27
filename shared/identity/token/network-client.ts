import { AuthError, type INetworkModule } from "@azure/msal-node";

import type { TimeSeen } from "../certificate/server-clock.ts";
import { NoAnswer, type PatientAnswer, type PatientFetch } from "./patient-fetch.ts";
import { type Refusal, isFromEntra, readRefusal } from "./refusal.ts";

/** Entra refused. An AuthError, because MSAL turns every other error into `network_error`. */
export class EntraRefused extends AuthError {
  readonly refusal: Refusal;

  constructor(refusal: Refusal) {
    super("entra_refused", refusal.correlationId, `HTTP ${refusal.status}`);
    // AuthError's constructor sets its own prototype.
    Object.setPrototypeOf(this, EntraRefused.prototype);
    this.refusal = refusal;
  }
}

/** Entra did not answer, or something other than Entra did. */
export class EntraUnreachable extends AuthError {
  readonly reason: string;

  constructor(reason: string) {
    super("entra_unreachable", "", reason);
    Object.setPrototypeOf(this, EntraUnreachable.prototype);
    this.reason = reason;
  }
}

interface NetworkClientOptions {
  /** Called with the time of each answer that Entra made, and the refusal if it is one. */
  readonly onAnswer?: (time: TimeSeen, refusal: Refusal | undefined) => void;
  /** Ends requests and waits. */
  readonly signal?: AbortSignal;
}

/**
 * The network client for MSAL. It throws every answer except a success instead of returning it: a 429
 * or 5xx would arm MSAL 7's throttle cache, which then fails all callers for a minute without a request
 * (msal-common ThrottlingUtils.ts), and MSAL loses the status of an answer that is not JSON.
 */
export function createNetworkClient(
  send: PatientFetch,
  { onAnswer, signal }: NetworkClientOptions = {},
): INetworkModule {
  async function exchange(url: string, request: Parameters<PatientFetch>[1]) {
    let answer: PatientAnswer;
    try {
      answer = await send(url, { ...request, signal });
    } catch (error) {
      throw error instanceof NoAnswer ? new EntraUnreachable(error.message) : error;
    }
    const { status, text, headers, time } = answer;
    if (status < 200 || status >= 300) {
      const refusal = readRefusal(status, text, answer.retryAfterMs);
      if (isFromEntra(refusal)) onAnswer?.(time, refusal);
      throw new EntraRefused(refusal);
    }
    const body = parseSuccess(text);
    if (typeof body["access_token"] === "string") onAnswer?.(time, undefined);
    return { status, headers: { ...headers }, body };
  }
  return {
    sendGetRequestAsync: (url, options) =>
      exchange(url, { method: "GET", headers: options?.headers ?? {} }),
    sendPostRequestAsync: (url, options) =>
      exchange(url, { method: "POST", headers: options?.headers ?? {}, body: options?.body ?? "" }),
  };
}

/** Checks only that the answer is an object; MSAL declares the type that it expects. */
function parseSuccess(text: string) {
  try {
    const body = JSON.parse(text);
    if (typeof body === "object" && body !== null) return body;
  } catch {
    // Thrown below without the parser's message, which would quote the body.
  }
  throw new EntraUnreachable("the answer is not from Entra: a proxy or portal may have sent it");
}
