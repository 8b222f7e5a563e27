import type { Clock } from "../../../../shared/core/clock.ts";
import type { Answer } from "./answer.ts";
import type { BatchPart } from "./batch-rules.ts";
import { errorAnswer, GraphError, type Stamp } from "./graph-error.ts";
import { headersOf, type Incoming } from "./incoming.ts";
import type { Pending } from "./perform.ts";

/** One entry of a `$batch` answer. */
export interface PartAnswer {
  readonly id: string;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** A part's body that is not JSON: bytes are in base64 (json-batching). */
const partText = (content: string | Buffer): string =>
  typeof content === "string" ? content : content.toString("base64");

const toPart = (id: string, answer: Answer): PartAnswer => ({
  id,
  status: answer.status,
  headers: { "OData-Version": "4.0", ...headersOf(answer) },
  ...(answer.text
    ? { body: partText(answer.text.content) }
    : answer.body !== undefined && { body: answer.body }),
});

const incomingOf = (part: BatchPart, root: string): Incoming => ({
  method: part.method,
  target: part.url.startsWith("/") ? part.url : `/${part.url}`,
  headers: part.headers,
  hasBody: part.hasBody,
  body: part.body,
  root,
});

const failedDependency = (): GraphError =>
  new GraphError(424, "FailedDependency", "The request depends on another request that failed.");

/**
 * Runs the parts, concurrently if none depends on another, else one after the other; a part that
 * depends on a failed one gets 424. Resolves when all are done, with answers in the order they finished.
 */
export async function runBatch(
  parts: readonly BatchPart[],
  root: string,
  begin: (incoming: Incoming) => Pending,
  clock: Clock,
  stamp: Stamp,
): Promise<PartAnswer[]> {
  const answers: PartAnswer[] = [];
  if (parts.every((part) => part.dependsOn === undefined)) {
    const waiting: Promise<void>[] = [];
    const later = async (id: string, pending: Pending): Promise<void> => {
      await pause(clock, pending.delayMs);
      answers.push(toPart(id, pending.settle()));
    };
    for (const part of parts) {
      const pending = begin(incomingOf(part, root));
      if (pending.delayMs <= 0) answers.push(toPart(part.id, pending.settle()));
      else {
        waiting.push(later(part.id, pending));
      }
    }
    await Promise.all(waiting);
    return answers;
  }
  const failed = new Set<string>();
  for (const part of parts) {
    let answer: PartAnswer;
    if (part.dependsOn !== undefined && failed.has(part.dependsOn)) {
      answer = toPart(part.id, errorAnswer(failedDependency(), stamp));
    } else {
      const pending = begin(incomingOf(part, root));
      // oxlint-disable-next-line no-await-in-loop -- they depend on each other
      await pause(clock, pending.delayMs);
      answer = toPart(part.id, pending.settle());
    }
    if (answer.status >= 400) failed.add(part.id.toLowerCase());
    answers.push(answer);
  }
  return answers;
}

/** Waits; never resolves if the delay is infinite (a hang). */
export const pause = (clock: Clock, ms: number): Promise<void> =>
  ms === Number.POSITIVE_INFINITY
    ? new Promise<void>(() => undefined)
    : ms > 0
      ? clock.sleep(ms)
      : Promise.resolve();
