import type { GraphAnswer } from "../../core/graph-request.ts";
import { type ObjectId, isGuid, toObjectId } from "../../core/object-id.ts";
import { isRecord, recordOf } from "../../core/record.ts";
import { listedIds } from "../../core/sets/listed-ids.ts";
import { type DecidedRow, failedRow, notFound, unchangedRow } from "../decided-row.ts";
import type { DoneRow, Inverse } from "../inverse.ts";
import { final, refused } from "../judge.ts";
import type { Attempt, Found, Outcome } from "../operation.ts";
import type { FinalVerdict, PlannedWrite, Properties } from "../row.ts";
import { hasAll } from "../same-value.ts";
import type { Touched } from "../touched.ts";

/** How far Graph's clock may be behind ours when an object's dates are compared with our intent. */
const CLOCK_SKEW_MS = 5 * 60_000;

/** Names that are the same in any case. */
const CASELESS = ["userPrincipalName", "mailNickname", "uniqueName"];

/** What an operation makes. */
export interface Made {
  readonly noun: "user" | "group";
  /** The names by which rows and looks tell one from another, as a person reads them. */
  readonly names: string;
  /** Of what a row sets, the objects that it links: they are no properties. */
  readonly links?: readonly string[];
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

/** Why a row makes nothing: an object has the name in this column, or an earlier row makes one; `undefined` if neither. */
export function decideThere(
  { noun, names }: Made,
  column: string,
  found: Found | undefined,
  values: Properties,
): DecidedRow | undefined {
  if (found?.state === "ambiguous") return notFound(column, found);
  if (found?.state === "coming") return madeBefore(found.row, `${noun} of this ${column}`);
  if (found?.state !== "found") return undefined;
  return hasValues(found.object, values)
    ? unchangedRow(`The ${noun} exists with these values.`, found.id)
    : failedRow(
        `A ${noun} with this ${column} exists, with other values.`,
        `Use ${noun}.update to change it. For another ${noun}, give another ${names}.`,
      );
}

/** The verdict on a row if an earlier one makes what it would make. */
export const madeBefore = (row: number, what: string): DecidedRow =>
  failedRow(`Row ${row} creates a ${what}, with other values.`, "Keep one of the two rows.");

/** What operations share that make an object by its name, which `<noun>.delete` undoes. */
export const making = (made: Made) => ({
  touched: ({ set = {} }: PlannedWrite): Touched => ({ before: {}, after: set }),
  judge: (answer: GraphAnswer, attempt: Pick<Attempt, "doubted">) =>
    judgeMade(made, answer, attempt),
  inPlace: (answer: GraphAnswer, attempt: Pick<Attempt, "firstIntentAt" | "write">) =>
    madeInPlace(made, answer, valuesIn(made, attempt.write), attempt),
  // Whoever gave the object another value since still wants it.
  inverse: (done: DoneRow): Inverse => ({
    operation: `${made.noun}.delete`,
    cells: { [made.noun]: done.object },
    onlyIf: valuesIn(made, done),
  }),
});

/** The values of a row that its object has as properties. */
export const valuesIn = (
  { links = [] }: Made,
  { set = {} }: { readonly set?: Properties | undefined },
): Properties => Object.fromEntries(Object.entries(set).filter(([name]) => !links.includes(name)));

/** What the answer to the request that makes an object means; `undefined` if it is like any other answer. */
function judgeMade(
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
  // An upsert found an object of the name.
  const isThere = answer.status === 204;
  if (!isThere && !isTaken(answer)) return undefined;
  if (doubted) return { kind: "doubt", reason: "the name is taken, perhaps by this row" };
  return isThere ? final(notOwn(made, ", and has its values now")) : refusedAsTaken(made, answer);
}

/** The verdict on a row if its name is another object's, which the plan did not see. */
const notOwn = ({ noun, names }: Made, more = ""): NotOwn => ({
  verdict: "failed",
  reason: `A ${noun} with this ${names} was created after the plan, not by this row${more}.`,
  fix: `Find out who creates ${noun}s of this ${names}. Use ${noun}.update to change one that is there.`,
});

type NotOwn = Extract<FinalVerdict, { readonly verdict: "skipped" | "failed" | "held" }>;

/**
 * Whether a read, of one object or of a list, shows what a row made whose answer was lost: an object that has
 * the row's values and was created since the row was first sent. The plan saw no object of its name, so no other
 * is this row's. One of the name that is not this row's ends the row: it must not become the second.
 */
function madeInPlace(
  made: Made,
  answer: GraphAnswer,
  values: Properties,
  attempt: Pick<Attempt, "firstIntentAt">,
): boolean | FinalVerdict {
  if (answer.status !== 200) return false;
  const { noun, names } = made;
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
    ...notOwn(made),
    ...(own.length > 1 && {
      reason: `Several ${noun}s with these values were created after the plan, and nothing tells which is this row's.`,
    }),
    objectId: idIn(there[0] ?? {}),
  };
}
