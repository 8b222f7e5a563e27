/** A refusal of Entra's token endpoint: the OAuth error body, reduced to what is safe to keep. */
export interface Refusal {
  readonly status: number;
  /** OAuth's `error`: `invalid_client`, `invalid_grant` … or "" if the body was no OAuth error. */
  readonly error: string;
  readonly suberror: string;
  /** The AADSTS numbers, most specific first. */
  readonly codes: readonly number[];
  /** The claims challenge of a Conditional Access refusal. */
  readonly claims: string | undefined;
  readonly retryAfterMs: number | undefined;
  /** Microsoft's support asks for it, together with the time. */
  readonly correlationId: string;
  readonly traceId: string;
  /** The first sentence of Entra's description, without anything that could be a secret or a name. */
  readonly words: string;
}

/** Reads an answer of the token endpoint, which need not be JSON: Entra throttles with a plain-text 429. */
export function readRefusal(
  status: number,
  text: string,
  retryAfterMs: number | undefined,
): Refusal {
  const body = parseObject(text);
  const description = stringOf(body["error_description"]);
  return {
    status,
    error: wordOf(body["error"]),
    suberror: wordOf(body["suberror"]),
    codes: codesOf(body["error_codes"], description),
    claims: stringOf(body["claims"]) || undefined,
    retryAfterMs,
    correlationId: guidOf(body["correlation_id"]),
    traceId: guidOf(body["trace_id"]),
    words: harmless(description),
  };
}

/** Whether the answer has the form of Entra's refusals, and not of a proxy's page. */
export const isFromEntra = ({ error, codes, correlationId }: Refusal): boolean =>
  error !== "" && (codes.length > 0 || correlationId !== "");

/** The statuses of an overloaded service or a gateway, which outweigh any number in the body. */
const BUSY = new Set([408, 429, 502, 503, 504]);

export const isBusy = ({ status }: Refusal): boolean => BUSY.has(status);

/**
 * Status and `error` decide about a retry; the numbers are for people (Entra, error reference). An answer
 * without an OAuth error, such as a redirect or a proxy's 403, did not come from Entra, so it is
 * retried as well.
 */
export const isTransient = (refusal: Refusal): boolean =>
  isBusy(refusal) ||
  refusal.status >= 500 ||
  refusal.error === "temporarily_unavailable" ||
  refusal.error === "";

/**
 * The refusals of a certificate after which Microsoft's own library retries with another certificate
 * (microsoft-identity-web, Constants.cs).
 */
const KEY_REFUSALS = new Set([700027, 7000274, 700024, 7000214, 7000277, 1000502]);

export const isKeyRefusal = ({ codes }: Refusal): boolean =>
  codes.some((code) => KEY_REFUSALS.has(code));

/** Whether Entra does not know the key that the assertion names. */
export const isUnregistered = ({ codes }: Refusal): boolean => codes.includes(700027);

/** Refusals of an assertion's times, retried once if the clock has just been corrected. */
const CLOCK_REFUSALS = new Set([700024, 50012]);

export const isClockRefusal = ({ codes }: Refusal): boolean =>
  codes.some((code) => CLOCK_REFUSALS.has(code));

function codesOf(list: unknown, description: string): number[] {
  if (Array.isArray(list)) {
    const numbers = list.map(Number).filter((code) => Number.isSafeInteger(code) && code > 0);
    if (numbers.length > 0) return numbers;
  }
  const found = /AADSTS(\d{4,9})/.exec(description)?.[1];
  return found === undefined ? [] : [Number(found)];
}

const GUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Entra's descriptions are prose with ids. Addresses and long unbroken runs could be names or secrets. */
const harmless = (description: string): string =>
  (description.split(/\r?\n| Trace ID:/, 1)[0] ?? "")
    .replace(/\S*@\S+/g, "…")
    .replace(/[A-Za-z0-9+/_=.~-]{32,}/g, (run) => (GUID.test(run) ? run : "…"))
    .slice(0, 300)
    .trim();

function parseObject(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : {};
  } catch {
    return {};
  }
}

const stringOf = (value: unknown): string => (typeof value === "string" ? value : "");

/** OAuth's codes are words such as `invalid_client`. A proxy's page has none. */
const wordOf = (value: unknown): string =>
  typeof value === "string" && /^[a-z_]{1,60}$/.test(value) ? value : "";

const guidOf = (value: unknown): string =>
  typeof value === "string" && /^[0-9a-f-]{36}$/i.test(value) ? value : "";
