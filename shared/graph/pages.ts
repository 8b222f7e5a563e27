import { OperatorError } from "../core/errors.ts";
import type { GraphAnswer, GraphRead } from "../core/graph-request.ts";
import { isRecord, recordOf } from "../core/record.ts";
import { assertSendable } from "./assert-sendable.ts";
import { graphAnswer } from "./batch.ts";
import { jsonOf } from "./json-of.ts";
import { isTransient, retryDelayMs } from "./retry-delay.ts";
import type { Service } from "./service.ts";
import type { Graph } from "./types.ts";
import { costOf, expectedUnits } from "./units.ts";

const MOST_ATTEMPTS = 8;

/**
 * Makes `Graph.pages`. A listing is complete only when a well-formed page has no next link. The next link
 * is opaque, and is followed only below our own root because our token goes with it; the read's own
 * headers go with every page (paging documentation). A caller that starts again may see pages twice.
 */
export function createPages(service: Service): Graph["pages"] {
  const { root } = service;
  return async function* pages(read) {
    assertSendable(read);
    const seen = new Set<string>();
    const name = collectionOf(read);
    let url = root + read.url;
    for (let number = 1; ; number += 1) {
      const page = `page ${number} of a listing of ${name}`;
      seen.add(url);
      const answer = await getPage(service, url, read.headers, page);
      if (answer.status < 200 || answer.status > 299) throw refusedPage(page, answer);
      const body = recordOf(answer.body);
      const { value } = body;
      if (!Array.isArray(value) || !value.every(isRecord)) {
        throw incomplete(`${page} has no list of objects (request-id ${answer.requestId})`, RETRY);
      }
      yield value;
      const next = body["@odata.nextLink"];
      if (next === undefined) return;
      if (typeof next !== "string" || !isBelow(root, next)) {
        throw incomplete(`${page} names a next page outside ${root}`, STRANGE_LINK);
      }
      if (seen.has(next)) throw incomplete(`${page} names a next page that was read before`, RETRY);
      url = next;
    }
  };
}

/** Reads one page, and retries while a retry may help. */
async function getPage(
  service: Service,
  url: string,
  headers: GraphRead["headers"],
  page: string,
): Promise<GraphAnswer> {
  const { clock, units, root } = service;
  const expected = expectedUnits(url.slice(root.length));
  for (let attempt = 1; ; attempt += 1) {
    const grantedAt = await units.take(expected);
    const answer = await get(service, url, headers);
    const lost = "lost" in answer;
    if (lost) units.lost({ grantedAt });
    else {
      const cost = costOf(answer) ?? expected;
      units.answered([answer], { grantedAt, units: expected, cost });
      if (!isTransient(answer.status)) return answer;
    }
    const asked = lost ? undefined : answer.retryAfterMs;
    if (!lost && answer.status === 429) {
      service.reportThrottle({ scope: "batch", retryAfterMs: asked, headers: answer.headers });
    }
    const delayMs = retryDelayMs(attempt, asked, service);
    if (attempt === MOST_ATTEMPTS || delayMs > LONGEST_WAIT_MS) {
      const why = lost ? answer.lost : `${answer.status} ${answer.error?.code ?? ""}`;
      throw incomplete(`${page} stayed unanswered in ${attempt} attempts (last: ${why})`, {
        ...RETRY,
        retryAfterMs: delayMs,
      });
    }
    await clock.sleep(delayMs);
  }
}

const LONGEST_WAIT_MS = 120_000;

async function get(
  service: Service,
  url: string,
  headers: GraphRead["headers"],
): Promise<GraphAnswer | { readonly lost: string }> {
  const answer = await service.ask({ method: "GET", url, headers });
  if ("lost" in answer) return answer;
  const { status, text } = answer;
  const requestId = answer.headers["request-id"] ?? answer.headers["client-request-id"] ?? "";
  const body = jsonOf(text);
  if (status < 300 && body === undefined) {
    return { lost: `a body cut off at ${text.length} characters (request-id ${requestId})` };
  }
  const answered = { status, headers: answer.headers, body: body ?? text, requestId };
  return graphAnswer(answered, service.clock.now());
}

/** Whether `link` points to our own host and API version. */
function isBelow(root: string, link: string): boolean {
  if (!URL.canParse(link)) return false;
  const { origin, pathname, username, password, hash } = new URL(link);
  const ours = new URL(root);
  const plain = username === "" && password === "" && hash === "";
  return plain && origin === ours.origin && pathname.startsWith(`${ours.pathname}/`);
}

/** The first segment of the URL; the rest may name a person. */
const collectionOf = ({ url }: GraphRead): string => /^\/(\w+)/.exec(url)?.[1] ?? "objects";

interface Remedy {
  readonly fix: string;
  readonly disposition: "retry" | "stop";
  readonly retryAfterMs?: number;
}

const RETRY: Remedy = {
  fix: "The pages read so far are discarded and the listing is retried automatically. If it repeats, see Microsoft 365 service health.",
  disposition: "retry",
};

const STRANGE_LINK: Remedy = {
  fix: "The pages read so far are discarded, and no token was sent there. Check whether a proxy answers in place of Graph, and whether CLOUD names the right cloud.",
  disposition: "stop",
};

function incomplete(what: string, remedy: Remedy): OperatorError {
  const sentence = `${what.charAt(0).toUpperCase()}${what.slice(1)}.`;
  return new OperatorError("READ_INCOMPLETE", sentence, remedy);
}

function refusedPage(page: string, { status, error, requestId }: GraphAnswer): OperatorError {
  const code = error?.code ?? "no code";
  return incomplete(
    `${page} was refused with ${status} ${code} (request-id ${requestId})`,
    remedyOf(status, code),
  );
}

function remedyOf(status: number, code: string): Remedy {
  if (code === "Directory_ExpiredPageToken") {
    return {
      fix: "The listing took longer than Graph keeps its place in it. The pages read so far are discarded and the listing is retried automatically. If it repeats, the reads are too slow: see graph.throttled.",
      disposition: "retry",
    };
  }
  if (status === 401 || status === 403) {
    return {
      fix: "The pages read so far are discarded. Grant the application the permission that this listing needs, with admin consent (docs/permissions.md).",
      disposition: "stop",
    };
  }
  return {
    fix: "The pages read so far are discarded. Graph refuses this request: look up its code in docs/errors.md.",
    disposition: "stop",
  };
}
