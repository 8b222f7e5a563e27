import { OperatorError } from "../../core/errors.ts";
import { type RefusalContext, explanationOf } from "./explanations.ts";
import { type Refusal, isTransient } from "./refusal.ts";

/** Entra's throttling asks for a minute; after a loop (50196) it takes about two. */
const THROTTLED_MS = 60_000;
const LOOP_MS = 120_000;
/** No Retry-After delays work for longer, because a wrong header must not stop a whole night. */
export const LONGEST_WAIT_MS = 10 * 60_000;

/**
 * Turns a refusal into an error that says what it means, what to do, and whether it is retried. For a
 * number that is not in the table it quotes Entra's own sentence.
 *
 * Transient refusals are TOKEN_UNREACHABLE with disposition `retry`; the others are CONSENT_MISSING,
 * SCOPE_INVALID or TOKEN_REFUSED with disposition `stop`.
 */
export function explain(refusal: Refusal, context: RefusalContext, cause?: unknown): OperatorError {
  const known = explanationOf(refusal.codes);
  const label = labelOf(refusal, known?.code);
  const trace = refusal.correlationId === "" ? "" : ` (correlation id ${refusal.correlationId})`;
  if (known === undefined ? isTransient(refusal) : known.explanation.retry === "later") {
    return new OperatorError(
      "TOKEN_UNREACHABLE",
      `Entra gave no token: ${label}, ${known?.explanation.means ?? transientCause(refusal)}${trace}.`,
      {
        fix: known?.explanation.fix(context) ?? "No action needed: it is retried automatically.",
        disposition: "retry",
        retryAfterMs: waitMs(refusal),
        cause,
      },
    );
  }
  if (!known) {
    const words = refusal.words === "" ? "" : ` Entra says: "${refusal.words}"`;
    return new OperatorError(
      "TOKEN_REFUSED",
      `Entra refused a token with ${label}, which is not documented here${trace}.${words}`,
      {
        fix: "Look the number up at https://login.microsoftonline.com/error and in the service principal sign-in log.",
        disposition: "stop",
        cause,
      },
    );
  }
  return new OperatorError(
    known.explanation.code,
    `Entra refused a token with ${label}: ${known.explanation.means}${trace}.`,
    { fix: known.explanation.fix(context), disposition: "stop", cause },
  );
}

function labelOf({ codes, error, status }: Refusal, known: number | undefined): string {
  const code = known ?? codes[0];
  if (code !== undefined) return `AADSTS${code}`;
  return error === "" ? `HTTP ${status}` : `"${error}" (HTTP ${status})`;
}

const transientCause = ({ status }: Refusal): string =>
  status === 429 ? "too many token requests" : "a transient fault";

function waitMs({ status, codes, retryAfterMs }: Refusal): number | undefined {
  if (retryAfterMs !== undefined) return Math.min(retryAfterMs, LONGEST_WAIT_MS);
  if (codes.includes(50196)) return LOOP_MS;
  return status === 429 ? THROTTLED_MS : undefined;
}
