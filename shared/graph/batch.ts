import { BATCH_LIMIT } from "../core/chunk.ts";
import type { GraphAnswer, GraphRequest } from "../core/graph-request.ts";
import { isRecord, recordOf } from "../core/record.ts";
import { retryAfterMs } from "../core/retry-after.ts";
import { assertSendable } from "./assert-sendable.ts";
import { parseGraphError } from "./errors.ts";

/**
 * Makes the `$batch` body for 1 to 20 independent requests, with the ids `r1`, `r2`, … in their order.
 * A part with a body gets a Content-Type, and a POST without a body sends `{}`: Graph requires both
 * (json-batching, "While the target URL doesn't require a request body…").
 *
 * @throws TypeError for a request that must not be sent; RangeError for 0 or more than 20 requests.
 */
export function packBatch(requests: readonly GraphRequest[]): string {
  if (requests.length === 0 || requests.length > BATCH_LIMIT) {
    throw new RangeError(`a $batch takes 1 to ${BATCH_LIMIT} requests`);
  }
  return JSON.stringify({ requests: requests.map(part) });
}

const partId = (index: number): string => `r${index + 1}`;

function part(request: GraphRequest, index: number): Record<string, unknown> {
  assertSendable(request);
  const { method, url } = request;
  const headers = "headers" in request ? request.headers : undefined;
  const body = "body" in request ? request.body : method === "POST" ? {} : undefined;
  const common = { id: partId(index), method, url };
  if (body === undefined) return headers ? { ...common, headers } : common;
  return { ...common, headers: { ...headers, "Content-Type": "application/json" }, body };
}

/**
 * Returns the parts of a `$batch` response in the order of its `count` requests. Ids match in any order
 * and case; unknown ids are ignored. A part is `undefined` if it is missing, malformed, or present twice
 * with different statuses: its outcome is unknown. The result is `undefined` if `body` is not a `$batch`
 * response.
 */
export function unpackBatch(
  body: unknown,
  { count, requestId, nowMs }: { count: number; requestId: string; nowMs: number },
): (GraphAnswer | undefined)[] | undefined {
  const responses = recordOf(body)["responses"];
  if (!Array.isArray(responses)) return undefined;
  const found = new Map<string, GraphAnswer | undefined>();
  const headersOf = createHeaders();
  for (const response of responses) {
    if (!isRecord(response) || typeof response["id"] !== "string") continue;
    const id = response["id"].toLowerCase();
    const about = { headers: headersOf(response["headers"]), requestId: `${requestId}/${id}` };
    const answer = toAnswer(response, about, nowMs);
    const agrees = !found.has(id) || found.get(id)?.status === answer?.status;
    found.set(id, agrees ? answer : undefined);
  }
  return Array.from({ length: count }, (_, index) => found.get(partId(index)));
}

function toAnswer(
  response: Readonly<Record<string, unknown>>,
  about: Pick<GraphAnswer, "headers" | "requestId">,
  nowMs: number,
): GraphAnswer | undefined {
  const { status, body } = response;
  if (typeof status !== "number" || !Number.isInteger(status) || status < 100 || status > 599) {
    return undefined;
  }
  return graphAnswer({ status, body, ...about }, nowMs);
}

/** Adds the parsed Retry-After and error to the response of one request or one part. */
export function graphAnswer(
  answered: Pick<GraphAnswer, "status" | "headers" | "body" | "requestId">,
  nowMs: number,
): GraphAnswer {
  const { status, headers, requestId } = answered;
  const wait = retryAfterMs(headers["retry-after"], nowMs);
  const answer = { status, headers, requestId, body: answered.body ?? undefined };
  if (wait === undefined && status < 400) return answer;
  return {
    ...answer,
    ...(wait === undefined ? {} : { retryAfterMs: wait }),
    ...(status < 400 ? {} : { error: parseGraphError(answered.body) }),
  };
}

/**
 * Makes the names of headers lower case. Parts with the same headers as the part before share one object:
 * answers are kept until a whole shard is planned.
 */
function createHeaders(): (headers: unknown) => Readonly<Record<string, string>> {
  let last: Readonly<Record<string, unknown>> = {};
  let lowered: Readonly<Record<string, string>> = {};
  return (headers) => {
    const own = recordOf(headers);
    if (!isSame(own, last)) {
      last = own;
      lowered = lowerCased(own);
    }
    return lowered;
  };
}

function isSame(
  one: Readonly<Record<string, unknown>>,
  other: Readonly<Record<string, unknown>>,
): boolean {
  const names = Object.keys(one);
  return (
    names.length === Object.keys(other).length &&
    names.every((name) => Object.hasOwn(other, name) && one[name] === other[name])
  );
}

function lowerCased(headers: Readonly<Record<string, unknown>>): Record<string, string> {
  const pairs = Object.entries(headers);
  return Object.fromEntries(pairs.map(([name, value]) => [name.toLowerCase(), String(value)]));
}
