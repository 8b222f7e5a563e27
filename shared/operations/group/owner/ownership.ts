import { notFound } from "../../../catalogue/decided-row.ts";
import { groupReference, required, userReference } from "../../../catalogue/fields.ts";
import type { Decision, Found, Lookup, OwnOperation } from "../../../catalogue/operation.ts";
import { type End, edgeWrite, isListed } from "../../../catalogue/parts/edge.ts";
import type { PayloadOf } from "../../../catalogue/payload.ts";
import type { ReadyWrite } from "../../../catalogue/row.ts";
import type { Targets } from "../../../catalogue/target.ts";
import { type GraphRead, odataString } from "../../../core/graph-request.ts";
import { isGuid, toObjectId } from "../../../core/object-id.ts";
import { groupFacts, whyClosed } from "../closed-group.ts";

const fields = { group: required(groupReference), owner: required(userReference) };

export type Ownership = PayloadOf<typeof fields>;

/** What adding and removing an owner share. An owner given by id may be a service principal. */
export const ownershipParts = {
  fields,
  example: { group: "Sales Munich", owner: "ann@contoso.com" },
  target: "edge",
  lookups: ({ group, owner }: Ownership): Readonly<Record<string, Lookup>> => {
    const lookup: Lookup = { kind: "group", ref: group, select: groupFacts };
    return isGuid(owner)
      ? { group: lookup }
      : { group: lookup, owner: { kind: "user", ref: owner, select: ["id"] } };
  },
  decide: decideOwnership,
  /** A hint, as of members: the lists of v1.0 leave out service principals (Graph reference, group-list-owners). */
  look: ({ target }: ReadyWrite<Targets["edge"]>): GraphRead => ({
    method: "GET",
    url: `/groups/${target.holder}/owners?$filter=id%20eq%20${odataString(target.object)}&$select=id&$count=true`,
    headers: { ConsistencyLevel: "eventual" },
  }),
  isThere: isListed,
} as const satisfies Partial<OwnOperation<Ownership, "edge">>;

/**
 * Plans the write, or says why Graph cannot change this group's owners. The rows of one group go one after the
 * other, in their order: the last owner cannot be removed before another has been added.
 */
function decideOwnership(
  { owner: ref }: Ownership,
  { group, owner }: Readonly<Record<string, Found>>,
): Decision<"edge"> {
  if (group?.state !== "found" && group?.state !== "coming") return notFound("group", group);
  const closed = group.state === "found" ? whyClosed(group.object, "owners") : undefined;
  if (closed) return closed;
  if (owner?.state === "missing" || owner?.state === "ambiguous") return notFound("owner", owner);
  const end: End | undefined = isGuid(ref)
    ? { state: "found", id: toObjectId(ref) }
    : owner?.state === "unseen"
      ? undefined
      : owner;
  if (end === undefined) return notFound("owner", undefined);
  return { write: edgeWrite("owner", group, end, { oneAtATime: true }) };
}
