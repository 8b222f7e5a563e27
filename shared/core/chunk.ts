/** Graph accepts at most this many requests in one `$batch` body (json-batching documentation). */
export const BATCH_LIMIT = 20;

/** Splits `items`, in order, into arrays of at most `size`. */
export function chunk<T>(items: readonly T[], size: number = BATCH_LIMIT): T[][] {
  const chunks: T[][] = [];
  for (let at = 0; at < items.length; at += size) chunks.push(items.slice(at, at + size));
  return chunks;
}
