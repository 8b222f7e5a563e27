import type { Attempt, Found, Outcome } from "../../catalogue/operation.ts";
import type { PlannedWrite, Properties } from "../../catalogue/row.ts";
import { again } from "../../catalogue/settle.ts";
import type { GraphAnswer } from "../../core/graph-request.ts";
import { segment } from "../../core/graph-request.ts";

/** The write that changes the user of this reference: which user, and which other writes it excludes. */
export function userWrite(
  ref: string,
  found: Extract<Found, { state: "found" | "coming" }>,
  set?: Properties,
): Omit<PlannedWrite, "after" | "was"> {
  const newName = set?.["userPrincipalName"];
  const names = typeof newName === "string" ? [`upn:${newName.toLowerCase()}`] : [];
  const changes = set === undefined ? {} : { set };
  if (found.state === "found") {
    return { target: { user: found.id }, ...changes, keys: [`object:${found.id}`, ...names] };
  }
  return {
    target: {},
    ...changes,
    keys: [`upn:${ref.toLowerCase()}`, ...names],
    idFromRow: { row: found.row, role: "user" },
  };
}

/** The user's id at the moment of sending; the runner has put it in where an earlier row gave it. */
export const userOf = (write: PlannedWrite): string => {
  const user = write.target["user"];
  if (user === undefined) throw new TypeError("the row's user is not known yet");
  return segment(user);
};

/** A user that this batch created a moment ago may not have reached the replica that answers. */
export const notReplicatedYet = (answer: GraphAnswer, { write }: Attempt): Outcome | undefined =>
  answer.status === 404 && write.idFromRow
    ? again(answer, "the user was created a moment ago and is not to be seen everywhere yet")
    : undefined;
