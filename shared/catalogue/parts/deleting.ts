import type { GraphAnswer } from "../../core/graph-request.ts";
import type { ObjectId } from "../../core/object-id.ts";
import { final, notReplicatedYet, refused } from "../judge.ts";
import type { Attempt, Outcome } from "../operation.ts";
import { nounOf, subjectOf } from "../target.ts";

type Judged = Pick<Attempt<"user" | "object">, "doubted" | "write">;

const idOf = ({ write }: Judged): ObjectId => {
  const id = subjectOf(write.target);
  if (id === undefined) throw new TypeError("the row names no object");
  return id;
};

/** What it means for the row that deletes an object if Graph finds none; `undefined` if it is another answer. */
export function goneAfterDelete(answer: GraphAnswer, attempt: Judged): Outcome | undefined {
  const { doubted, write } = attempt;
  const notYet = doubted ? undefined : notReplicatedYet(answer, attempt);
  if (notYet || answer.status !== 404) return notYet;
  const noun = nounOf(write.target);
  const objectId = idOf(attempt);
  return final(
    doubted
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
 * What the answer to a restore means. `taken`: what another object has by now, if it does. After a lost answer it
 * is open why the object is not among the deleted ones.
 */
export function judgeRestore(
  answer: GraphAnswer,
  attempt: Judged,
  taken: string | undefined,
): Outcome | undefined {
  const noun = nounOf(attempt.write.target);
  if (taken !== undefined) {
    return refused(
      answer,
      taken,
      "Rename that object, then send the row again in a new batch.",
      idOf(attempt),
    );
  }
  if (answer.status !== 404) return undefined;
  return attempt.doubted
    ? { kind: "doubt", reason: `the ${noun} is not deleted any more, perhaps by this row` }
    : refused(
        answer,
        `The ${noun} is not among the deleted ones any more: restored or purged after the plan`,
        `No action needed if the ${noun} is there; otherwise create it again.`,
        idOf(attempt),
      );
}
