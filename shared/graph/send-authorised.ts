import type { Clock } from "../core/clock.ts";
import { OperatorError } from "../core/errors.ts";
import type { HttpAnswer, HttpRequest, Send } from "./transport.ts";

/** Why the held token does not do, as the token module takes it. */
export interface TokenDemand {
  readonly rejected?: string;
  readonly claims?: string;
}

/** A token for Graph in one tenant; what it throws is the token module's to word. */
export type GetToken = (demand?: TokenDemand) => Promise<{ readonly token: string }>;

/** A request still without its token and its time limit. */
type Unauthorised = Pick<HttpRequest, "method" | "url" | "headers" | "body">;

/** An answer, and the way to say that the token it came with was refused inside it. */
export interface Answered extends HttpAnswer {
  readonly refuseToken: (challenge: string | undefined) => void;
}

/** No whole answer came, and why: nobody knows what became of the request. */
export interface Lost {
  readonly lost: string;
}

/**
 * When a request's time is over, by whichever clock says so first: the wall clock may be set back, the
 * monotonic one may stand still while a machine is suspended. Milliseconds.
 */
interface Deadline {
  readonly wallMs: number;
  readonly monotonicMs: number;
}

/** Sends with a token, by the deadline at the latest. */
export type SendAuthorised = (
  request: Unauthorised,
  deadline: Deadline,
) => Promise<Answered | Lost>;

/**
 * Adds the token, and after a 401 gets a new one, with the claims where Graph asked for some (CAE), and
 * sends once more: a 401 did nothing. `refuseToken` is for a 401 inside a `$batch`: the next request
 * then brings a new token.
 *
 * @throws what the token module throws, and GRAPH_UNAVAILABLE (disposition `retry`) where the time was
 *   over before it left. Both only while nothing was taken.
 */
export function createSendAuthorised(options: {
  readonly getToken: GetToken;
  readonly send: Send;
  readonly clock: Clock;
}): SendAuthorised {
  const { getToken, send, clock } = options;
  let newest = "";
  let demand: TokenDemand | undefined;

  const left = ({ wallMs, monotonicMs }: Deadline): number =>
    Math.min(wallMs - clock.now(), monotonicMs - clock.monotonic());

  async function token(deadline: Deadline, asked: TokenDemand | undefined): Promise<string> {
    const leftMs = left(deadline);
    if (leftMs <= 0) throw timeIsOver();
    const limit = new AbortController();
    const late = clock.sleep(leftMs, limit.signal).then(() => {
      if (!limit.signal.aborted) throw timeIsOver();
      return { token: "" };
    });
    try {
      newest = (await Promise.race([getToken(asked), late])).token;
      return newest;
    } finally {
      limit.abort();
    }
  }

  async function sendBy(
    deadline: Deadline,
    request: Unauthorised,
    bearer: string,
  ): Promise<Answered | Lost> {
    const headers = { ...request.headers, authorization: `Bearer ${bearer}` };
    // The last look at the clock is right before the socket: a process that froze must not send late.
    const timeoutMs = left(deadline);
    if (timeoutMs <= 0) throw timeIsOver();
    try {
      const answer = await send({ ...request, headers, timeoutMs });
      const refuseToken = (challenge: string | undefined): void => {
        if (bearer === newest) demand = demandAfter(bearer, challenge);
      };
      return { ...answer, refuseToken };
    } catch (error) {
      return { lost: reasonOf(error) };
    }
  }

  return async (request, deadline) => {
    const asked = demand;
    demand = undefined;
    const bearer = await token(deadline, asked);
    const answer = await sendBy(deadline, request, bearer);
    if ("lost" in answer || answer.status !== 401) return answer;
    const after = demandAfter(bearer, answer.headers["www-authenticate"]);
    const renewed = await token(deadline, after);
    return renewed === bearer ? answer : sendBy(deadline, request, renewed);
  };
}

/** A socket's own words: `ECONNRESET: read ECONNRESET`, or ours, when we gave up. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return "an unknown error";
  const code = "code" in error && typeof error.code === "string" ? `${error.code}: ` : "";
  return code + error.message;
}

/**
 * What to ask of the token module after a 401: the claims of `error="insufficient_claims"` are base64
 * of JSON (claims-challenge, continuous access evaluation); anything else there is no claims.
 */
export function demandAfter(rejected: string, challenge: string | undefined): TokenDemand {
  if (!/error\s*=\s*"?insufficient_claims\b/i.test(challenge ?? "")) return { rejected };
  const encoded = /\bclaims\s*=\s*"([^"]+)"/i.exec(challenge ?? "")?.[1] ?? "";
  const claims = Buffer.from(encoded, "base64").toString("utf8");
  try {
    JSON.parse(claims);
    return { rejected, claims };
  } catch {
    return { rejected };
  }
}

const timeIsOver = (): OperatorError =>
  new OperatorError(
    "GRAPH_UNAVAILABLE",
    "The time of a request to Graph was over before it left.",
    {
      fix: "Nothing was sent, and it is tried again by itself. If it repeats, the instance is short of processor time or the token endpoint is slow: see token.failed.",
      disposition: "retry",
    },
  );
