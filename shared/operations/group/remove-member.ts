import { defineOperation } from "../../catalogue/operation.ts";
import { final } from "../../catalogue/settle.ts";
import { memberRefUrl } from "../../core/graph-request.ts";
import { alreadySo, decideEdge, isListed, membershipParts } from "./membership.ts";

const permissions = ["GroupMember.ReadWrite.All", "User.ReadBasic.All"];

/** Removes one member from one group: its `$ref`, never the member (see `DeletableUrl`). */
export default defineOperation({
  ...membershipParts,
  summary: "Removes one member from one group; the member itself stays.",
  permissions: () => permissions,
  allPermissions: permissions,
  decide: decideEdge,
  request: ({ target }) => ({
    method: "DELETE",
    url: memberRefUrl(target.group, target.member),
  }),
  settle: (answer, attempt) => {
    const message = answer.error?.message ?? "";
    const isAbsent =
      (answer.status === 404 && !message.includes(attempt.write.target.group)) ||
      (answer.status === 400 && /removed object references do not exist/i.test(message));
    return isAbsent ? final(alreadySo(attempt, "absent")) : undefined;
  },
  // An empty list proves nothing of a service principal, which v1.0 lists leave out; where the plan
  // saw the member listed, its absence does. Otherwise the row is sent again and "not found" settles it.
  inPlace: (answer, { write }) => write.was === "present" && isListed(answer) === false,
});
