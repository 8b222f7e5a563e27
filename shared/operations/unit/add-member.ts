import { final } from "../../catalogue/judge.ts";
import { defineOperation } from "../../catalogue/operation.ts";
import { edgeBack, edgeInPlace, isListed, touchedEdge } from "../../catalogue/parts/edge.ts";
import { unitParts } from "./unit-membership.ts";

/**
 * Adds a user, a group or a device to an administrative unit: whoever administers the unit may then change
 * it. Graph takes one member a request, and refuses one who is there as a conflicting object.
 */
export default defineOperation({
  ...unitParts,
  summary:
    "Adds a user, a group or a device to an administrative unit, whose administrators may then change it.",
  touched: ({ was }) => touchedEdge("unitMembership", was, "present"),
  request: ({ target }, { graphRoot }) => ({
    method: "POST",
    url: `/directory/administrativeUnits/${target.holder}/members/$ref`,
    body: { "@odata.id": `${graphRoot}/directoryObjects/${target.object}` },
  }),
  judge: (answer, attempt) => {
    const { status, error } = answer;
    return status === 400 && /conflicting object|already exist/i.test(error?.message ?? "")
      ? final(edgeInPlace("unit's member", attempt, "present"))
      : undefined;
  },
  inPlace: (answer, attempt) =>
    isListed(answer) === true && edgeInPlace("unit's member", attempt, "present"),
  inverse: edgeBack("unit-member", "unit.remove-member"),
});
