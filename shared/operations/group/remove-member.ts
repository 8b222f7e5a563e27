import { defineOperation } from "../../catalogue/operation.ts";
import { isListed, judgeRemoved, touchedEdge } from "../../catalogue/parts/edge.ts";
import { memberRefUrl } from "../../core/graph-request.ts";
import { decideEdge, edgeInverse, membershipParts } from "./membership.ts";

const permissions = ["GroupMember.ReadWrite.All", "User.ReadBasic.All"];

/** Removes one member from one group: its `$ref`, never the member (see `DeletableUrl`). */
export default defineOperation({
  ...membershipParts,
  summary: "Removes one member from one group; the member itself stays.",
  example: { group: "Sales team", member: "ann@contoso.com" },
  permissions,
  guarded: () => ({ "membership-removals": 1 }),
  decide: decideEdge,
  touched: ({ was }) => touchedEdge("membership", was, "absent"),
  request: ({ target }) => ({
    method: "DELETE",
    url: memberRefUrl(target.group, target.member),
  }),
  judge: (answer, attempt) => judgeRemoved("membership", answer, attempt),
  // Lists of v1.0 leave out service principals, so an empty list proves nothing, unless the plan saw
  // the member in it. Else the row is sent again, and "not found" decides it.
  inPlace: (answer, { write }) => write.was === "present" && isListed(answer) === false,
  inverse: edgeInverse("group.add-member"),
});
