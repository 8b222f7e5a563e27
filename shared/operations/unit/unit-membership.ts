import { type DecidedRow, failedRow, notFound } from "../../catalogue/decided-row.ts";
import { required, unitReference, userReference } from "../../catalogue/fields.ts";
import type { Decision, Found, Lookup, OwnOperation } from "../../catalogue/operation.ts";
import { type End, edgeWrite, isListed } from "../../catalogue/parts/edge.ts";
import type { PayloadOf } from "../../catalogue/payload.ts";
import type { Properties, ReadyWrite } from "../../catalogue/row.ts";
import type { Targets } from "../../catalogue/target.ts";
import { type GraphRead, odataString } from "../../core/graph-request.ts";
import { isGuid, toObjectId } from "../../core/object-id.ts";

const fields = { unit: required(unitReference), member: required(userReference) };

type UnitMembership = PayloadOf<typeof fields>;

const permissions = ["AdministrativeUnit.ReadWrite.All", "User.ReadBasic.All"];

/** What adding and removing share. A member given by id may be a user, a group or a device. */
export const unitParts = {
  fields,
  example: { unit: "Munich", member: "ann@contoso.com" },
  optIn: true,
  target: "edge",
  permissions,
  lookups: ({ unit, member }: UnitMembership): Readonly<Record<string, Lookup>> => ({
    unit: {
      kind: "unit",
      ref: unit,
      select: ["id", "membershipType", "isMemberManagementRestricted"],
    },
    member: isGuid(member)
      ? { kind: "object", ref: member, select: ["id"] }
      : { kind: "user", ref: member, select: ["id"] },
  }),
  decide: decideUnit,
  /** A hint for the plan, and a look before another send. */
  look: ({ target }: ReadyWrite<Targets["edge"]>): GraphRead => ({
    method: "GET",
    url: `/directory/administrativeUnits/${target.holder}/members?$filter=id%20eq%20${odataString(target.object)}&$select=id&$count=true`,
    headers: { ConsistencyLevel: "eventual" },
  }),
  isThere: isListed,
} as const satisfies Partial<OwnOperation<UnitMembership, "edge">>;

/** Plans the write, or says why the unit's members are not changed. */
function decideUnit(
  { member: ref }: UnitMembership,
  { unit, member }: Readonly<Record<string, Found>>,
): Decision<"edge"> {
  if (unit?.state !== "found") return notFound("unit", unit);
  const closed = whyClosed(unit.object);
  if (closed) return closed;
  const isUnread = member === undefined || member.state === "unseen";
  const end = isUnread && isGuid(ref) ? { state: "found" as const, id: toObjectId(ref) } : member;
  return isEnd(end)
    ? { write: edgeWrite("unit-member", unit, end) }
    : notFound("member", end?.state === "unseen" ? undefined : end);
}

const isEnd = (found: Found | End | undefined): found is End =>
  found?.state === "found" || found?.state === "coming";

/** Graph reference, resources/administrativeUnit. */
function whyClosed(unit: Properties): DecidedRow | undefined {
  if (unit["membershipType"] === "Dynamic") {
    return failedRow(
      "The administrative unit's members follow a rule (dynamic membership).",
      "Change the unit's membership rule, or use a unit with assigned members.",
    );
  }
  if (unit["isMemberManagementRestricted"] === true) {
    return failedRow(
      "The unit restricts who manages its members, so that its membership protects them.",
      "Have a person with the role Privileged Role Administrator change its members.",
    );
  }
  return undefined;
}
