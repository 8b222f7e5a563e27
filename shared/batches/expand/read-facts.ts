import { groupKindFacts, groupKindOf } from "../../catalogue/kinds/group-kind.ts";
import type { Fact } from "../../catalogue/recipe/recipe-file.ts";
import type { GraphAnswer, GraphRead } from "../../core/graph-request.ts";
import type { ObjectId } from "../../core/object-id.ts";
import { recordOf } from "../../core/record.ts";
import { idsIn, listedIds } from "../../core/sets/listed-ids.ts";
import type { Graph } from "../../graph/types.ts";
import { readPages } from "../../graph/whole-set.ts";

/** What was read of one user; `why`: it was not read to its end, and says nothing of what is absent. */
export type FactsRead =
  | { readonly facts: Readonly<Partial<Record<Fact, readonly string[]>>> }
  | { readonly why: string };

type Properties = Readonly<Record<string, unknown>>;

/** The objects of a list that was read to its end, or why it was not. */
type Listed = { readonly objects: readonly Properties[] } | { readonly why: string };

/** The read of each fact, and the ids in what it shows. */
const reads: Readonly<
  Record<
    Fact,
    {
      readonly path: string;
      /** A list of objects, or one object, which may be absent. */
      readonly shows: "list" | "one";
      readonly idsOf: (objects: readonly Properties[]) => FactIds;
    }
  >
> = {
  groups: {
    shows: "list",
    path: `/memberOf?$select=id,${groupKindFacts.join(",")}&$top=999`,
    idsOf: assignedGroups,
  },
  reports: {
    shows: "list",
    path: "/directReports?$select=id&$top=999",
    idsOf: (objects) => idsIn(objects.filter(is("user"))),
  },
  licenses: {
    shows: "one",
    path: "?$select=id,licenseAssignmentStates",
    idsOf: ([user]) => directLicenses(user),
  },
  manager: {
    shows: "one",
    path: "/manager?$select=id",
    idsOf: (objects) => idsIn(objects.filter(is("user"))),
  },
};

type FactIds = readonly string[] | { readonly why: string };

/**
 * Reads facts of users, each to its end: a list of which a page is missing gives no fact, because it does
 * not say what else there is.
 *
 * @throws OperatorError READ_INCOMPLETE, disposition `retry`
 */
export async function readFacts(
  graph: Graph,
  users: readonly ObjectId[],
  wanted: readonly Fact[],
): Promise<ReadonlyMap<ObjectId, FactsRead>> {
  const asked = users.flatMap((user) =>
    wanted.map((fact) => ({ user, fact, read: readOf(user, fact) })),
  );
  const answers = await graph.readAll(asked.map(({ read }) => read));
  const known = new Map<ObjectId, FactsRead>();
  for (const [at, { user, fact, read }] of asked.entries()) {
    const before = known.get(user) ?? { facts: {} };
    if ("why" in before) continue;
    const ids = await idsOf(graph, fact, read, answers[at]);
    known.set(user, "why" in ids ? ids : { facts: { ...before.facts, [fact]: ids } });
  }
  return known;
}

const readOf = (user: ObjectId, fact: Fact): GraphRead => ({
  method: "GET",
  url: `/users/${user}${reads[fact].path}`,
});

async function idsOf(
  graph: Graph,
  fact: Fact,
  read: GraphRead,
  answer: GraphAnswer | undefined,
): Promise<FactIds> {
  const { shows } = reads[fact];
  const listed = shows === "one" ? onlyOne(answer) : await wholeList(graph, read, answer);
  return "why" in listed ? listed : reads[fact].idsOf(listed.objects);
}

/** Somebody without a manager is answered with 404. */
function onlyOne(answer: GraphAnswer | undefined): Listed {
  if (answer?.status === 200) return { objects: [recordOf(answer.body)] };
  return answer?.status === 404 ? { objects: [] } : { why: whyOf(answer) };
}

const whyOf = (answer: GraphAnswer | undefined): string =>
  `Graph: ${answer ? `${answer.status} ${answer.error?.code ?? "no code"}` : "no answer"}`;

/** A list of one page as it was answered; a longer one page by page, from its beginning. */
async function wholeList(
  graph: Graph,
  read: GraphRead,
  answer: GraphAnswer | undefined,
): Promise<Listed> {
  const first = listedIds(answer);
  const { value, "@odata.nextLink": next } = recordOf(answer?.body);
  const listed: readonly unknown[] = Array.isArray(value) ? value : [];
  if (first.kind === "complete") return { objects: listed.map(recordOf) };
  return next === undefined ? { why: first.why } : listPages(graph, read);
}

async function listPages(graph: Graph, read: GraphRead): Promise<Listed> {
  const objects = new Map<string, Properties>();
  const why = await readPages(graph, read, (page) => {
    const ids = idsIn(page);
    for (const [at, id] of ids.entries()) objects.set(id, page[at]!);
    return ids.length === page.length;
  });
  return why === undefined ? { objects: [...objects.values()] } : { why };
}

/** The products that are assigned to the user directly: what a group assigns only the group takes away. */
function directLicenses(user: Properties | undefined): FactIds {
  const states: unknown = user?.["licenseAssignmentStates"];
  if (!Array.isArray(states)) return { why: "Graph hides the user's licenses" };
  const direct = states
    .map(recordOf)
    .filter(({ assignedByGroup: by }) => by === null || by === undefined);
  const ids = direct.map(({ skuId }) => skuId).filter((id) => typeof id === "string");
  return ids.length < direct.length ? { why: "Graph: a license without id" } : [...new Set(ids)];
}

const is =
  (kind: "user" | "group") =>
  (object: Properties): boolean =>
    object["@odata.type"] === `#microsoft.graph.${kind}`;

/**
 * The groups to which the user is assigned and that this application can change: neither dynamic, synced,
 * role-assignable nor a group of Exchange. A group whose kind is hidden makes the whole list useless.
 */
function assignedGroups(objects: readonly Properties[]): FactIds {
  const groups = objects.filter(is("group"));
  const hidden = groups.some(({ groupTypes }) => !Array.isArray(groupTypes));
  if (hidden) return { why: "Graph hides of what kind a group is" };
  return idsIn(
    groups.filter((group) => {
      const { isDynamic, isSynchronized, isMailGroup, isRoleAssignable } = groupKindOf(group);
      return !isDynamic && !isSynchronized && !isMailGroup && !isRoleAssignable;
    }),
  );
}
