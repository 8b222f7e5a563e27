import { backoffMs } from "../../core/backoff.ts";
import type { Clock } from "../../core/clock.ts";
import { retryAfterMs } from "../../core/retry-after.ts";
import type { TimeSeen } from "../certificate/server-clock.ts";

/** The time-out of one attempt, including the answer's body. Entra answers in well under a second. */
const ATTEMPT_MS = 10_000;
const ATTEMPTS = 3;
const BACKOFF = { baseMs: 500, capMs: 4_000 };
/** A longer wait is left to the caller, which can put its message back on the queue. */
const PATIENCE_MS = 5_000;
/** Entra's answers have some kilobytes; a longer one is not read. */
const MOST_BYTES = 1024 * 1024;

interface PatientRequest {
  readonly method: "GET" | "POST";
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Ends attempts and waits. */
  readonly signal?: AbortSignal | undefined;
}

export interface PatientAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  /** The wait that the answer asks for, if it does. */
  readonly retryAfterMs: number | undefined;
  readonly time: TimeSeen;
}

/** There was no answer: every attempt ended in a time-out or a broken connection. */
export class NoAnswer extends Error {
  override readonly name = "NoAnswer";
  /** The error of the last attempt: `ECONNRESET`, `ENOTFOUND`, `timeout` … */
  readonly reason: string;

  constructor(reason: string, attempts: number) {
    super(`no answer after ${attempts} attempts (${reason})`);
    this.reason = reason;
  }
}

/** The part of the global `fetch` that is used. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

export type PatientFetch = (url: string, request: PatientRequest) => Promise<PatientAnswer>;

interface PatientFetchOptions {
  readonly fetch: Fetch;
  readonly clock: Clock;
  readonly random: () => number;
}

/**
 * Sends requests that can be repeated safely, each attempt with its own time-out. Broken connections,
 * 408, 429 and 5xx are retried up to twice, after the wait that the answer asks for or a short back-off.
 * An answer that asks for a longer wait is returned at once. A redirect is never followed, because it
 * would send an assertion to another host.
 *
 * @throws NoAnswer
 */
export function createPatientFetch(options: PatientFetchOptions): PatientFetch {
  const { clock, random } = options;
  return async (url, request) => {
    for (let count = 1; ; count++) {
      let waitMs = backoffMs(count, random, BACKOFF);
      const isLast = (): boolean => count === ATTEMPTS || request.signal?.aborted === true;
      try {
        const answer = await attempt(options, url, request);
        waitMs = answer.retryAfterMs ?? waitMs;
        if (!isTransient(answer.status) || isLast() || waitMs > PATIENCE_MS) return answer;
      } catch (error) {
        if (!(error instanceof Broken)) throw error;
        if (isLast()) throw new NoAnswer(error.message, count);
      }
      await clock.sleep(waitMs, request.signal);
    }
  };
}

async function attempt(
  { fetch, clock }: PatientFetchOptions,
  url: string,
  request: PatientRequest,
): Promise<PatientAnswer> {
  const expiry = new AbortController();
  const answered = new AbortController();
  void clock.sleep(ATTEMPT_MS, answered.signal).then(() => expiry.abort(new TimedOut()));
  const signals = [expiry.signal, ...(request.signal ? [request.signal] : [])];
  try {
    const sentAtMs = clock.now();
    const response = await fetch(url, {
      method: request.method,
      headers: { ...request.headers },
      body: request.body ?? null,
      redirect: "manual",
      signal: AbortSignal.any(signals),
    });
    const receivedAtMs = clock.now();
    return {
      status: response.status,
      headers: Object.fromEntries(response.headers),
      text: await textOf(response),
      retryAfterMs: waitAsked(response.headers, clock.now()),
      time: { date: response.headers.get("date"), sentAtMs, receivedAtMs },
    };
  } catch (error) {
    throw new Broken(reasonOf(error));
  } finally {
    answered.abort();
  }
}

/** @throws TooLong, which also ends the download. */
async function textOf(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength;
    if (size > MOST_BYTES) throw new TooLong();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
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

const isTransient = (status: number): boolean => status === 408 || status === 429 || status >= 500;

class Broken extends Error {}
class TimedOut extends Error {
  readonly code = "timeout";
}
class TooLong extends Error {
  readonly code = `longer than ${MOST_BYTES} bytes`;
}

/** The code of the socket's error, which `fetch` puts in its cause. The message could hold a URL. */
function reasonOf(error: unknown): string {
  for (let at = error; at instanceof Error; at = at.cause) {
    const code: unknown = "code" in at ? at.code : undefined;
    if (typeof code === "string" && code !== "") return code;
  }
  return error instanceof Error ? error.name : "unknown";
}
