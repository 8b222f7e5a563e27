import { notFound } from "../../catalogue/decided-row.ts";
import { groupReference, required, userReference } from "../../catalogue/fields.ts";
import type { DoneRow, Inverse } from "../../catalogue/inverse.ts";
import type { Decision, Found, Lookup, Operation } from "../../catalogue/operation.ts";
import { isListed } from "../../catalogue/parts/edge.ts";
import type { PayloadOf } from "../../catalogue/payload.ts";
import type { ReadyWrite } from "../../catalogue/row.ts";
import type { Targets } from "../../catalogue/target.ts";
import {
  type GraphAnswer,
  type GraphRead,
  odataIds,
  odataString,
} from "../../core/graph-request.ts";
import { type ObjectId, isGuid, toObjectId } from "../../core/object-id.ts";
import { listedIds } from "../../core/sets/listed-ids.ts";
import { presence } from "../../core/sets/read-set.ts";
import { memberFacts, whyClosed } from "./closed-group.ts";

const fields = { group: required(groupReference), member: required(userReference) };

export type Edge = PayloadOf<typeof fields>;
type EdgeWrite = ReadyWrite<Targets["membership"]>;

/** What adding and removing share. A member given by id may be of any kind. */
export const membershipParts = {
  fields,
  target: "membership",
  lookups: ({ group, member }: Edge): Readonly<Record<string, Lookup>> => {
    const lookup: Lookup = { kind: "group", ref: group, select: memberFacts };
    return isGuid(member)
      ? { group: lookup }
      : { group: lookup, member: { kind: "user", ref: member, select: ["id"] } };
  },
  /**
   * A hint for the plan, and a look before another send; no more, because lists of v1.0 leave out
   * service principals. The reference does not say that members can be filtered by id, but
   * msgraph-metadata#185 shows it; if Graph refuses, only the hint is lost.
   */
  look: ({ target }: EdgeWrite): GraphRead =>
    membersRead(target.group, `id%20eq%20${odataString(target.member)}`),
  isThere: isListed,
  together: {
    look: (writes: readonly EdgeWrite[]): GraphRead =>
      membersRead(
        writes[0]?.target.group ?? "",
        odataIds(writes.map(({ target }) => target.member)),
      ),
    lookOf: listOf,
  },
} as const satisfies Partial<Operation<Edge, "membership">>;

const membersRead = (group: string, filter: string): GraphRead => ({
  method: "GET",
  url: `/groups/${group}/members?$filter=${filter}&$select=id&$count=true`,
  headers: { ConsistencyLevel: "eventual" },
});

/** The part of a list of members that is about one of them; without `value` if the list does not say. */
export function listOf(answer: GraphAnswer, { target }: EdgeWrite): GraphAnswer {
  if (answer.status !== 200) return answer;
  const { member } = target;
  const is = presence(listedIds(answer), member);
  if (is === "unknown") return { ...answer, body: {} };
  return { ...answer, body: { value: is === "present" ? [{ id: member }] : [] } };
}

/** Plans the write of the edge, or says why Graph cannot change this group's members. */
export function decideEdge(
  payload: Edge,
  found: Readonly<Record<string, Found>>,
): Decision<"membership"> {
  const { group, member } = found;
  if (group?.state !== "found") {
    return notFound("group", group?.state === "coming" ? undefined : group);
  }
  const closed = whyClosed(group.object, "members");
  if (closed) return closed;
  const id = payload.member;
  if (isGuid(id)) {
    if (member?.state === "missing") return notFound("member", member);
    return { write: edgeWrite(group.id, toObjectId(id), isSeen(member)) };
  }
  if (member?.state === "found") return { write: edgeWrite(group.id, member.id, true) };
  if (member?.state !== "coming") return notFound("member", member);
  const upn = `upn:${id.toLowerCase()}`;
  return {
    write: {
      target: { kind: "pending-membership", group: group.id },
      keys: [`edge:${group.id}/${upn}`, upn],
      group: group.id,
      idFromRow: { row: member.row, role: "member" },
    },
  };
}

const edgeWrite = (group: ObjectId, member: ObjectId, memberSeen?: boolean): EdgeWrite => ({
  target: { kind: "membership", group, member },
  keys: [`edge:${group}/${member}`, `object:${member}`],
  group,
  ...(memberSeen !== undefined && { memberSeen }),
});

/** `undefined` if nobody looked, or if the member is of another kind than users and groups. */
function isSeen(member: Found | undefined): boolean | undefined {
  if (member?.state === "unseen") return false;
  return member?.state === "found" && member.kind !== undefined ? true : undefined;
}

/** A membership that a row made or ended was not so before, so no value before is needed. */
export const edgeInverse =
  (operation: string) =>
  ({ group, object }: DoneRow): Inverse => ({ operation, cells: { group, member: object } });
