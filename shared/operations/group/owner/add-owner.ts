import { judgeUnseen } from "../../../catalogue/judge.ts";
import { type Lookup, defineOperation } from "../../../catalogue/operation.ts";
import {
  edgeBack,
  edgeInPlace,
  isListed,
  judgeAdded,
  touchedEdge,
} from "../../../catalogue/parts/edge.ts";
import { isGuid } from "../../../core/object-id.ts";
import { type Ownership, ownershipParts } from "./ownership.ts";

const permissions = ["Group.ReadWrite.All", "User.ReadBasic.All"];

/** Makes a user or a service principal an owner of a group. Graph refuses a second time with "already exist". */
export default defineOperation({
  ...ownershipParts,
  summary: "Makes a user an owner of a group.",
  permissions,
  lookups: (payload: Ownership): Readonly<Record<string, Lookup>> => {
    const lookups = ownershipParts.lookups(payload);
    const { owner: ref } = payload;
    return isGuid(ref) ? { ...lookups, owner: { kind: "object", ref, select: ["id"] } } : lookups;
  },
  touched: ({ was }) => touchedEdge("ownership", was, "present"),
  request: ({ target }, { graphRoot }) => ({
    method: "POST",
    url: `/groups/${target.holder}/owners/$ref`,
    body: { "@odata.id": `${graphRoot}/directoryObjects/${target.object}` },
  }),
  judge: (answer, attempt) =>
    judgeAdded("ownership", answer, attempt) ?? judgeUnseen(answer, attempt, "group or the owner"),
  inPlace: (answer, attempt) =>
    isListed(answer) === true && edgeInPlace("ownership", attempt, "present"),
  inverse: edgeBack("owner", "group.remove-owner"),
});
