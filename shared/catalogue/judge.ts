import type { GraphAnswer } from "../core/graph-request.ts";
import type { ObjectId } from "../core/object-id.ts";
import type { Attempt, Operation, Outcome } from "./operation.ts";
import { causeOf, unknownCause } from "./refusals/refusals.ts";
import { type FinalVerdict, type PlannedWrite, creatorsOf } from "./row.ts";
import { columnsOf, isEdge, nounOf, subjectOf } from "./target.ts";

/** The answer decides the row. The runner adds the proof: the request's id, its status, the attempts. */
export const final = (verdict: FinalVerdict): Outcome => ({ kind: "final", final: verdict });

/** What Graph said, as a reason ends with it. */
export const saidBy = ({ status, error }: GraphAnswer): string =>
  `(Graph: ${status} ${error?.code ?? "no code"}: ${error?.message ?? "no message"})`;

/** The row failed, because Graph refused it. */
export const refused = (
  answer: GraphAnswer,
  reason: string,
  fix: string,
  objectId?: ObjectId,
): Outcome => final({ verdict: "failed", reason: `${reason} ${saidBy(answer)}.`, fix, objectId });

/**
 * What an answer means for its row: what the operation says of it, else what this table says. The
 * table follows Graph's (Graph reference, errors; docs/errors.md): a 4xx about the request is final,
 * throttling is waited out, and after a 5xx the change may have been made, so the directory is looked
 * at before the row is sent again.
 */
export function judge(operation: Operation, answer: GraphAnswer, attempt: Attempt): Outcome {
  const own = operation.judge(answer, attempt);
  if (own) return own;
  const { status } = answer;
  if (status >= 200 && status < 300) {
    return final({ verdict: "done", objectId: subjectOf(attempt.write.target) });
  }
  if (status === 429) {
    return {
      kind: "retry",
      reason: "Graph is throttling",
      throttled: true,
      afterMs: answer.retryAfterMs,
    };
  }
  if (status === 401) return retryLater(answer, "the token was refused");
  if (status === 409 && answer.error?.code === "Directory_ConcurrencyViolation") {
    return retryLater(answer, "another change to the same object was under way");
  }
  if (status >= 500 || status === 408 || status === 423) {
    return {
      kind: "doubt",
      reason: `Graph answered ${status}; the change may have been made`,
      afterMs: answer.retryAfterMs,
    };
  }
  return notReplicatedYet(answer, attempt) ?? failed(operation, answer, attempt);
}

/** How often a row is sent before something that the plan saw, and Graph does not, counts as missing. */
export const UNSEEN_ATTEMPTS = 3;

/** Whether Graph does not see an object that the request names. */
const isUnseen = (answer: GraphAnswer): boolean =>
  answer.status === 404 || causeOf(answer)?.name === "unreplicated";

const comesAfter = (write: PlannedWrite): boolean =>
  write.afterRestore === true || creatorsOf(write).length > 0;

/** Another try, if Graph does not see what an earlier row created or restored. */
export const notReplicatedYet = (
  answer: GraphAnswer,
  { write }: { readonly write: PlannedWrite },
): Outcome | undefined =>
  comesAfter(write) && isUnseen(answer)
    ? retryLater(answer, "what was created or restored a moment ago has not replicated yet")
    : undefined;

/**
 * The same of what the plan saw, which somebody may have created a moment before: a few tries, then it counts as
 * gone. `what`: as it follows on "the".
 */
export function judgeUnseen(
  answer: GraphAnswer,
  { write, attempts }: Pick<Attempt, "write" | "attempts">,
  what: string,
): Outcome | undefined {
  if (!isUnseen(answer)) return undefined;
  return comesAfter(write) || attempts < UNSEEN_ATTEMPTS
    ? retryLater(answer, `the ${what} has not replicated yet`)
    : refused(answer, `The ${what} does not exist any more`, CHECK_ID, subjectOf(write.target));
}

const CHECK_ID =
  "Graph says which id. Check it, or whether the object was deleted since, and send the row again in a new batch.";

/** Not done, and nothing is wrong with the row: it waits as long as Graph asks, else as the runner does. */
export const retryLater = (answer: GraphAnswer, reason: string): Outcome => ({
  kind: "retry",
  reason,
  throttled: false,
  afterMs: answer.retryAfterMs,
});

function failed(operation: Operation, answer: GraphAnswer, attempt: Attempt): Outcome {
  const { why, fix, isExplained = false } = explain(operation, answer, attempt);
  return final({
    verdict: "failed",
    reason: `${why} ${saidBy(answer)}`,
    fix,
    objectId: subjectOf(attempt.write.target),
    ...(!isExplained && { cause: `${answer.status} ${answer.error?.code ?? "no code"}` }),
  });
}

interface Explanation {
  readonly why: string;
  readonly fix: string;
  /** It is about this row's object alone. */
  readonly isExplained?: boolean;
}

function explain(operation: Operation, answer: GraphAnswer, attempt: Attempt): Explanation {
  const { target, set } = attempt.write;
  const cause = causeOf(answer);
  if (cause?.name === "forbidden") {
    const needed = operation.permissions(Object.keys(set ?? {})).join(", ");
    return {
      why: cause.why,
      fix: `If every such row fails: grant ${needed} with admin consent. If only some do: those targets are protected (an administrator, a member of a role-assignable group, a restricted management unit) and need a person with a higher role.`,
    };
  }
  if (cause?.name === "gone" && isEdge(target)) {
    return {
      why: `The ${nounOf(target)} or the ${columnsOf(target).at(-1) ?? "object"} does not exist`,
      isExplained: true,
      fix: CHECK_ID,
    };
  }
  if (cause === undefined) return unknownCause(answer.requestId);
  return { why: cause.why, fix: cause.fix, isExplained: cause.scope === "row" };
}
