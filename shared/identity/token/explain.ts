import { OperatorError } from "../../core/errors.ts";
import { LONGEST_PAUSE_MS } from "../../core/pause.ts";
import { type RefusalContext, explanationOf } from "./explanations.ts";
import { type Refusal, isBusy, isTransient } from "./refusal.ts";

/** Entra's throttling asks for a minute; after a loop (50196) it takes about two. */
const THROTTLED_MS = 60_000;
const LOOP_MS = 120_000;

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
  const isLater = known?.explanation.retry === "later";
  if (isLater || isBusy(refusal) || (known === undefined && isTransient(refusal))) {
    const later = isLater ? known.explanation : undefined;
    return new OperatorError(
      "TOKEN_UNREACHABLE",
      `Entra gave no token: ${label}, ${later?.means ?? transientCause(refusal)}${trace}.`,
      {
        fix: later?.fix(context) ?? transientFix(refusal),
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

const transientCause = ({ status, error }: Refusal): string => {
  if (status === 429) return "too many token requests";
  return error === "" && status < 500 ? "an answer that is not Entra's" : "a transient fault";
};

const transientFix = ({ status, error }: Refusal): string =>
  error === "" && status < 500 && status !== 408 && status !== 429
    ? "It is retried automatically. If it stays, check which proxy or portal answers instead of Entra."
    : "No action needed: it is retried automatically.";

function waitMs({ status, codes, retryAfterMs }: Refusal): number | undefined {
  if (retryAfterMs !== undefined) return Math.min(retryAfterMs, LONGEST_PAUSE_MS);
  if (codes.includes(50196)) return LOOP_MS;
  return status === 429 ? THROTTLED_MS : undefined;
}
