import type { Clock } from "../core/clock.ts";
import type { TokenDemand } from "../core/contracts/token-demand.ts";
import { OperatorError } from "../core/errors.ts";
import type { HttpAnswer, HttpRequest, Send } from "./transport.ts";

/** Gets a token for Graph in one tenant; its errors pass through unchanged. */
export type GetToken = (demand?: TokenDemand) => Promise<{ readonly token: string }>;

/** A request before its token and time limit are added. */
type Unauthorized = Pick<HttpRequest, "method" | "url" | "headers" | "body">;

/** A response; `refuseToken` reports that a part inside it refused the token. */
export interface Answered extends HttpAnswer {
  readonly refuseToken: (challenge: string | undefined) => void;
}

/** No complete response came, and why: the outcome of the request is unknown. */
export interface Lost {
  readonly lost: string;
}

/**
 * When a request's time is over, by the clock that says so first: the wall clock may be set back, and
 * the monotonic clock may stop while the machine is suspended. Milliseconds.
 */
interface Deadline {
  readonly wallMs: number;
  readonly monotonicMs: number;
}

/** Sends with a token, by the deadline at the latest. */
export type SendAuthorized = (
  request: Unauthorized,
  deadline: Deadline,
) => Promise<Answered | Lost>;

/**
 * Adds the token. After a 401, which changed nothing, it gets a new token, with the claims that Graph
 * asked for if any (CAE), and sends the request once more. `refuseToken` is for a 401 inside a `$batch`:
 * the next request then gets a new token.
 *
 * @throws what the token module throws, and GRAPH_UNAVAILABLE (disposition `retry`) if the time was over
 *   before the request left. In both cases Graph received nothing.
 */
export function createSendAuthorized(options: {
  readonly getToken: GetToken;
  readonly send: Send;
  readonly clock: Clock;
}): SendAuthorized {
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
      // With a reason, because a DOMException is made for each request otherwise.
      limit.abort("not needed");
    }
  }

  async function sendBy(
    deadline: Deadline,
    request: Unauthorized,
    bearer: string,
  ): Promise<Answered | Lost> {
    const headers = { ...request.headers, authorization: `Bearer ${bearer}` };
    // Check the clock right before the socket is used: a process that froze must not send late.
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

/** The socket's error, such as `ECONNRESET: read ECONNRESET`, or our time-out's. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return "an unknown error";
  const code = "code" in error && typeof error.code === "string" ? `${error.code}: ` : "";
  return code + error.message;
}

/**
 * What to ask of the token module after a 401. The claims of `error="insufficient_claims"` are base64 of
 * JSON (claims-challenge, continuous access evaluation); anything else is ignored. Exported for its
 * tests: real challenges come in more forms than a server in a test can send.
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
  new OperatorError("GRAPH_UNAVAILABLE", "A request to Graph ran out of time before it was sent.", {
    fix: "The request is retried automatically. If it repeats, the instance is short of CPU or the token endpoint is slow: see the event token.failed.",
    disposition: "retry",
  });
