import { final, retryLater } from "../../catalogue/judge.ts";
import type { Attempt, Outcome } from "../../catalogue/operation.ts";
import type { FinalVerdict, Properties } from "../../catalogue/row.ts";
import { hasAll } from "../../catalogue/same-value.ts";
import { type GraphAnswer, type GraphRead, odataString } from "../../core/graph-request.ts";
import { isRecord, recordOf } from "../../core/record.ts";
import { listedIds } from "../../core/sets/listed-ids.ts";
import { isTaken } from "./group-change.ts";
import { idIn, uniqueNameUrl, valuesIn, withoutCase } from "./new-group.ts";

/** How far Graph's clock may be behind ours when a group's creation is compared with our intent. */
const CLOCK_SKEW_MS = 5 * 60_000;

/**
 * How long a new group may take to show in a list. A security group without unique name could be created twice,
 * so a look must not come too early after an answer that leaves open whether it was created.
 */
const SHOWS_AFTER_MS = 20_000;

/** How often a row is sent before an owner whom Graph does not see counts as missing. */
const UNSEEN_ATTEMPTS = 3;

type Create = Pick<Attempt, "write" | "doubted" | "attempts">;

/** What the answer to a create means. */
export function judgeCreate(answer: GraphAnswer, attempt: Create): Outcome | undefined {
  const { status, error } = answer;
  if (status === 201) {
    const objectId = idIn(recordOf(answer.body));
    return objectId
      ? final({ verdict: "done", objectId })
      : { kind: "doubt", reason: "Graph answered 201 without an id" };
  }
  const said = `(Graph: ${status} ${error?.code ?? "no code"}: ${error?.message ?? "no message"})`;
  if (status === 204) return judgeUpsert(attempt);
  if (isTaken(answer)) {
    if (attempt.doubted) return { kind: "doubt", reason: "the name is taken, perhaps by this row" };
    return final({
      verdict: "failed",
      reason: `Another object has this uniqueName or mailNickname ${said}.`,
      fix: "Look for it among the deleted groups too: restore it, or choose another name.",
    });
  }
  if (status === 404 || /being referenced don't exist/i.test(error?.message ?? "")) {
    if (attempt.attempts < UNSEEN_ATTEMPTS) {
      return retryLater(answer, "the owner has not replicated yet");
    }
    return final({
      verdict: "failed",
      reason: `The owner does not exist any more ${said}.`,
      fix: "Name another owner, and send the row again in a new batch.",
    });
  }
  const isOpen = status >= 500 && status !== 503 && !isUnique(attempt.write.set);
  return isOpen
    ? {
        kind: "doubt",
        reason: `Graph answered ${status}; the group may have been created`,
        afterMs: Math.max(SHOWS_AFTER_MS, answer.retryAfterMs ?? 0),
      }
    : undefined;
}

/** An upsert found a group of the unique name, which the plan did not see. */
const judgeUpsert = ({ doubted }: Create): Outcome =>
  doubted
    ? { kind: "doubt", reason: "a group has the unique name, perhaps by this row" }
    : final({
        verdict: "failed",
        reason:
          "A group with this uniqueName was created after the plan, not by this row, and Graph gave it this row's values.",
        fix: "Look at the group, and whether two systems create groups of this name.",
      });

/** Whether Graph refuses a second group of these names: by its unique name, or the address of a Microsoft 365 group. */
const isUnique = (set: Properties = {}): boolean =>
  typeof set["uniqueName"] === "string" || set["mailEnabled"] === true;

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

/**
 * Whether a read shows the group of a create whose answer was lost: one that has the row's values and was
 * created since the row was first sent. The plan saw no group of its name, so no other is this row's. A group of
 * the name that is not this row's ends the row: it must not become the second.
 */
export function createdInPlace(
  answer: GraphAnswer,
  { write, firstIntentAt }: Attempt,
): boolean | FinalVerdict {
  if (answer.status !== 200) return false;
  const body = recordOf(answer.body);
  const isList = Array.isArray(body["value"]);
  const listed: readonly unknown[] = Array.isArray(body["value"]) ? body["value"] : [body];
  const groups = listed.filter(isRecord);
  const sinceMs = Date.parse(firstIntentAt) - CLOCK_SKEW_MS;
  const wanted = withoutCase(valuesIn(write.set));
  const own = groups.filter(
    (group) =>
      Date.parse(String(group["createdDateTime"])) >= sinceMs && hasAll(withoutCase(group), wanted),
  );
  const [first] = own;
  if (first && own.length === 1) return { verdict: "done", objectId: idIn(first) };
  if (isList && listedIds(answer).kind === "partial") {
    return {
      verdict: "failed",
      reason:
        "It is not known whether the group was created: its answer was lost, and Graph listed groups in part.",
      fix: "Look for a group of this mailNickname; if there is none, send the row again in a new batch.",
    };
  }
  if (groups.length === 0) return false;
  return {
    verdict: "failed",
    reason:
      own.length > 1
        ? "Several groups with these values were created meanwhile, and nothing tells which is this row's."
        : "A group with this uniqueName or mailNickname was created meanwhile, not by this row.",
    fix: "Use group.update to change a group that is there, or choose another name. A uniqueName tells such groups apart.",
    objectId: idIn(groups[0] ?? {}),
  };
}
