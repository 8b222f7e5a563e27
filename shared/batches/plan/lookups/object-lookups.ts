import type { Found } from "../../../catalogue/operation.ts";
import { chunk } from "../../../core/chunk.ts";
import { type GraphAnswer, type GraphRead, odataIds } from "../../../core/graph-request.ts";
import { toObjectId } from "../../../core/object-id.ts";
import { recordOf } from "../../../core/record.ts";
import { listedIds } from "../../../core/sets/listed-ids.ts";
import { presence } from "../../../core/sets/read-set.ts";
import type { Graph } from "../../../graph/types.ts";

/** What is known of an object by id; `unknown` if the application may not even list users. */
export type SeenObject = Found | { readonly state: "unknown" };

/**
 * Looks whether objects of any kind exist, by their ids. Most are users, and one read lists 20 of those.
 * What is not listed is read by itself, because lists lag behind: only that read says `missing`. It needs
 * Directory.Read.All, which the application need not have; if Graph refuses it, users and groups are read,
 * and an object that is neither is `unseen`.
 *
 * @throws OperatorError READ_INCOMPLETE, disposition `retry`.
 */
export async function lookUpObjects(
  graph: Graph,
  ids: readonly string[],
): Promise<Map<string, SeenObject>> {
  const seen = new Map<string, SeenObject>();
  const chunks = chunk(ids);
  const lists = await graph.readAll(chunks.map(listUsers));
  const rest: string[] = [];
  for (const [at, some] of chunks.entries()) {
    const users = listedIds(lists[at]);
    const isRefused = lists[at]?.status !== 200;
    for (const id of some) {
      if (presence(users, toObjectId(id)) === "present") seen.set(id, found(id, "user"));
      else if (isRefused) seen.set(id, { state: "unknown" });
      else rest.push(id);
    }
  }
  await readThemselves(graph, rest, seen);
  return seen;
}

/** Reads objects that are in no list of users. The first shows whether objects of all kinds may be read. */
async function readThemselves(
  graph: Graph,
  ids: readonly string[],
  seen: Map<string, SeenObject>,
): Promise<void> {
  const [first] = ids;
  if (first === undefined) return;
  const [probe] = await graph.readAll([readOf("directoryObjects", first)]);
  if (probe?.status === 403) return readAsUserOrGroup(graph, ids, seen);
  const others = ids.slice(1);
  const answers = await graph.readAll(others.map((id) => readOf("directoryObjects", id)));
  for (const [at, id] of ids.entries()) {
    const answer = at === 0 ? probe : answers[at - 1];
    seen.set(
      id,
      answer?.status === 404
        ? { state: "missing" }
        : (existing(answer, id, kindOf(answer)) ?? unseen),
    );
  }
}

async function readAsUserOrGroup(
  graph: Graph,
  ids: readonly string[],
  seen: Map<string, SeenObject>,
): Promise<void> {
  const answers = await graph.readAll(
    ids.flatMap((id) => [readOf("users", id), readOf("groups", id)]),
  );
  for (const [at, id] of ids.entries()) {
    const [user, group] = [answers[2 * at], answers[2 * at + 1]];
    const isNeither = user?.status === 404 && group?.status === 404;
    const other = isNeither ? unseen : ({ state: "unknown" } as const);
    seen.set(id, existing(user, id, "user") ?? existing(group, id, "group") ?? other);
  }
}

const listUsers = (ids: readonly string[]): GraphRead => ({
  method: "GET",
  url: `/users?$filter=${odataIds(ids)}&$select=id&$count=true`,
  headers: { ConsistencyLevel: "eventual" },
});

const readOf = (kind: "directoryObjects" | "users" | "groups", id: string): GraphRead => ({
  method: "GET",
  url: `/${kind}/${id}?$select=id`,
});

const unseen: SeenObject = { state: "unseen" };
type Kind = "user" | "group" | undefined;

const found = (id: string, kind: Kind): SeenObject => ({
  state: "found",
  id: toObjectId(id),
  object: { id },
  kind,
});

const existing = (answer: GraphAnswer | undefined, id: string, kind: Kind) =>
  answer?.status === 200 ? found(id, kind) : undefined;

function kindOf(answer: GraphAnswer | undefined): Kind {
  const type = recordOf(answer?.body)["@odata.type"];
  if (type === "#microsoft.graph.user") return "user";
  return type === "#microsoft.graph.group" ? "group" : undefined;
}
