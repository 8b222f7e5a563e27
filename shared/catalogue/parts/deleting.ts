import type { GraphAnswer } from "../../core/graph-request.ts";
import type { ObjectId } from "../../core/object-id.ts";
import { final } from "../judge.ts";
import type { Attempt, Outcome } from "../operation.ts";
import { subjectOf } from "../target.ts";

type Judged = Pick<Attempt, "doubted"> & {
  readonly write: { readonly target: Parameters<typeof subjectOf>[0] };
};

const idOf = ({ write }: Judged): ObjectId => {
  const id = subjectOf(write.target);
  if (id === undefined) throw new TypeError("the row names no object");
  return id;
};

/** What it means for the row that deletes an object if Graph finds none; `undefined` if it is another answer. */
export function goneAfterDelete(
  noun: string,
  { status }: GraphAnswer,
  attempt: Judged,
): Outcome | undefined {
  if (status !== 404) return undefined;
  const objectId = idOf(attempt);
  return final(
    attempt.doubted
      ? {
          verdict: "done",
          reason: `The answer to the delete was lost; the ${noun} is gone.`,
          objectId,
        }
      : {
          verdict: "unchanged",
          reason: `The ${noun} was deleted after the plan, not by this row.`,
          objectId,
        },
  );
}

/**
 * What the answer to a restore means. `taken`: in whole sentences, what another object has by now, if it does.
 * After a lost answer it is open why the object is not among the deleted ones.
 */
export function judgeRestore(
  noun: string,
  answer: GraphAnswer,
  attempt: Judged,
  taken: string | undefined,
): Outcome | undefined {
  const { code = "no code", message = "no message" } = answer.error ?? {};
  const failed = (reason: string, fix: string): Outcome =>
    final({
      verdict: "failed",
      reason: `${reason} (Graph: ${answer.status} ${code}: ${message})`,
      fix,
      objectId: idOf(attempt),
    });
  if (taken !== undefined) {
    return failed(taken, "Rename that object, then send the row again in a new batch.");
  }
  if (answer.status !== 404) return undefined;
  return attempt.doubted
    ? { kind: "doubt", reason: `the ${noun} is not deleted any more, perhaps by this row` }
    : failed(
        `The ${noun} is not among the deleted ones any more: restored or purged after the plan.`,
        `No action needed if the ${noun} is there; otherwise create it again.`,
      );
}
