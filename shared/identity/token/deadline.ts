import type { Clock } from "../../core/clock.ts";
import { OperatorError } from "../../core/errors.ts";

/** A token request may take this long in all: managed identity, vault and Entra together. */
const DEADLINE_MS = 45_000;

/**
 * Runs a token request within the deadline. Its signal aborts when the deadline has passed.
 * @throws OperatorError TOKEN_UNREACHABLE after the deadline, whether or not the request ends then.
 */
export async function withinDeadline<T>(
  clock: Pick<Clock, "sleep">,
  request: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const done = new AbortController();
  const expiry = new AbortController();
  const late = clock.sleep(DEADLINE_MS, done.signal).then((): never => {
    const error = new OperatorError(
      "TOKEN_UNREACHABLE",
      `No token within ${DEADLINE_MS / 1000} s from managed identity, Key Vault and Entra.`,
      {
        fix: "No action needed if it passes; otherwise check DNS, proxies and firewalls on the way to Key Vault and Entra.",
        disposition: "retry",
      },
    );
    expiry.abort(error);
    throw error;
  });
  try {
    return await Promise.race([request(expiry.signal), late]);
  } finally {
    // Ends the sleep. Nobody awaits its error.
    late.catch(() => undefined);
    done.abort();
  }
}
