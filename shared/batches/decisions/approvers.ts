import type { Decision } from "../../records/decisions/decision.ts";
import { isSamePerson, type Who } from "../../records/who.ts";
import { ignored, type Judgment, type Situation } from "./judgment.ts";

/**
 * What FOUR_EYES makes of an approval. Whoever asked for the batch must not approve it; if that is not
 * known, as of a file or a policy, two different people must approve the same plan.
 */
export function approvers(
  { plan }: Decision,
  who: Who,
  { submitter, control }: Pick<Situation, "submitter" | "control">,
): Judgment {
  const others = control.decisions.filter(
    (each) => each.outcome === "waiting" && each.decision === "approve" && each.plan === plan,
  );
  if (submitter?.kind === "person") {
    return isSamePerson(submitter, who)
      ? ignored("same-person", "Somebody else than who submitted the batch must approve it.")
      : { outcome: "applied" };
  }
  if (others.length === 0) return { outcome: "waiting" };
  return others.some(({ by }) => by.kind === "person" && !isSamePerson(by, who))
    ? { outcome: "applied" }
    : ignored("same-person", "The same person approved it already: a second one must.");
}
