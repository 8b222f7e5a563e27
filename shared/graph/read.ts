import type { Clock } from "../core/clock.ts";
import { OperatorError } from "../core/errors.ts";
import type { GraphAnswer } from "../core/graph-request.ts";
import { createOpenReads, type OpenRead, type OpenReads } from "./open-reads.ts";
import { isTransient, retryDelayMs } from "./retry-delay.ts";
import type { Service } from "./service.ts";
import type { Graph, PostResult } from "./types.ts";
import { costOf, expectedUnits } from "./units.ts";

/** Eight posts use the read budget: 480 units a second, a third of a second for an answer. */
const POSTS_IN_FLIGHT = 8;
const MOST_ATTEMPTS = 8;
/** Counted from a read's first post. After it the caller had better come back later. */
const LONGEST_MS = 120_000;

/**
 * Makes `Graph.readAll`. It sends posts of 20 while fewer than eight are in flight and the pacer of
 * resource units allows it. A read that was throttled, lost or left out waits as long as its own answer
 * asked, and then goes into a later post with whatever else is ready.
 */
export function createReadAll(service: Service, post: Graph["post"]): Graph["readAll"] {
  const { clock, units } = service;
  return async (requests, { unanswered } = {}) => {
    const answers: GraphAnswer[] = [];
    const open = createOpenReads(requests);
    const underWay = new Set<Promise<void>>();
    const failures: unknown[] = [];

    async function send(reads: readonly OpenRead[]): Promise<void> {
      const costs = reads.map(({ read }) => expectedUnits(read.url));
      const expected = sum(costs);
      const grantedAt = await units.take(expected);
      for (const each of reads) {
        if (each.attempts === 0) each.firstAt = grantedAt;
        each.attempts += 1;
      }
      const result = await post(reads.map(({ read }) => read));
      settleUnits(service, costs, result, { expected, grantedAt });
      for (const [at, each] of reads.entries()) {
        const { answer, why, askedMs } = outcomeOf(result, at, each.attempts);
        if (answer) answers[each.index] = answer;
        else {
          const next = later(service, each, askedMs, why);
          if (!(next instanceof OperatorError)) open.repeat(next);
          else if (unanswered) unanswered(each.index, next);
          else throw next;
        }
      }
    }

    while (failures.length === 0 && !(open.isEmpty() && underWay.size === 0)) {
      const reads = underWay.size < POSTS_IN_FLIGHT ? open.next(clock.monotonic()) : [];
      if (reads.length === 0) {
        await change(open, underWay, clock);
        continue;
      }
      const sending: Promise<void> = send(reads)
        .catch((error: unknown) => void failures.push(error))
        .finally(() => underWay.delete(sending));
      underWay.add(sending);
    }
    await Promise.all(underWay);
    if (failures.length > 0) throw failures[0];
    return answers;
  };
}

/** Waits until a post is answered or a repeat is due. */
async function change(open: OpenReads, underWay: Set<Promise<void>>, clock: Clock): Promise<void> {
  const waitMs = open.soonest() - clock.monotonic();
  if (underWay.size >= POSTS_IN_FLIGHT || waitMs === Number.POSITIVE_INFINITY) {
    await Promise.race(underWay);
    return;
  }
  const timer = new AbortController();
  await Promise.race([...underWay, clock.sleep(Math.max(0, waitMs), timer.signal)]);
  timer.abort("not needed");
}

/** What a post means for its read at index `at`: the answer, or why there is none and the wait asked. */
function outcomeOf(
  result: PostResult,
  at: number,
  attempts: number,
): { answer?: GraphAnswer; why: string; askedMs?: number | undefined } {
  if (result.kind === "lost") return { why: result.reason, askedMs: result.retryAfterMs };
  if (result.kind === "not-taken") {
    if (result.status !== 429) throw refused(result);
    return { why: "throttled as a whole", askedMs: result.retryAfterMs };
  }
  const part = result.parts[at];
  if (!part) return { why: "left out of the answer" };
  const why = `${part.status} ${part.error?.code ?? ""}`;
  // A 401 is retried once, with the new token that it triggers.
  const again = isTransient(part.status) || (part.status === 401 && attempts === 1);
  return again ? { why, askedMs: part.retryAfterMs } : { answer: part, why };
}

/** Tells the pacer what a post really cost and which parts were refused. */
function settleUnits(
  { units }: Service,
  expectedCosts: readonly number[],
  result: PostResult,
  { expected, grantedAt }: { expected: number; grantedAt: number },
): void {
  if (result.kind === "not-taken" && result.status === 429) {
    units.refused(result.retryAfterMs, { grantedAt, units: expected });
  }
  if (result.kind === "lost") units.lost({ grantedAt, retryAfterMs: result.retryAfterMs });
  if (result.kind !== "answered") return;
  const costs = expectedCosts.map((cost, at) => {
    const part = result.parts[at];
    return (part && costOf(part)) ?? cost;
  });
  units.answered(result.parts, { grantedAt, units: expected, cost: sum(costs) });
}

/** `open` with the instant of its next attempt, or READ_INCOMPLETE if it has had its last. */
function later(
  service: Service,
  open: OpenRead,
  askedMs: number | undefined,
  why: string,
): OpenRead | OperatorError {
  const delayMs = retryDelayMs(open.attempts, askedMs, service);
  const notBefore = service.clock.monotonic() + delayMs;
  if (open.attempts < MOST_ATTEMPTS && notBefore - open.firstAt <= LONGEST_MS) {
    return { ...open, notBefore };
  }
  return new OperatorError(
    "READ_INCOMPLETE",
    `A read stayed unanswered in ${open.attempts} attempts (last: ${why}).`,
    {
      fix: "The read is retried automatically. If it repeats, see Microsoft 365 service health and the event graph.throttled.",
      disposition: "retry",
      retryAfterMs: delayMs,
    },
  );
}

const refused = ({ status, error }: Extract<PostResult, { kind: "not-taken" }>): OperatorError =>
  new OperatorError(
    "GRAPH_REFUSED",
    `Graph refused a whole $batch of reads with ${status} ${error?.code ?? "and no code"}.`,
    {
      fix: "401 and 403: check the application's registration, its consent and conditional access for workload identities. Any other code is a bug in this program: report it with the code.",
      disposition: "stop",
    },
  );

const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);
