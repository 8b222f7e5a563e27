import { defineOperation } from "../../catalogue/operation.ts";
import { final, retryLater } from "../../catalogue/settle.ts";
import { alreadySo, decideEdge, isListed, membershipParts } from "./membership.ts";

const permissions = ["GroupMember.ReadWrite.All", "User.ReadBasic.All"];

/** How often a reference that Graph cannot see is tried before it counts as missing. */
const UNSEEN_ATTEMPTS = 3;

/**
 * Adds one member to one group. Adding twice has one effect: Graph refuses the second with "already
 * exist", so after a lost answer the plan's look tells whether the membership is this row's work.
 */
export default defineOperation({
  ...membershipParts,
  summary: "Adds one member to one group.",
  permissions: () => permissions,
  allPermissions: permissions,
  decide: decideEdge,
  request: ({ target }, { graphRoot }) => ({
    method: "POST",
    url: `/groups/${target.group}/members/$ref`,
    body: { "@odata.id": `${graphRoot}/directoryObjects/${target.member}` },
  }),
  settle: (answer, attempt) => {
    const message = answer.error?.message ?? "";
    if (answer.status === 400 && /references already exist/i.test(message)) {
      return final(alreadySo(attempt, "present"));
    }
    const isUnseen =
      answer.status === 404 ||
      (answer.status === 400 && /being referenced don't exist/i.test(message));
    if (!isUnseen) return undefined;
    return attempt.write.idFromRow || attempt.attempts < UNSEEN_ATTEMPTS
      ? retryLater(answer, "the group or the member is not to be seen everywhere yet")
      : undefined;
  },
  inPlace: (answer, attempt) => isListed(answer) === true && alreadySo(attempt, "present"),
});
