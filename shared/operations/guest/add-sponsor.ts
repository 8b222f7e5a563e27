import { defineOperation } from "../../catalogue/operation.ts";
import { edgeBack, edgeInPlace, judgeAdded, touchedEdge } from "../../catalogue/parts/edge.ts";
import { isSponsor, sponsorshipParts } from "./sponsorship.ts";

/** Graph refuses a second time with "already exist". */
export default defineOperation({
  ...sponsorshipParts,
  summary: "Gives a guest a sponsor: the user, or the group by its id, who answers for the guest.",
  touched: ({ was }) => touchedEdge("sponsorship", was, "present"),
  request: ({ target }, { graphRoot }) => ({
    method: "POST",
    url: `/users/${target.holder}/sponsors/$ref`,
    body: { "@odata.id": `${graphRoot}/directoryObjects/${target.object}` },
  }),
  judge: (answer, attempt) => judgeAdded("sponsorship", answer, attempt),
  inPlace: (answer, attempt) =>
    isSponsor(answer, attempt.write) === true && edgeInPlace("sponsorship", attempt, "present"),
  inverse: edgeBack("sponsor", "guest.remove-sponsor"),
});
