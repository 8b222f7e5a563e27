import type { GraphAnswer, GraphRead } from "../../core/graph-request.ts";
import { recordOf } from "../../core/record.ts";
import type { Graph } from "../../graph/types.ts";
import type { GroupSizes } from "../../guards/find-group-loss.ts";

/** How many there are, or why Graph does not say. */
type Counted = number | string;

const EVENTUAL = { ConsistencyLevel: "eventual" };

/**
 * How many users the tenant has. Permission: User.ReadBasic.All, or a broader one, which every operation
 * has that percentages are of.
 *
 * @throws OperatorError READ_INCOMPLETE, disposition `retry`, and the token module's
 */
export async function countUsers(graph: Graph): Promise<Counted> {
  const [answer] = await graph.readAll([countOf("/users")]);
  return counted(answer);
}

/**
 * How many members these groups have now; a group that is gone has none. Permission:
 * GroupMember.Read.All, or the GroupMember.ReadWrite.All that removing members needs. Lists of v1.0
 * leave out service principals, so that a group with such members looks smaller and may lose fewer.
 *
 * @throws OperatorError as `countUsers`
 */
export async function countMembers(graph: Graph, groups: readonly string[]): Promise<GroupSizes> {
  const answers = await graph.readAll(groups.map((group) => countOf(`/groups/${group}/members`)));
  return new Map(
    groups.map((group, at) => [group, answers[at]?.status === 404 ? 0 : counted(answers[at])]),
  );
}

/** One object is asked for, and the count of all: a count alone is plain text, which `$batch` wraps. */
const countOf = (path: `/${string}`): GraphRead => ({
  method: "GET",
  url: `${path}?$count=true&$top=1&$select=id`,
  headers: EVENTUAL,
});

function counted(answer: GraphAnswer | undefined): Counted {
  if (answer?.status !== 200) {
    return `Graph: ${answer?.status ?? "no answer"} ${answer?.error?.code ?? "no code"}`;
  }
  const count = recordOf(answer.body)["@odata.count"];
  return Number.isSafeInteger(count) ? Number(count) : "Graph: a list without its count";
}
