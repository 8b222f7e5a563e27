import { defineOperation } from "../../catalogue/operation.ts";
import { edgeBack, edgeInPlace, judgeRemoved, touchedEdge } from "../../catalogue/parts/edge.ts";
import { sponsorRefUrl } from "../../core/graph-request.ts";
import { isSponsor, sponsorshipParts } from "./sponsorship.ts";

/** Ends a sponsorship: its `$ref`, never the sponsor (see `DeletableUrl`). */
export default defineOperation({
  ...sponsorshipParts,
  summary: "Takes a sponsor from a guest; the sponsor's account stays.",
  touched: ({ was }) => touchedEdge("sponsorship", was, "absent"),
  request: ({ target }) => ({ method: "DELETE", url: sponsorRefUrl(target.holder, target.object) }),
  judge: (answer, attempt) => judgeRemoved("sponsorship", answer, attempt),
  inPlace: (answer, attempt) =>
    isSponsor(answer, attempt.write) === false && edgeInPlace("sponsorship", attempt, "absent"),
  inverse: edgeBack("sponsor", "guest.add-sponsor"),
});
