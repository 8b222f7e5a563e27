import { OperatorError } from "../core/errors.ts";
import type { GraphRead } from "../core/graph-request.ts";
import type { ObjectId } from "../core/object-id.ts";
import { type IdProperty, idsIn } from "../core/sets/listed-ids.ts";
import { type CompleteSet, completeSet, partialSet, type ReadSet } from "../core/sets/read-set.ts";
import type { Graph } from "./types.ts";

/**
 * The ids of every object of a collection. A listing that did not come to its end throws, and so does
 * one with an object whose id cannot be read: neither is a set that says what is absent.
 *
 * @throws OperatorError READ_INCOMPLETE, as `Graph.pages`.
 */
export async function readWholeSet(
  graph: Pick<Graph, "pages">,
  read: GraphRead,
  property?: IdProperty,
  seen = new Set<ObjectId>(),
): Promise<CompleteSet<ObjectId>> {
  for await (const page of graph.pages(read)) {
    const ids = idsIn(page, property);
    for (const id of ids) seen.add(id);
    if (ids.length < page.length) throw unnamed();
  }
  return completeSet(seen);
}

/**
 * The ids of a collection as far as Graph shows them: a partial set if it refuses a page for good.
 *
 * @throws OperatorError READ_INCOMPLETE, disposition `retry`, if starting again can help.
 */
export async function readSet(
  graph: Pick<Graph, "pages">,
  read: GraphRead,
  property?: IdProperty,
): Promise<ReadSet<ObjectId>> {
  const seen = new Set<ObjectId>();
  const why = await whyPartial(() => readWholeSet(graph, read, property, seen));
  return why === undefined ? completeSet(seen) : partialSet(seen, why);
}

/**
 * Gives the pages of a collection to `take`, which answers whether each object on a page has a usable id. Answers
 * why the collection was not read to its end, if it was not.
 *
 * @throws OperatorError READ_INCOMPLETE, disposition `retry`, if starting again can help.
 */
export const readPages = (
  graph: Pick<Graph, "pages">,
  read: GraphRead,
  take: (page: readonly Readonly<Record<string, unknown>>[]) => boolean,
): Promise<string | undefined> =>
  whyPartial(async () => {
    for await (const page of graph.pages(read)) if (!take(page)) throw unnamed();
  });

async function whyPartial(reading: () => Promise<unknown>): Promise<string | undefined> {
  try {
    await reading();
    return undefined;
  } catch (error) {
    if (!(error instanceof OperatorError) || error.code !== "READ_INCOMPLETE") throw error;
    if (error.disposition === "retry") throw error;
    return error.what.replace(/\.$/, "");
  }
}

const unnamed = (): OperatorError =>
  new OperatorError("READ_INCOMPLETE", "A listing has an object without a usable id.", {
    fix: "The listing is not used. Look at whether a proxy answers in place of Graph.",
    disposition: "stop",
  });
