import { OperatorError } from "../core/errors.ts";
import type { GraphRead } from "../core/graph-request.ts";
import type { ObjectId } from "../core/object-id.ts";
import { idsIn } from "../core/sets/listed-ids.ts";
import { type CompleteSet, completeSet } from "../core/sets/read-set.ts";
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
  idsOf: (page: readonly Readonly<Record<string, unknown>>[]) => readonly ObjectId[] = idsIn,
): Promise<CompleteSet<ObjectId>> {
  const ids = new Set<ObjectId>();
  for await (const page of graph.pages(read)) {
    const found = idsOf(page);
    if (found.length < page.length) throw unnamed();
    for (const id of found) ids.add(id);
  }
  return completeSet(ids);
}

const unnamed = (): OperatorError =>
  new OperatorError("READ_INCOMPLETE", "A listing has an object without a usable id.", {
    fix: "The listing is not used. Look at whether a proxy answers in place of Graph.",
    disposition: "stop",
  });
