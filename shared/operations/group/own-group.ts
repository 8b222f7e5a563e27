import { final, refused, retryLater } from "../../catalogue/judge.ts";
import type { Attempt, Outcome } from "../../catalogue/operation.ts";
import { judgeMade } from "../../catalogue/parts/making.ts";
import type { PlannedWrite, Properties } from "../../catalogue/row.ts";
import { type GraphAnswer, type GraphRead, odataString } from "../../core/graph-request.ts";
import { madeGroup } from "./group-change.ts";
import { uniqueNameUrl, valuesIn } from "./new-group.ts";

/** How often a row is sent before an owner whom Graph does not see counts as missing. */
const UNSEEN_ATTEMPTS = 3;

type Create = Pick<Attempt, "write" | "doubted" | "attempts">;

/** What the answer to a create means. */
export function judgeCreate(answer: GraphAnswer, attempt: Create): Outcome | undefined {
  const { status, error } = answer;
  // An upsert found a group of the unique name, which the plan did not see.
  if (status === 204) {
    return attempt.doubted
      ? { kind: "doubt", reason: "a group has the unique name, perhaps by this row" }
      : final({
          verdict: "failed",
          reason:
            "A group with this uniqueName was created after the plan, not by this row; Graph gave it this row's values.",
          fix: "Find out whether two systems create groups of this name.",
        });
  }
  if (status === 404 || /being referenced don't exist/i.test(error?.message ?? "")) {
    return attempt.attempts < UNSEEN_ATTEMPTS
      ? retryLater(answer, "the owner has not replicated yet")
      : refused(
          answer,
          "The owner does not exist any more",
          "Name another owner, and send the row again in a new batch.",
        );
  }
  return judgeMade(madeGroup, answer, attempt);
}

/**
 * Whether Graph would make a second group of these names: it refuses one by its unique name, or by the address of a
 * Microsoft 365 group.
 */
export const mayBeMadeTwice = ({ target, set = {} }: PlannedWrite): boolean =>
  target.kind === "new" && typeof set["uniqueName"] !== "string" && set["mailEnabled"] !== true;

/** The read that shows the group of a create, by the name that tells it from others. */
export function lookForCreated(set: Properties = {}): GraphRead {
  const { uniqueName, mailNickname } = set;
  const select = `$select=${["id", "createdDateTime", ...Object.keys(valuesIn(set))].join(",")}`;
  return typeof uniqueName === "string"
    ? { method: "GET", url: `${uniqueNameUrl(uniqueName)}?${select}` }
    : {
        method: "GET",
        url: `/groups?$filter=mailNickname%20eq%20${odataString(String(mailNickname))}&${select}`,
      };
}
