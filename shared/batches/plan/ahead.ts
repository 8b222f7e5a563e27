/** Yields the items of `source` in order, after it has taken up to `count` more from it. */
export async function* ahead<T>(source: AsyncIterable<T>, count: number): AsyncGenerator<T> {
  const waiting: T[] = [];
  for await (const item of source) {
    waiting.push(item);
    const next = waiting.length > count ? waiting.shift() : undefined;
    if (next !== undefined) yield next;
  }
  yield* waiting;
}
