import type { Clock } from "../../../../shared/core/clock.ts";
import type { Fault } from "../faults/fault-rule.ts";
import type { Random } from "../seed/random.ts";
import type { Admission } from "./admission.ts";
import type { Answer } from "./answer.ts";
import { batchParts } from "./batch-rules.ts";
import { pause, runBatch, type PartAnswer } from "./batch.ts";
import { GraphError, type Stamp } from "./graph-error.ts";
import type { Incoming } from "./incoming.ts";
import { begin, type Pending, type Surroundings } from "./perform.ts";

/** Performs an admitted request: one operation, or the parts of a `$batch`. */
export async function answerTo(
  { tenant, caller, incoming }: Admission,
  around: Surroundings & { readonly clock: Clock; readonly random: Random },
  stamp: Stamp,
  fault: Fault | undefined,
): Promise<Answer> {
  const start = (one: Incoming): Pending => begin(tenant, caller, one, around, stamp);
  if (!/^\/\$batch\/?(\?|$)/.test(incoming.target)) {
    const pending = start(incoming);
    // Without latency no other work may interleave: a client's concurrent requests run one after another.
    if (pending.delayMs > 0) await pause(around.clock, pending.delayMs);
    return pending.settle();
  }
  if (incoming.method !== "POST") {
    throw new GraphError(405, "BadRequest", "$batch takes POST only.");
  }
  if (incoming.body === undefined) {
    throw new GraphError(
      400,
      "BadRequest",
      "Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of valid JSON format.",
    );
  }
  tenant.counters.batches += 1;
  const parts = batchParts(incoming.body);
  const responses = await runBatch(parts, incoming.root, start, around.clock, stamp);
  return { status: 200, body: { responses: arranged(responses, fault, around.random) } };
}

/** Drops or reorders parts if a fault says so. */
function arranged(responses: PartAnswer[], fault: Fault | undefined, random: Random): PartAnswer[] {
  if (fault?.kind === "drop-parts") {
    for (let count = fault.count ?? 1; count > 0 && responses.length > 0; count -= 1) {
      responses.splice(random.below(responses.length), 1);
    }
  }
  if (fault?.kind === "shuffle-parts") {
    return responses
      .map((part) => ({ part, key: random.next() }))
      .toSorted((left, right) => left.key - right.key)
      .map(({ part }) => part);
  }
  return responses;
}
