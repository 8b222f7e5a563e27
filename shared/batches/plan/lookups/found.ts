import { lookupKinds } from "../../../catalogue/kinds/lookup-kinds.ts";
import type { Lookup } from "../../../catalogue/operation.ts";
import { OperatorError } from "../../../core/errors.ts";
import type { GraphAnswer } from "../../../core/graph-request.ts";
import { isGuid, toObjectId } from "../../../core/object-id.ts";
import type { SeenObject } from "./object-lookups.ts";

/** What a lookup found, or that Graph refused it. */
export type LookedUp = SeenObject | { readonly state: "refused"; readonly why: string };

/** A lookup of an object with all its properties. */
export type NamedLookup = Exclude<Lookup, { kind: "object" }>;

/** An object as Graph answered it. */
export function foundObject(object: Readonly<Record<string, unknown>>): LookedUp {
  const { id } = object;
  return typeof id === "string" && isGuid(id)
    ? { state: "found", id: toObjectId(id), object }
    : { state: "refused", why: "Graph: an object without id" };
}

/** A list that is not any row's object, read to its end. It has no id of its own. */
export const wholeList = (list: Readonly<Record<string, unknown>>): LookedUp =>
  Array.isArray(list["value"]) && list["@odata.nextLink"] === undefined
    ? { state: "found", id: NO_ID, object: list }
    : { state: "refused", why: "Graph: a list without its end" };

const NO_ID = toObjectId("00000000-0000-0000-0000-000000000000");

/**
 * The answer, if it is no refusal that says nothing of the object: a directory that may not be read does not
 * say that an object is missing.
 *
 * @throws OperatorError PERMISSION_MISSING, disposition `refuse`
 */
export function permitted(answer: GraphAnswer, kind: NamedLookup["kind"]): GraphAnswer {
  const { status } = answer;
  if (status !== 401 && status !== 403) return answer;
  const { plural, permission } = lookupKinds[kind];
  throw new OperatorError(
    "PERMISSION_MISSING",
    `Graph does not let this application read ${plural} (${status}), so nothing can be planned.`,
    {
      fix: `Grant the application permissions of docs/permissions.md (for this read ${permission}, or a broader one) with admin consent, then send the batch again.`,
      disposition: "refuse",
    },
  );
}

/** That Graph answered otherwise than with the object, in words. */
export const refused = ({ status, error }: GraphAnswer): LookedUp => ({
  state: "refused",
  why: `Graph: ${status} ${error?.code ?? "no code"}`,
});
