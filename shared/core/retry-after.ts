/**
 * The wait that a `Retry-After` header asks for, in milliseconds: whole or decimal seconds (Graph
 * sends `0.249` inside a `$batch`) or an HTTP date. `undefined` where there is none to be read.
 */
export function retryAfterMs(header: string | null | undefined, nowMs: number): number | undefined {
  const text = header?.trim();
  if (!text) return undefined;
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text) * 1000;
  if (!/[a-z]/i.test(text)) return undefined;
  const dateMs = Date.parse(text);
  return Number.isNaN(dateMs) ? undefined : Math.max(0, dateMs - nowMs);
}
