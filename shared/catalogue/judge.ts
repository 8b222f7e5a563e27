import type { GraphAnswer } from "../core/graph-request.ts";
import type { Attempt, Operation, Outcome } from "./operation.ts";
import type { FinalVerdict } from "./row.ts";
import { columnsOf, isEdge, nounOf, subjectOf } from "./target.ts";

/** The answer decides the row. The runner adds the proof: the request's id, its status, the attempts. */
export const final = (verdict: FinalVerdict): Outcome => ({ kind: "final", final: verdict });

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
  return failed(operation, answer, attempt);
}

/** Not done, and nothing is wrong with the row: it waits as long as Graph asks, else as the runner does. */
export const retryLater = (answer: GraphAnswer, reason: string): Outcome => ({
  kind: "retry",
  reason,
  throttled: false,
  afterMs: answer.retryAfterMs,
});

function failed(operation: Operation, answer: GraphAnswer, attempt: Attempt): Outcome {
  const code = answer.error?.code ?? "no code";
  const said = answer.error?.message ?? "no message";
  const { why, fix, isExplained = false } = explain(operation, answer, attempt);
  return final({
    verdict: "failed",
    reason: `${why} (Graph: ${answer.status} ${code}: ${said})`,
    fix,
    objectId: subjectOf(attempt.write.target),
    ...(!isExplained && { cause: `${answer.status} ${code}` }),
  });
}

interface Explanation {
  readonly why: string;
  readonly fix: string;
  /** It is about this row's object alone. */
  readonly isExplained?: boolean;
}

function explain(operation: Operation, answer: GraphAnswer, attempt: Attempt): Explanation {
  const message = answer.error?.message ?? "";
  if (answer.status === 403 && answer.error?.code === "Directory_QuotaExceeded") {
    return {
      why: "A quota of the directory or of the object is used up",
      fix: "Free objects (deleted ones count until purged) or raise the quota, then send the row again in a new batch.",
    };
  }
  if (answer.status === 403) {
    const needed = operation.permissions(Object.keys(attempt.write.set ?? {})).join(", ");
    return {
      why: "Graph does not let this application make the change",
      fix: `If every such row fails: grant ${needed} with admin consent. If only some do: those targets are protected (an administrator, a member of a role-assignable group, a restricted management unit) and need a person with a higher role.`,
    };
  }
  const { target } = attempt.write;
  if (answer.status === 404 && isEdge(target)) {
    return {
      why: `The ${nounOf(target)} or the ${columnsOf(target).at(-1) ?? "object"} does not exist`,
      isExplained: true,
      fix: "Graph says which id. Check it, or whether the object was deleted since, and send the row again in a new batch.",
    };
  }
  if (answer.status === 404) {
    return {
      why: "The object does not exist any more",
      isExplained: true,
      fix: "It was there when the batch was planned. See the directory's audit log, or restore it from deleted items and send the row again.",
    };
  }
  if (/on-premises mastered|Directory Sync/i.test(message)) {
    return {
      why: "The object is synchronised from on-premises Active Directory",
      isExplained: true,
      fix: "Make the change in Active Directory.",
    };
  }
  if (/mail-enabled security group|distribution list/i.test(message)) {
    return {
      why: "The group is a distribution list or mail-enabled security group, which Graph does not manage",
      fix: "Change its members in Exchange.",
    };
  }
  return {
    why: "Graph refused the change",
    fix: "Correct the row by what Graph says and send it again in a new batch.",
  };
}
