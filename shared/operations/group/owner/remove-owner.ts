import { refused } from "../../../catalogue/judge.ts";
import { defineOperation } from "../../../catalogue/operation.ts";
import { edgeBack, isListed, judgeRemoved, touchedEdge } from "../../../catalogue/parts/edge.ts";
import { ownerRefUrl } from "../../../core/graph-request.ts";
import { ownershipParts } from "./ownership.ts";

const permissions = ["Group.ReadWrite.All", "User.ReadBasic.All"];

/** Ends an ownership: its `$ref`, never the owner (see `DeletableUrl`). Graph refuses to remove the last owner. */
export default defineOperation({
  ...ownershipParts,
  summary:
    "Removes an owner from a group; the owner's account stays. The last owner cannot be removed.",
  permissions,
  guarded: () => ({ "membership-removals": 1 }),
  touched: ({ was }) => touchedEdge("ownership", was, "absent"),
  request: ({ target }) => ({ method: "DELETE", url: ownerRefUrl(target.holder, target.object) }),
  judge: (answer, attempt) =>
    answer.status === 400 && /at least one owner/i.test(answer.error?.message ?? "")
      ? refused(
          answer,
          "It is the group's last owner who is a user, and Graph removes no last owner",
          "Add another owner first, with group.add-owner in an earlier row or batch.",
          attempt.write.target.object,
        )
      : judgeRemoved("ownership", answer, attempt),
  // The lists of v1.0 leave out service principals: as of members.
  inPlace: (answer, { write }) => write.was === "present" && isListed(answer) === false,
  inverse: edgeBack("owner", "group.add-owner"),
});
