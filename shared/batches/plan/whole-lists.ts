import type { Look } from "../../catalogue/look-together.ts";
import type { ReadyWrite } from "../../catalogue/row.ts";
import { BATCH_LIMIT } from "../../core/chunk.ts";
import type { Clock } from "../../core/clock.ts";
import type { GraphAnswer, GraphRead } from "../../core/graph-request.ts";
import { listedIds } from "../../core/sets/listed-ids.ts";
import type { Graph } from "../../graph/types.ts";

/** What was read is used so long for rows of later shards, milliseconds. */
const FRESH_MS = 30_000;
/** So many ids are kept for later shards. */
const MOST_IDS = 20_000;

/** The lists of groups, as far as they fit in a page, for one plan: its shards often name the same groups. */
export interface WholeLists {
  readAll(reads: readonly GraphRead[]): Promise<readonly GraphAnswer[]>;
  /** The lists of these reads; `undefined` of one that is too long. */
  read(reads: readonly GraphRead[]): Promise<readonly (GraphAnswer | undefined)[]>;
  has(read: GraphRead): boolean;
}

/** Nothing is read yet. */
export function createWholeLists(graph: Pick<Graph, "readAll">, clock: Clock): WholeLists {
  const lists = new Map<
    string,
    { readonly answer: GraphAnswer | undefined; readonly atMs: number }
  >();
  let ids = 0;
  const held = ({ url }: GraphRead) => {
    const list = lists.get(url);
    const isFresh = list && (list.answer === undefined || clock.monotonic() - list.atMs < FRESH_MS);
    return isFresh ? list : undefined;
  };
  const keep = ({ url }: GraphRead, read: GraphAnswer | undefined): GraphAnswer | undefined => {
    const list = listedIds(read);
    const answer = list.kind === "complete" ? read : undefined;
    if (list.kind === "complete") ids += list.size;
    if (ids <= MOST_IDS) lists.set(url, { answer, atMs: clock.monotonic() });
    return answer;
  };
  return {
    readAll: (reads) => graph.readAll(reads),
    has: (read) => held(read)?.answer !== undefined,
    read: async (reads) => {
      const missing = reads.filter((read) => held(read) === undefined);
      const answers = missing.length > 0 ? await graph.readAll(missing) : [];
      const fresh = new Map(missing.map((read, at) => [read, keep(read, answers[at])]));
      return reads.map((read) => fresh.get(read) ?? held(read)?.answer);
    },
  };
}

/** One read that answers several looks. */
interface ListRead {
  readonly read: GraphRead;
  readonly places: number[];
}

/** Answers looks by whole lists, of groups of which that takes fewer reads. */
export async function lookInLists(
  looks: readonly ((Look & { readonly write: ReadyWrite }) | undefined)[],
  lists: WholeLists,
): Promise<(GraphAnswer | undefined)[]> {
  const groups = new Map<string, ListRead>();
  for (const [place, look] of looks.entries()) {
    const { together } = look?.operation ?? {};
    if (!look || !together || look.write.group === undefined) continue;
    const read = together.lookAtAll(look.write);
    const of = groups.get(read.url) ?? { read, places: [] };
    groups.set(read.url, of);
    of.places.push(place);
  }
  const wanted = [...groups.values()].filter(
    ({ read, places }) => places.length > BATCH_LIMIT || lists.has(read),
  );
  const answers = await lists.read(wanted.map(({ read }) => read));
  const known: (GraphAnswer | undefined)[] = looks.map(() => undefined);
  for (const [at, { places }] of wanted.entries()) {
    const answer = answers[at];
    if (answer === undefined) continue;
    for (const place of places) {
      const { operation, write } = looks[place]!;
      known[place] = operation.together!.lookOf(answer, write);
    }
  }
  return known;
}
