import { OperatorError } from "../../core/errors.ts";
import { type RefusalContext, explanationOf } from "./explanations.ts";
import { type Refusal, isTransient } from "./refusal.ts";

/** Entra's throttle names a minute in the header; a loop (50196) takes about two to be forgotten. */
const THROTTLED_MS = 60_000;
const LOOP_MS = 120_000;
/** No Retry-After may put work off for longer: a wrong header must not stop a night's work. */
export const LONGEST_WAIT_MS = 10 * 60_000;

/**
 * A refusal as an operator needs it: what it means, what to do, and whether it passes. A number that
 * is not in the table is said to be unknown, with Entra's own sentence.
 *
 * Transient ones are TOKEN_UNREACHABLE, disposition `retry`; the rest are CONSENT_MISSING,
 * SCOPE_INVALID or TOKEN_REFUSED, disposition `stop`.
 */
export function explain(refusal: Refusal, context: RefusalContext, cause?: unknown): OperatorError {
  const known = explanationOf(refusal.codes);
  const label = labelOf(refusal, known?.code);
  const trace = refusal.correlationId === "" ? "" : ` (correlation id ${refusal.correlationId})`;
  if (known === undefined ? isTransient(refusal) : known.explanation.retry === "later") {
    return new OperatorError(
      "TOKEN_UNREACHABLE",
      `Entra gives no token now: ${label}, ${known?.explanation.means ?? passing(refusal)}${trace}.`,
      {
        fix: known?.explanation.fix(context) ?? "Nothing to do: it is tried again by itself.",
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
      `Entra refused a token with ${label}, which is unknown here${trace}.${words}`,
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

const passing = ({ status }: Refusal): string =>
  status === 429 ? "too many token requests" : "a passing fault";

function waitMs({ status, codes, retryAfterMs }: Refusal): number | undefined {
  if (retryAfterMs !== undefined) return Math.min(retryAfterMs, LONGEST_WAIT_MS);
  if (codes.includes(50196)) return LOOP_MS;
  return status === 429 ? THROTTLED_MS : undefined;
}
