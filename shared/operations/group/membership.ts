import { notFound } from "../../catalogue/decided-row.ts";
import { groupReference, required, userReference } from "../../catalogue/fields.ts";
import type { DoneRow, Inverse } from "../../catalogue/inverse.ts";
import type { Decision, Found, Lookup, OwnOperation } from "../../catalogue/operation.ts";
import { isListed } from "../../catalogue/parts/edge.ts";
import type { PayloadOf } from "../../catalogue/payload.ts";
import type { PendingWrite, ReadyWrite } from "../../catalogue/row.ts";
import type { PendingTargets, Targets } from "../../catalogue/target.ts";
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
    lookAtAll: ({ target }: EdgeWrite): GraphRead => ({
      method: "GET",
      url: `/groups/${target.group}/members?$select=id&$top=999`,
    }),
    lookOf: listOf,
  },
} as const satisfies Partial<OwnOperation<Edge, "membership">>;

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
  if (group?.state !== "found" && group?.state !== "coming") return notFound("group", group);
  const closed = group.state === "found" ? whyClosed(group.object, "members") : undefined;
  if (closed) return closed;
  const id = payload.member;
  const isId = isGuid(id);
  if (isId && member?.state === "missing") return notFound("member", member);
  if (!isId && member?.state !== "found" && member?.state !== "coming") {
    return notFound("member", member);
  }
  if (member?.state === "coming") {
    const key = member.key ?? `upn:${id.toLowerCase()}`;
    return { write: pendingWrite(group, { row: member.row, key }) };
  }
  const known = member?.state === "found" && !isId ? member.id : toObjectId(id);
  const seen = isId ? isSeen(member) : true;
  return {
    write:
      group.state === "found"
        ? edgeWrite(group.id, known, seen)
        : { ...pendingWrite(group, known), ...(seen !== undefined && { memberSeen: seen }) },
  };
}

type Coming = Extract<Found, { state: "coming" }>;

/** The write of an edge of which at least one end is created by an earlier row. */
function pendingWrite(
  group: Extract<Found, { state: "found" }> | Coming,
  member: ObjectId | { readonly row: number; readonly key: string },
): PendingWrite<PendingTargets["membership"]> {
  const isKnown = typeof member === "string";
  const memberKey = isKnown ? `object:${member}` : member.key;
  const groupName = group.state === "found" ? group.id : (group.key ?? `created:${group.row}`);
  const keys = [`edge:${groupName}/${isKnown ? member : memberKey}`, memberKey];
  const idFromRow = isKnown ? undefined : ({ row: member.row, role: "member" } as const);
  if (group.state === "coming") {
    return {
      target: { kind: "pending-membership", ...(isKnown && { member }) },
      keys,
      ...(idFromRow && { idFromRow }),
      holderFromRow: group.row,
    };
  }
  if (idFromRow === undefined) throw new TypeError("both ends of the membership are known");
  return {
    target: { kind: "pending-membership", group: group.id },
    keys,
    group: group.id,
    idFromRow,
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
