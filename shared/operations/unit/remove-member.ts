import { final } from "../../catalogue/judge.ts";
import { defineOperation } from "../../catalogue/operation.ts";
import { edgeBack, edgeInPlace, isListed, touchedEdge } from "../../catalogue/parts/edge.ts";
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
  judge: (answer, attempt) => {
    const isOfUnit = answer.error?.message.includes(attempt.write.target.holder) ?? false;
    return answer.status === 404 && !isOfUnit
      ? final(edgeInPlace("unit's member", attempt, "absent"))
      : undefined;
  },
  inPlace: (answer, { write }) => write.was === "present" && isListed(answer) === false,
  inverse: edgeBack("unit-member", "unit.add-member"),
});
