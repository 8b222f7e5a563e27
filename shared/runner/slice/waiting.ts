import { OperatorError } from "../../core/errors.ts";
import type { Site } from "../batch/site.ts";

/** A shorter pause, milliseconds, is not reported: a status may be as old as that anyway. */
const WORTH_TELLING_MS = 5_000;

/** For the status: why nothing is sent, if Graph asked for a pause that is not over, or does not answer. */
export function whyWaiting({ pacer, clock }: Pick<Site, "pacer" | "clock">) {
  const heldUntilMs = pacer.heldUntilMs();
  if (heldUntilMs - clock.now() < WORTH_TELLING_MS) return undefined;
  const until = new Date(heldUntilMs).toISOString().slice(0, 19);
  if (pacer.isAway()) {
    return new OperatorError(
      "GRAPH_UNAVAILABLE",
      `Graph does not answer: the next request is sent at ${until}Z.`,
      {
        fix: "No action needed: single requests find out when it is back. If it lasts, see Microsoft 365 service health.",
        disposition: "retry",
      },
    );
  }
  return new OperatorError(
    "GRAPH_THROTTLED",
    `Graph asked for a pause: nothing is sent before ${until}Z.`,
    {
      fix: "No action needed: it continues by itself. If it repeats, the event graph.throttled says whose quota is used up (throttleScope).",
      disposition: "retry",
    },
  );
}
