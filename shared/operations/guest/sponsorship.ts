import { failedRow, notFound } from "../../catalogue/decided-row.ts";
import { required, userReference } from "../../catalogue/fields.ts";
import type { Decision, Found, Lookup, OwnOperation } from "../../catalogue/operation.ts";
import { type End, edgeWrite } from "../../catalogue/parts/edge.ts";
import type { PayloadOf } from "../../catalogue/payload.ts";
import type { ReadyWrite } from "../../catalogue/row.ts";
import type { Targets } from "../../catalogue/target.ts";
import type { GraphAnswer, GraphRead } from "../../core/graph-request.ts";
import { isGuid, toObjectId } from "../../core/object-id.ts";
import { recordOf } from "../../core/record.ts";
import { listedIds } from "../../core/sets/listed-ids.ts";
import { presence } from "../../core/sets/read-set.ts";

const fields = { user: required(userReference), sponsor: required(userReference) };

export type Sponsorship = PayloadOf<typeof fields>;

/** Graph has no narrower permission to change sponsors (Graph reference, user-post-sponsors). */
export const sponsorPermissions = ["User.ReadWrite.All"];

/** What adding and removing a sponsor share. A sponsor given by id may be a group. */
export const sponsorshipParts = {
  fields,
  example: { user: "mail:gwen@fabrikam.com", sponsor: "ann@contoso.com" },
  target: "edge",
  permissions: sponsorPermissions,
  lookups: ({ user, sponsor }: Sponsorship): Readonly<Record<string, Lookup>> => {
    const lookup: Lookup = { kind: "user", ref: user, select: ["id"] };
    return isGuid(sponsor)
      ? { user: lookup }
      : { user: lookup, sponsor: { kind: "user", ref: sponsor, select: ["id"] } };
  },
  decide: decideSponsorship,
  /** A guest has few sponsors; the list cannot be filtered without advanced queries. */
  look: ({ target }: ReadyWrite<Targets["edge"]>): GraphRead => ({
    method: "GET",
    url: `/users/${target.holder}/sponsors?$select=id`,
  }),
  isThere: isSponsor,
} as const satisfies Partial<OwnOperation<Sponsorship, "edge">>;

function decideSponsorship(
  { sponsor: ref }: Sponsorship,
  { user, sponsor }: Readonly<Record<string, Found>>,
): Decision<"edge"> {
  if (user?.state !== "found" && user?.state !== "coming") return notFound("user", user);
  const end: Found | undefined = isGuid(ref)
    ? { state: "found", id: toObjectId(ref), object: {} }
    : sponsor;
  if (end?.state !== "found" && end?.state !== "coming") return notFound("sponsor", end);
  if (user.state === "found" && end.state === "found" && user.id === end.id) {
    return failedRow("Nobody can be their own sponsor.", "Name another user in column sponsor.");
  }
  const [holder, object]: [End, End] = [user, end];
  return { write: edgeWrite("sponsor", holder, object) };
}

/** Whether the answer to `look` lists the sponsor; `undefined` if it does not say. */
export function isSponsor(
  answer: GraphAnswer,
  { target }: ReadyWrite<Targets["edge"]>,
): boolean | undefined {
  if (answer.status !== 200 || !Array.isArray(recordOf(answer.body)["value"])) return undefined;
  const is = presence(listedIds(answer), target.object);
  return is === "unknown" ? undefined : is === "present";
}
