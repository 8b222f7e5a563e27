/** The longest time that a timer can be set to, about 25 days; no service means a longer wait. */
const LONGEST_MS = 2 ** 31 - 1;

/**
 * The wait that a `Retry-After` header asks for, in milliseconds: whole or decimal seconds (Graph
 * sends `0.249` inside a `$batch`) or an HTTP date. `undefined` if there is none or it is invalid.
 */
export function retryAfterMs(header: string | null | undefined, nowMs: number): number | undefined {
  const text = header?.trim();
  if (!text) return undefined;
  if (/^\d+(\.\d+)?$/.test(text)) return Math.min(LONGEST_MS, Number(text) * 1000);
  if (!/[a-z]/i.test(text)) return undefined;
  // The oldest of HTTP's three forms of a date names no zone and is in GMT (RFC 9110, 5.6.7).
  const dateMs = Date.parse(/ \d{4}$/.test(text) ? `${text} GMT` : text);
  return Number.isNaN(dateMs) ? undefined : Math.min(LONGEST_MS, Math.max(0, dateMs - nowMs));
}
