import { final, retryLater } from "../../catalogue/judge.ts";
import type { Attempt, Outcome } from "../../catalogue/operation.ts";
import type { FinalVerdict } from "../../catalogue/row.ts";
import { subjectOf } from "../../catalogue/target.ts";
import type { GraphAnswer } from "../../core/graph-request.ts";
import { idIn } from "./skus.ts";

/** How often a row is sent before a usage location or a free seat that Graph does not see counts as missing. */
const UNSEEN_ATTEMPTS = 3;

/** What Graph says of a change of licenses that it refuses, and what that means for a person. */
interface Refusal {
  readonly message: RegExp;
  readonly why: string;
  readonly fix: string;
  /** What a later answer may not say any more, because an earlier row has just changed it. */
  readonly mayPass?: true;
  /** Rows of other objects fail for the same reason. */
  readonly isCommon?: true;
}

/** Messages as seen in issues; the reference names only the errors' short forms (licenseAssignmentState). */
const refusals: readonly Refusal[] = [
  {
    message: /invalid usage location/i,
    why: "The user has no usage location, or one where the license may not be used",
    fix: "Set usageLocation with user.update, then send the row again in a new batch.",
    mayPass: true,
  },
  {
    message: /does not have any available licenses/i,
    why: "No seat is left (CountViolation), because others took the last after the plan",
    fix: "Buy seats or take the license from somebody, then send the failed rows again (rerun).",
    mayPass: true,
    isCommon: true,
  },
  {
    message: /are mutually exclusive/i,
    why: "Two service plans of the user's licenses exclude each other (MutuallyExclusiveViolation)",
    fix: "Disable one of the plans that Graph names (disabledPlans), or replace the other license (swap-license).",
  },
  {
    message: /depends on the service plan/i,
    why: "A service plan needs another one that the user would not have (DependencyViolation)",
    fix: "Enable the plan that Graph names, assign the license that has it in the same row, or disable the plan that needs it (disabledPlans).",
    isCommon: true,
  },
  {
    message: /inherited from a group membership/i,
    why: "The user has the license from a group, and Graph removes no inherited license from a user",
    fix: "Remove the user from the group, or the license from the group.",
  },
  {
    message: /does not correspond to a valid company License/i,
    why: "The tenant does not have the product any more",
    fix: "Renew the subscription, or name another product.",
    isCommon: true,
  },
  {
    message: /does not have a corresponding license/i,
    why: "Somebody took one of the licenses to be removed after the plan, so that Graph changed nothing",
    fix: "Send the row again in a new batch; its plan sees what is left.",
  },
];

/** What an answer to assignLicense means; `undefined` if it is like any other answer. */
export function judgeLicenses(answer: GraphAnswer, attempt: Attempt): Outcome | undefined {
  const said = answer.error?.message ?? "";
  const { write, attempts, doubted } = attempt;
  const refusal =
    answer.status === 400 ? refusals.find(({ message }) => message.test(said)) : undefined;
  if (refusal === undefined) return undefined;
  if (doubted && /corresponding license/i.test(said)) {
    return { kind: "doubt", reason: "a license to be removed is gone, perhaps by this row" };
  }
  const isAfter = write.after !== undefined || write.idFromRow || write.afterRestore;
  if (refusal.mayPass && isAfter && attempts < UNSEEN_ATTEMPTS) {
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

function failed(
  { status, error }: GraphAnswer,
  { write }: Attempt,
  { why, fix, isCommon }: Refusal,
): FinalVerdict {
  const said = error?.message ?? "";
  const all = Object.keys(write.set ?? {});
  // Of a product without seats Graph names the id.
  const named = all.filter((name) => said.toLowerCase().includes(idIn(name)));
  const licenses = (named.length > 0 ? named : all).join(", ");
  return {
    verdict: "failed",
    reason: `${why}: ${licenses} (Graph: ${status} ${error?.code ?? "no code"}: ${said})`,
    fix,
    objectId: subjectOf(write.target),
    ...(isCommon && { cause: `${why}: ${licenses}` }),
  };
}
