import { backoffMs } from "../../core/backoff.ts";
import type { Clock } from "../../core/clock.ts";
import { retryAfterMs } from "../../core/retry-after.ts";

/** The time-out of one attempt, including the answer's body. Entra answers in well under a second. */
const ATTEMPT_MS = 10_000;
const ATTEMPTS = 3;
const BACKOFF = { baseMs: 500, capMs: 4_000 };
/** A longer wait is left to the caller, which can put its message back on the queue. */
const PATIENCE_MS = 5_000;

interface PatientRequest {
  readonly method: "GET" | "POST";
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface PatientAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  /** The wait that the answer asks for, if it does. */
  readonly retryAfterMs: number | undefined;
}

/** There was no answer: every attempt ended in a time-out or a broken connection. */
export class NoAnswer extends Error {
  override readonly name = "NoAnswer";
  /** The error of the last attempt: `ECONNRESET`, `ENOTFOUND`, `timeout` … */
  readonly reason: string;

  constructor(reason: string) {
    super(`no answer after ${ATTEMPTS} attempts (${reason})`);
    this.reason = reason;
  }
}

/** The part of the global `fetch` that is used. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

export type PatientFetch = (url: string, request: PatientRequest) => Promise<PatientAnswer>;

/**
 * Sends requests that can be repeated safely, each attempt with its own time-out. Broken connections,
 * 408, 429 and 5xx are retried up to twice, after the wait that the answer asks for or a short back-off.
 * An answer that asks for a longer wait is returned at once. A redirect is never followed, because it
 * would send an assertion to another host.
 *
 * @throws NoAnswer
 */
export function createPatientFetch(options: {
  readonly fetch: Fetch;
  readonly clock: Clock;
  readonly random: () => number;
  readonly onDate?: (header: string | null, sentAtMs: number, receivedAtMs: number) => void;
}): PatientFetch {
  const { clock, random } = options;

  async function attempt(url: string, request: PatientRequest): Promise<PatientAnswer> {
    const expiry = new AbortController();
    const answered = new AbortController();
    void clock.sleep(ATTEMPT_MS, answered.signal).then(() => expiry.abort(new TimedOut()));
    try {
      const sentAtMs = clock.now();
      const response = await options.fetch(url, {
        method: request.method,
        headers: { ...request.headers },
        body: request.body ?? null,
        redirect: "manual",
        signal: expiry.signal,
      });
      options.onDate?.(response.headers.get("date"), sentAtMs, clock.now());
      const text = await response.text();
      const headers = Object.fromEntries(response.headers);
      const waitMs = waitAsked(response.headers, clock.now());
      return { status: response.status, headers, text, retryAfterMs: waitMs };
    } catch (error) {
      throw new Broken(reasonOf(error));
    } finally {
      answered.abort();
    }
  }

  return async (url, request) => {
    for (let count = 1; ; count++) {
      let waitMs = backoffMs(count, random, BACKOFF);
      try {
        const answer = await attempt(url, request);
        waitMs = answer.retryAfterMs ?? waitMs;
        if (!isPassing(answer.status) || count === ATTEMPTS || waitMs > PATIENCE_MS) return answer;
      } catch (error) {
        if (!(error instanceof Broken)) throw error;
        if (count === ATTEMPTS) throw new NoAnswer(error.message);
      }
      await clock.sleep(waitMs);
    }
  };
}

/**
 * The wait that an answer asks for: in milliseconds by the headers that Azure's services may add
 * (azure-sdk, core-rest-pipeline), in seconds, or until a date, which is by the server's clock.
 */
function waitAsked(headers: Headers, nowMs: number): number | undefined {
  for (const name of ["retry-after-ms", "x-ms-retry-after-ms"]) {
    const text = headers.get(name) ?? "";
    if (/^\d+$/.test(text)) return Number(text);
  }
  const theirNowMs = Date.parse(headers.get("date") ?? "");
  return retryAfterMs(headers.get("retry-after"), Number.isNaN(theirNowMs) ? nowMs : theirNowMs);
}

const isPassing = (status: number): boolean => status === 408 || status === 429 || status >= 500;

class Broken extends Error {}
class TimedOut extends Error {
  readonly code = "timeout";
}

/** The code of the socket's error, which `fetch` puts in its cause. The message could hold a URL. */
function reasonOf(error: unknown): string {
  for (let at = error; at instanceof Error; at = at.cause) {
    const code: unknown = "code" in at ? at.code : undefined;
    if (typeof code === "string" && code !== "") return code;
  }
  return error instanceof Error ? error.name : "unknown";
}
