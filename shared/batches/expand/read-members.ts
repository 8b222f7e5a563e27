import { OperatorError } from "../../core/errors.ts";
import type { Graph } from "../../graph/types.ts";
import { edgeNumber, type Wanted } from "./wanted-members.ts";

/** Whom a group has, compared with whom it shall have; `why`: the list was not read to its end. */
export type GroupMembers =
  | {
      /** Of those who are wanted, who is a member: by `edgeNumber`. */
      readonly present: ReadonlySet<number>;
      /** The ids of members whom nobody wants. */
      readonly others: readonly string[];
    }
  | { readonly why: string };

/**
 * The kinds of members that are removed. Service principals are not: version 1.0 of Graph leaves them out of the
 * list (group-list-members), so nobody who wrote one from it could name them.
 */
const REMOVABLE: readonly unknown[] = ["user", "group", "device", "orgContact"].map(
  (kind) => `#microsoft.graph.${kind}`,
);

/**
 * Reads the members of a group to the end of the list.
 *
 * @throws OperatorError READ_INCOMPLETE, disposition `retry`, if starting again can help
 */
export async function readMembers(
  graph: Pick<Graph, "pages">,
  group: string,
  wanted: Wanted,
): Promise<GroupMembers> {
  const present = new Set<number>();
  const others = new Set<string>();
  try {
    const read = { method: "GET", url: `/groups/${group}/members?$select=id&$top=999` } as const;
    for await (const page of graph.pages(read)) {
      for (const { id, "@odata.type": type } of page) {
        if (typeof id !== "string") return { why: "Graph: a member without id" };
        if (wanted.has(group, id)) present.add(edgeNumber(group, id));
        else if (REMOVABLE.includes(type)) others.add(id);
      }
    }
  } catch (error) {
    if (!(error instanceof OperatorError) || error.code !== "READ_INCOMPLETE") throw error;
    if (error.disposition === "retry") throw error;
    return { why: error.what.replace(/\.$/, "") };
  }
  return { present, others: [...others] };
}
