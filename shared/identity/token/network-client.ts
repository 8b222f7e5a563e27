import { AuthError, type INetworkModule } from "@azure/msal-node";

import { NoAnswer, type PatientAnswer, type PatientFetch } from "./patient-fetch.ts";
import { type Refusal, readRefusal } from "./refusal.ts";

/** Entra said no. Of MSAL's error family, since MSAL hides every other error as `network_error`. */
export class EntraRefused extends AuthError {
  readonly refusal: Refusal;

  constructor(refusal: Refusal) {
    super("entra_refused", refusal.correlationId, `HTTP ${refusal.status}`);
    // AuthError's constructor sets the prototype to its own.
    Object.setPrototypeOf(this, EntraRefused.prototype);
    this.refusal = refusal;
  }
}

/** Entra did not answer, or something that is not Entra did. */
export class EntraUnreachable extends AuthError {
  readonly reason: string;

  constructor(reason: string) {
    super("entra_unreachable", "", reason);
    Object.setPrototypeOf(this, EntraUnreachable.prototype);
    this.reason = reason;
  }
}

/**
 * MSAL's way to the network. Every answer but a success is thrown rather than returned: MSAL 7 keeps
 * a throttle cache that one 429 or 5xx arms, and then fails all callers for a minute without asking
 * (msal-common ThrottlingUtils.ts), and it loses the status of an answer that is not JSON.
 */
export function createNetworkClient(send: PatientFetch): INetworkModule {
  async function exchange(url: string, request: Parameters<PatientFetch>[1]) {
    let answer: PatientAnswer;
    try {
      answer = await send(url, request);
    } catch (error) {
      throw error instanceof NoAnswer ? new EntraUnreachable(error.message) : error;
    }
    if (answer.status < 200 || answer.status >= 300) {
      throw new EntraRefused(readRefusal(answer.status, answer.text, answer.retryAfterMs));
    }
    return {
      status: answer.status,
      headers: { ...answer.headers },
      body: parseSuccess(answer.text),
    };
  }
  return {
    sendGetRequestAsync: (url, options) =>
      exchange(url, { method: "GET", headers: options?.headers ?? {} }),
    sendPostRequestAsync: (url, options) =>
      exchange(url, { method: "POST", headers: options?.headers ?? {}, body: options?.body ?? "" }),
  };
}

/** MSAL names the type that it expects; all that can be checked here is that there is an object. */
function parseSuccess(text: string) {
  try {
    const body = JSON.parse(text);
    if (typeof body === "object" && body !== null) return body;
  } catch {
    // Said below: the parser's message would quote the body.
  }
  throw new EntraUnreachable("the answer is not Entra's: a proxy or portal may have sent it");
}
