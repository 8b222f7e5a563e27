import { final, retryLater, saidBy, UNSEEN_ATTEMPTS } from "../../catalogue/judge.ts";
import type { Attempt, Outcome } from "../../catalogue/operation.ts";
import { licenseCauses } from "../../catalogue/refusals/about-licenses.ts";
import { type Cause, isCauseOf } from "../../catalogue/refusals/cause.ts";
import type { FinalVerdict } from "../../catalogue/row.ts";
import { subjectOf } from "../../catalogue/target.ts";
import type { GraphAnswer } from "../../core/graph-request.ts";
import { idIn } from "./skus.ts";

/** What a later answer may not say any more, because an earlier row has just changed it. */
const MAY_PASS = ["usage-location", "no-seats"];

/** What an answer to assignLicense means; `undefined` if it is like any other answer. */
export function judgeLicenses(answer: GraphAnswer, attempt: Attempt): Outcome | undefined {
  const said = answer.error?.message ?? "";
  const { write, attempts, doubted } = attempt;
  const refusal =
    answer.status === 400 ? licenseCauses.find((each) => isCauseOf(each, answer)) : undefined;
  // The tenant's own license is no affair of the row's.
  if (refusal === undefined || refusal.name === "premium") return undefined;
  if (doubted && /corresponding license/i.test(said)) {
    return { kind: "doubt", reason: "a license to be removed is gone, perhaps by this row" };
  }
  const isAfter = write.after !== undefined || write.idFromRow || write.afterRestore;
  if (MAY_PASS.includes(refusal.name) && isAfter && attempts < UNSEEN_ATTEMPTS) {
    return retryLater(answer, "what an earlier row changed has not replicated yet");
  }
  return final(isGone(said, attempt) ?? failed(answer, attempt, refusal));
}

/** A row that removes one license, which is gone, has nothing left to do. */
function isGone(said: string, { write }: Attempt): FinalVerdict | undefined {
  const values = Object.values(write.set ?? {});
  return /corresponding license/i.test(said) && values.length === 1 && values[0] === null
    ? {
        verdict: "unchanged",
        reason: "Somebody took the license after the plan, not this row.",
        objectId: subjectOf(write.target) ?? "",
      }
    : undefined;
}

function failed(answer: GraphAnswer, { write }: Attempt, { why, fix, scope }: Cause): FinalVerdict {
  const said = answer.error?.message ?? "";
  const all = Object.keys(write.set ?? {});
  // Of a product without seats Graph names the id.
  const named = all.filter((name) => said.toLowerCase().includes(idIn(name)));
  const licenses = (named.length > 0 ? named : all).join(", ");
  return {
    verdict: "failed",
    reason: `${why}: ${licenses} ${saidBy(answer)}`,
    fix,
    objectId: subjectOf(write.target),
    ...(scope === "common" && { cause: `${why}: ${licenses}` }),
  };
}
