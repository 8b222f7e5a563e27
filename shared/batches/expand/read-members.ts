import type { Graph } from "../../graph/types.ts";
import { readPages } from "../../graph/whole-set.ts";
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
  const read = { method: "GET", url: `/groups/${group}/members?$select=id&$top=999` } as const;
  const why = await readPages(graph, read, (page) =>
    page.every(({ id, "@odata.type": type }) => {
      if (typeof id !== "string") return false;
      if (wanted.has(group, id)) present.add(edgeNumber(group, id));
      else if (REMOVABLE.includes(type)) others.add(id);
      return true;
    }),
  );
  if (why !== undefined) return { why };
  return { present, others: [...others] };
}
