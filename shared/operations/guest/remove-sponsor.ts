import { final } from "../../catalogue/judge.ts";
import { defineOperation } from "../../catalogue/operation.ts";
import { edgeBack, edgeInPlace, touchedEdge } from "../../catalogue/parts/edge.ts";
import { sponsorRefUrl } from "../../core/graph-request.ts";
import { isSponsor, sponsorshipParts } from "./sponsorship.ts";

/** Ends a sponsorship: its `$ref`, never the sponsor (see `DeletableUrl`). */
export default defineOperation({
  ...sponsorshipParts,
  summary: "Takes a sponsor from a guest; the sponsor's account stays.",
  touched: ({ was }) => touchedEdge("sponsorship", was, "absent"),
  request: ({ target }) => ({ method: "DELETE", url: sponsorRefUrl(target.holder, target.object) }),
  judge: (answer, attempt) => {
    const isAbsent =
      answer.status === 404 && !(answer.error?.message ?? "").includes(attempt.write.target.holder);
    return isAbsent ? final(edgeInPlace("sponsorship", attempt, "absent")) : undefined;
  },
  inPlace: (answer, attempt) =>
    isSponsor(answer, attempt.write) === false && edgeInPlace("sponsorship", attempt, "absent"),
  inverse: edgeBack("sponsor", "guest.add-sponsor"),
});
