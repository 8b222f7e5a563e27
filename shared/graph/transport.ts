import * as http from "node:http";
import * as https from "node:https";
import { urlToHttpOptions } from "node:url";

/** One HTTP exchange. */
export interface HttpRequest {
  readonly method: "GET" | "POST";
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
  /** From now to the last byte of the response. */
  readonly timeoutMs: number;
}

export interface HttpAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

/** Rejects with an Error, whose message contains no secret, if no complete response came. */
export type Send = (request: HttpRequest) => Promise<HttpAnswer>;

/** A page of 999 users with every property is about 3 MB. */
const LARGEST_ANSWER_BYTES = 32 * 1024 * 1024;
/** Below the shortest idle time-out of servers and proxies, so that none closes a connection as we send. */
const IDLE_MS = 4_000;

/**
 * HTTP over kept-alive connections. After a 503 every further request uses a new connection, as Graph's
 * best practices ask: the old one leads to an unhealthy front end. The global fetch cannot do this, so
 * it is node:https. Redirects are not followed: the token is for one host.
 */
export function createTransport({ idleMs = IDLE_MS }: { idleMs?: number } = {}): Send {
  let agents = freshAgents(idleMs);
  return async (request) => {
    const answer = await exchange(request, agents);
    if (answer.status === 503) agents = freshAgents(idleMs);
    return answer;
  };
}

interface Agents {
  readonly http: http.Agent;
  readonly https: https.Agent;
}

function freshAgents(idleMs: number): Agents {
  const options = { keepAlive: true, timeout: idleMs };
  return { http: new http.Agent(options), https: new https.Agent(options) };
}

/** The last URL, parsed: nearly all requests are posts to the one of `$batch`. */
let lastPlace: { readonly url: string; readonly place: http.RequestOptions } | undefined;

function placeOf(url: string): http.RequestOptions {
  if (lastPlace?.url !== url) lastPlace = { url, place: urlToHttpOptions(new URL(url)) };
  return lastPlace.place;
}

async function exchange(request: HttpRequest, agents: Agents): Promise<HttpAnswer> {
  const { method, url, headers, body, timeoutMs } = request;
  const place = placeOf(url);
  const sent =
    place.protocol === "https:"
      ? https.request({ ...place, method, headers, agent: agents.https })
      : http.request({ ...place, method, headers, agent: agents.http });
  let open: { destroy(error: Error): unknown } = sent;
  const timer = setTimeout(
    () => open.destroy(new Error(`no whole answer within ${timeoutMs / 1000} s`)),
    timeoutMs,
  );
  try {
    const response = await respond(sent, body);
    open = response;
    return { ...headOf(response), text: await read(response) };
  } finally {
    clearTimeout(timer);
  }
}

const respond = (sent: http.ClientRequest, body?: string): Promise<http.IncomingMessage> =>
  new Promise((resolve, reject) => {
    sent.on("error", reject);
    sent.once("response", resolve);
    sent.end(body);
  });

async function read(response: http.IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > LARGEST_ANSWER_BYTES) throw new Error("the answer is larger than 32 MiB");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function headOf({ statusCode, headers: received }: http.IncomingMessage): Omit<HttpAnswer, "text"> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(received)) headers[name] = String(value);
  return { status: statusCode ?? 0, headers };
}
