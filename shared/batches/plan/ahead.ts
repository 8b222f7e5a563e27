/**
 * Yields the items of `source` in order, after it has taken up to `count()` more from it. The count may
 * change meanwhile.
 */
export async function* ahead<T>(source: AsyncIterable<T>, count: () => number): AsyncGenerator<T> {
  const waiting: T[] = [];
  for await (const item of source) {
    waiting.push(item);
    while (waiting.length > count()) {
      const [next] = waiting.splice(0, 1);
      if (next !== undefined) yield next;
    }
  }
  yield* waiting;
}
