import type { GraphRequest } from "../core/graph-request.ts";
import { retryAfterMs } from "../core/retry-after.ts";
import { packBatch, unpackBatch } from "./batch.ts";
import { parseGraphError } from "./errors.ts";
import { jsonOf } from "./json-of.ts";
import type { Service } from "./service.ts";
import type { HttpAnswer } from "./transport.ts";
import type { Graph, PostResult } from "./types.ts";

/** Makes `Graph.post`. */
export function createPost(service: Service): Graph["post"] {
  return async (requests: readonly GraphRequest[], { intentAtMs } = {}) => {
    const body = packBatch(requests);
    const url = `${service.root}/$batch`;
    const answer = await service.ask({ method: "POST", url, body, intentAtMs });
    if ("lost" in answer) return { kind: "lost", reason: answer.lost };
    const result = readPost(answer, requests.length, service.clock.now());
    if (result.kind === "not-taken" && result.status === 429) {
      const { retryAfterMs: wait } = result;
      service.reportThrottle({ scope: "batch", retryAfterMs: wait, headers: answer.headers });
    }
    if (result.kind === "answered") {
      reportParts(service, result.parts);
      const refused = result.parts.find((part) => part?.status === 401);
      if (refused) answer.refuseToken(refused.headers["www-authenticate"]);
    }
    return result;
  };
}

/**
 * What the response to a `$batch` post means. A body with `responses` answers the parts, for any
 * status of the envelope. Otherwise a 4xx means that Graph refused the post before any part ran, except
 * 408, which may have cut a running post off. Anything else leaves every part in doubt.
 */
function readPost(answer: HttpAnswer, count: number, nowMs: number): PostResult {
  const { status, headers, text } = answer;
  const requestId = headers["request-id"] ?? headers["client-request-id"] ?? "";
  const body = jsonOf(text);
  const parts = unpackBatch(body, { count, requestId, nowMs });
  if (parts) return { kind: "answered", requestId, parts };
  const wait = retryAfterMs(headers["retry-after"], nowMs);
  if (status >= 400 && status < 500 && status !== 408) {
    return {
      kind: "not-taken",
      status,
      headers: throttleHeaders(headers),
      retryAfterMs: wait,
      error: parseGraphError(body ?? text),
    };
  }
  const what =
    status >= 200 && status < 300
      ? `no $batch answer in a body of ${text.length} characters`
      : `status ${status} around the whole`;
  return {
    kind: "lost",
    reason: `${what} (request-id ${requestId})`,
    status,
    retryAfterMs: wait,
  };
}

/** Why Graph refused. The others may echo what was sent. */
const throttleHeaders = (headers: HttpAnswer["headers"]): HttpAnswer["headers"] =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => name.startsWith("x-ms-throttle-")));

/** Reports all throttled parts of a post as one event, with the longest wait. */
function reportParts(
  service: Service,
  parts: Extract<PostResult, { kind: "answered" }>["parts"],
): void {
  const throttled = parts.filter((part) => part !== undefined).filter(is429);
  const [first] = throttled;
  if (!first) return;
  const waits = throttled.flatMap((part) => part.retryAfterMs ?? []);
  service.reportThrottle({
    scope: "part",
    parts: throttled.length,
    retryAfterMs: waits.length === 0 ? undefined : Math.max(...waits),
    headers: first.headers,
  });
}

const is429 = ({ status }: { readonly status: number }): boolean => status === 429;
