import type { GraphAnswer } from "../graph-request.ts";
import { isGuid, type ObjectId, toObjectId } from "../object-id.ts";
import { isRecord, recordOf } from "../record.ts";
import { completeSet, partialSet, type ReadSet } from "./read-set.ts";

/**
 * The ids in Graph's answer to a request for a list of one page. The set is complete only if Graph
 * answered 200 with a list of objects that all have an id, and named no next page: a page may be short
 * or empty and yet not be the last.
 */
export function listedIds(
  answer: GraphAnswer | undefined,
  property: IdProperty = "id",
): ReadSet<ObjectId> {
  const { value, "@odata.nextLink": next } = recordOf(answer?.body);
  if (answer?.status !== 200 || !Array.isArray(value)) {
    return partialSet<ObjectId>([], `Graph: ${answer ? statusOf(answer) : "no answer"}`);
  }
  const ids = idsIn(value, property);
  if (ids.length < value.length) return partialSet(ids, "Graph: an object without id");
  return next === undefined ? completeSet(ids) : partialSet(ids, "Graph: a list cut short");
}

/** Where a listed object has the id: its own, or of a role assignment that of whom it is for. */
export type IdProperty = "id" | "principalId";

/** The object ids of listed objects; those without a usable one are left out. */
export const idsIn = (listed: readonly unknown[], property: IdProperty = "id"): ObjectId[] =>
  listed.flatMap((each) => {
    const id = isRecord(each) ? each[property] : undefined;
    return typeof id === "string" && isGuid(id) ? [toObjectId(id)] : [];
  });

const statusOf = ({ status, error }: GraphAnswer): string =>
  status === 200 ? "a list without value" : `${status} ${error?.code ?? "no code"}`;
