import { judgeUnseen } from "../../catalogue/judge.ts";
import { type Lookup, defineOperation } from "../../catalogue/operation.ts";
import { edgeInPlace, isListed, judgeAdded, touchedEdge } from "../../catalogue/parts/edge.ts";
import { isGuid } from "../../core/object-id.ts";
import { type Edge, decideEdge, edgeInverse, membershipParts } from "./membership.ts";
import { shareAdds } from "./share-adds.ts";

const permissions = ["GroupMember.ReadWrite.All", "User.ReadBasic.All"];

/**
 * Adds one member to one group. Graph refuses a second add with "already exist". After a lost answer,
 * what the plan saw tells whether the membership is this row's work.
 */
export default defineOperation({
  ...membershipParts,
  summary: "Adds one member to one group.",
  example: { group: "Sales team", member: "ann@contoso.com" },
  permissions,
  lookups: (payload: Edge): Readonly<Record<string, Lookup>> => {
    const lookups = membershipParts.lookups(payload);
    const { member } = payload;
    return isGuid(member)
      ? { ...lookups, member: { kind: "object", ref: member, select: ["id"] } }
      : lookups;
  },
  decide: decideEdge,
  touched: ({ was }) => touchedEdge("membership", was, "present"),
  request: ({ target }, { graphRoot }) => ({
    method: "POST",
    url: `/groups/${target.group}/members/$ref`,
    body: { "@odata.id": `${graphRoot}/directoryObjects/${target.member}` },
  }),
  together: { ...membershipParts.together, share: shareAdds },
  judge: (answer, attempt) => {
    const there = judgeAdded("membership", answer, attempt);
    if (there) return there;
    // The plan did not see the member either: that has not to do with replication.
    return answer.status === 404 && attempt.write.memberSeen === false
      ? undefined
      : judgeUnseen(answer, attempt, "group or the member");
  },
  inPlace: (answer, attempt) =>
    isListed(answer) === true && edgeInPlace("membership", attempt, "present"),
  inverse: edgeInverse("group.remove-member"),
});
