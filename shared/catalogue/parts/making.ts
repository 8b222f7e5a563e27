import type { GraphAnswer } from "../../core/graph-request.ts";
import { type ObjectId, isGuid, toObjectId } from "../../core/object-id.ts";
import { isRecord, recordOf } from "../../core/record.ts";
import { listedIds } from "../../core/sets/listed-ids.ts";
import { type DecidedRow, failedRow, unchangedRow } from "../decided-row.ts";
import { final, refused } from "../judge.ts";
import type { Attempt, Found, Outcome } from "../operation.ts";
import type { FinalVerdict, Properties } from "../row.ts";
import { hasAll } from "../same-value.ts";

/** How far Graph's clock may be behind ours when an object's dates are compared with our intent. */
const CLOCK_SKEW_MS = 5 * 60_000;

/** Names that are the same in any case. */
const CASELESS = ["userPrincipalName", "mailNickname", "uniqueName"];

/** What an operation makes. */
export interface Made {
  readonly noun: "user" | "group";
  /** The names by which rows and looks tell one from another, as a person reads them. */
  readonly names: string;
}

/** The object's id, if it is one. */
export const idIn = ({ id }: Properties): ObjectId | undefined =>
  typeof id === "string" && isGuid(id) ? toObjectId(id) : undefined;

/** Whether a date of an object is so late that the row can be the reason. */
export const isSince = (
  date: unknown,
  { firstIntentAt }: Pick<Attempt, "firstIntentAt">,
): boolean =>
  typeof date === "string" && Date.parse(date) >= Date.parse(firstIntentAt) - CLOCK_SKEW_MS;

/** Whether a value is another object's: by code, or by message if the code is a general one. */
export const isTaken = ({ status, error }: GraphAnswer): boolean =>
  (status === 400 || status === 409) &&
  (error?.code === "Request_MultipleObjectsWithSameKeyValue" ||
    /same value for property|conflicting object/i.test(error?.message ?? ""));

/** The verdict on a row if another object has a name that it gives. */
export const refusedAsTaken = (
  { noun, names }: Made,
  answer: GraphAnswer,
  objectId?: ObjectId,
): Outcome =>
  refused(
    answer,
    `Another object has this ${names} or one of its addresses`,
    `Look for it among the deleted ${noun}s too: restore it, or choose another name.`,
    objectId,
  );

/** Whether the object has these values; its names count in any case. */
const hasValues = (object: Properties, values: Properties): boolean =>
  hasAll(withoutCase(object), withoutCase(values));

const withoutCase = (all: Properties): Properties =>
  Object.fromEntries(
    Object.entries(all).map(([name, value]) => [
      name,
      CASELESS.includes(name) && typeof value === "string" ? value.toLowerCase() : value,
    ]),
  );

/** What becomes of a row of which an object has the name. */
export const decideThere = (
  { noun }: Made,
  { id, object }: Extract<Found, { state: "found" }>,
  values: Properties,
  name: string,
): DecidedRow =>
  hasValues(object, values)
    ? unchangedRow(`The ${noun} exists with these values.`, id)
    : failedRow(
        `A ${noun} with this ${name} exists, with other values.`,
        `Use ${noun}.update to change that ${noun}, or choose another ${name}.`,
      );

/** The verdict on a row if an earlier one makes what it would make. */
export const madeBefore = (row: number, what: string): DecidedRow =>
  failedRow(`Row ${row} creates a ${what}, with other values.`, "Keep one of the two rows.");

/** What the answer to the request that makes an object means; `undefined` if it is like any other answer. */
export function judgeMade(
  made: Made,
  answer: GraphAnswer,
  { doubted }: Pick<Attempt, "doubted">,
): Outcome | undefined {
  if (answer.status === 201) {
    const objectId = idIn(recordOf(answer.body));
    return objectId
      ? final({ verdict: "done", objectId })
      : { kind: "doubt", reason: "Graph answered 201 without an id" };
  }
  if (!isTaken(answer)) return undefined;
  return doubted
    ? { kind: "doubt", reason: "the name is taken, perhaps by this row" }
    : refusedAsTaken(made, answer);
}

/**
 * Whether a read, of one object or of a list, shows what a row made whose answer was lost: an object that has
 * the row's values and was created since the row was first sent. The plan saw no object of its name, so no other
 * is this row's. One of the name that is not this row's ends the row: it must not become the second.
 */
export function madeInPlace(
  { noun, names }: Made,
  answer: GraphAnswer,
  values: Properties,
  attempt: Pick<Attempt, "firstIntentAt">,
): boolean | FinalVerdict {
  if (answer.status !== 200) return false;
  const body = recordOf(answer.body);
  const { value } = body;
  const listed: readonly unknown[] = Array.isArray(value) ? value : [body];
  const there = listed.filter(isRecord);
  const own = there.filter(
    (each) => isSince(each["createdDateTime"], attempt) && hasValues(each, values),
  );
  const [first] = own;
  if (first && own.length === 1) return { verdict: "done", objectId: idIn(first) };
  if (Array.isArray(value) && listedIds(answer).kind === "partial") {
    return {
      verdict: "failed",
      reason: `It is not known whether the ${noun} was created: its answer was lost, and Graph listed ${noun}s in part.`,
      fix: `Look for a ${noun} of this ${names}; if there is none, send the row again in a new batch.`,
    };
  }
  if (there.length === 0) return false;
  return {
    verdict: "failed",
    reason:
      own.length > 1
        ? `Several ${noun}s with these values were created meanwhile, and nothing tells which is this row's.`
        : `A ${noun} with this ${names} was created meanwhile, not by this row.`,
    fix: `Use ${noun}.update to change a ${noun} that is there, or choose another ${names}.`,
    objectId: idIn(there[0] ?? {}),
  };
}
