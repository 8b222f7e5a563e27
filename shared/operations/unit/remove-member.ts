import { defineOperation } from "../../catalogue/operation.ts";
import { edgeBack, isListed, judgeRemoved, touchedEdge } from "../../catalogue/parts/edge.ts";
import { unitMemberRefUrl } from "../../core/graph-request.ts";
import { unitParts } from "./unit-membership.ts";

/** Takes a member out of an administrative unit: its `$ref`, never the member (see `DeletableUrl`). */
export default defineOperation({
  ...unitParts,
  summary: "Takes a user, a group or a device out of an administrative unit; it stays as it is.",
  guarded: () => ({ "membership-removals": 1 }),
  touched: ({ was }) => touchedEdge("unitMembership", was, "absent"),
  request: ({ target }) => ({
    method: "DELETE",
    url: unitMemberRefUrl(target.holder, target.object),
  }),
  judge: (answer, attempt) => judgeRemoved("unit's member", answer, attempt),
  inPlace: (answer, { write }) => write.was === "present" && isListed(answer) === false,
  inverse: edgeBack("unit-member", "unit.add-member"),
});
