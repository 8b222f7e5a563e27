import { OperatorError } from "../../core/errors.ts";
import type { Site } from "../ports.ts";

/** A pause shorter than this is not worth a word: a status is as old as that anyway, milliseconds. */
const WORTH_TELLING_MS = 5_000;

/**
 * Why nothing is sent although nothing is wrong, for the status: Graph asked for a pause that is not
 * over. `undefined` where it did not.
 */
export function whyWaiting({ pacer, clock }: Pick<Site, "pacer" | "clock">) {
  const heldUntilMs = pacer.memory()?.heldUntilMs ?? 0;
  if (heldUntilMs - clock.now() < WORTH_TELLING_MS) return undefined;
  const until = new Date(heldUntilMs).toISOString().slice(0, 19);
  return new OperatorError(
    "GRAPH_THROTTLED",
    `Graph asked for a pause: nothing is sent before ${until}Z.`,
    {
      fix: "Nothing: it goes on by itself. Where it repeats, the event graph.throttled says whose quota is used up (throttleScope).",
      disposition: "retry",
    },
  );
}
