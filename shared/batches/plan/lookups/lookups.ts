import { isListKind, lookupKinds, pathOf } from "../../../catalogue/kinds/lookup-kinds.ts";
import { isRelationship, selecting } from "../../../catalogue/kinds/selecting.ts";
import type { Lookup } from "../../../catalogue/operation.ts";
import { isNamedKind, parseReference } from "../../../catalogue/reference.ts";
import type { GraphAnswer, GraphRead } from "../../../core/graph-request.ts";
import { recordOf } from "../../../core/record.ts";
import type { Graph } from "../../../graph/types.ts";
import { type Wanted, findByKeys } from "./by-key.ts";
import {
  type LookedUp,
  type NamedLookup,
  foundObject,
  permitted,
  refused,
  wholeList,
} from "./found.ts";
import { lookUpObjects } from "./object-lookups.ts";
import { readUsers } from "./users-together.ts";

export type { LookedUp } from "./found.ts";

/** Lookups of a kind that are kept from shard to shard, because a file names few groups many times. */
const KEPT = 2_000;

/** Reads the present state of what rows name. */
export interface Directory {
  /**
   * Looks everything up with one read for each different name, or for many: rows that name the same user
   * share one read, with every property that any of them needs.
   * @throws OperatorError READ_INCOMPLETE, disposition `retry`; PERMISSION_MISSING, `refuse`.
   */
  lookUp(wanted: readonly Lookup[]): Promise<(lookup: Lookup) => LookedUp>;
}

/** A directory that reads through `graph` and remembers groups, and other kinds of few, while the plan is made. */
export function createDirectory(graph: Graph): Directory {
  const keptOf = byKind<Kept>();
  return {
    lookUp: async (wanted) => {
      const found = byKind<LookedUp>();
      const lookups: NamedLookup[] = [];
      const places = byKind<number>();
      const ids = new Set<string>();
      for (const lookup of wanted) {
        const { kind } = lookup;
        const key = keyOf(lookup);
        const kept = keptOf[kind].get(key);
        if (kind === "object") ids.add(key);
        else if (kept && hasAllOf(kept, lookup)) found[kind].set(key, kept.result);
        else {
          const place = places[kind].get(key) ?? lookups.length;
          places[kind].set(key, place);
          // What is kept is read anew with it: other rows of the shard take it from there.
          const other = lookups[place] ?? (kept && { ...lookup, select: kept.select });
          lookups[place] = joined(other, lookup);
        }
      }
      const [named, objects] = await Promise.all([
        readNamed(graph, lookups),
        lookUpObjects(graph, [...ids]),
      ]);
      for (const [lookup, result] of named) {
        const key = keyOf(lookup);
        found[lookup.kind].set(key, result);
        if (lookupKinds[lookup.kind].isKept) {
          const kept = keptOf[lookup.kind];
          if (kept.size >= KEPT) kept.clear();
          kept.set(key, { result, select: lookup.select });
        }
      }
      for (const [id, seen] of objects) found.object.set(id, seen);
      return (lookup) => found[lookup.kind].get(keyOf(lookup)) ?? { state: "missing" };
    },
  };
}

/** What was found, and the properties that were read. */
interface Kept {
  readonly result: LookedUp;
  readonly select: readonly string[];
}

/** Whether what is kept tells all that a row of another operation wants to know. */
const hasAllOf = ({ result, select }: Kept, lookup: NamedLookup): boolean =>
  result.state !== "found" || lookup.select.every((name) => select.includes(name));

/** A map for each kind, with names as they are for keys: a text made for each look-up would be hashed anew. */
function byKind<T>(): Record<Lookup["kind"], Map<string, T>> {
  const maps = [...Object.keys(lookupKinds), "object"].map((kind) => [kind, new Map<string, T>()]);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the keys of our own table
  return Object.fromEntries(maps) as Record<Lookup["kind"], Map<string, T>>;
}

/** Ids and user names ignore case; other values are told apart by it here, and by Graph if it does. */
const keyOf = ({ kind, ref }: Lookup): string => {
  const isByPath = kind === "object" || keyIn({ kind, ref }) === undefined;
  return isByPath ? ref.toLowerCase() : ref;
};

/** A read with the properties of both lookups. */
function joined(other: NamedLookup | undefined, lookup: NamedLookup): NamedLookup {
  if (other === undefined && lookup.select[0] === "id") return lookup;
  if (isListKind(lookup.kind)) return lookup;
  const select = new Set(["id", ...(other?.select ?? []), ...lookup.select]);
  return { ...lookup, select: [...select] };
}

/** The property to look for and its value; `undefined` if the reference itself is part of a path. */
function keyIn({ kind, ref }: Pick<NamedLookup, "kind" | "ref">) {
  if (!isNamedKind(kind) || (kind === "user" && !ref.includes(":"))) return undefined;
  const meant = parseReference(kind, ref);
  return meant === undefined || meant.property === "id" ? undefined : { kind, ...meant };
}

/** Users by id or name share reads, other objects by id have one each, and the rest is found by many values at a time. */
async function readNamed(
  graph: Graph,
  lookups: readonly NamedLookup[],
): Promise<(readonly [NamedLookup, LookedUp])[]> {
  const inPath = lookups.filter((lookup) => keyIn(lookup) === undefined);
  const keyed = byProperty(lookups);
  const [answers, found] = await Promise.all([
    readInPath(graph, inPath),
    findByKeys(
      graph,
      keyed.map(({ wanted }) => wanted),
    ),
  ]);
  const byPath = inPath.map(
    (lookup, at) => [lookup, foundIn(permitted(answers[at]!, lookup.kind), lookup)] as const,
  );
  const byKey = keyed.flatMap(({ of }, at) =>
    of.map(
      ({ lookup, value }) =>
        [lookup, found[at]?.get(value) ?? { state: "missing" as const }] as const,
    ),
  );
  return [...byPath, ...byKey];
}

async function readInPath(
  graph: Graph,
  lookups: readonly NamedLookup[],
): Promise<readonly GraphAnswer[]> {
  const users = lookups.filter(mayBeListed);
  const others = lookups.filter((lookup) => !mayBeListed(lookup));
  const [ofUsers, ofOthers] = await Promise.all([
    readUsers(graph, users, readOf),
    graph.readAll(others.map(readOf)),
  ]);
  let [user, other] = [0, 0];
  return lookups.map((lookup) => (mayBeListed(lookup) ? ofUsers[user++]! : ofOthers[other++]!));
}

/** A list with a relationship expanded is bounded otherwise (Graph known issues), and lists nobody who is new. */
const mayBeListed = ({ kind, select, isNew }: NamedLookup): boolean =>
  kind === "user" && !isNew && !select.some(isRelationship);

interface Keyed {
  readonly wanted: Wanted;
  readonly of: readonly { readonly lookup: NamedLookup; readonly value: string }[];
}

/** The lookups by a property's value, those of one property together. */
function byProperty(lookups: readonly NamedLookup[]): Keyed[] {
  const groups = new Map<
    string,
    { lookup: NamedLookup; key: NonNullable<ReturnType<typeof keyIn>> }[]
  >();
  for (const lookup of lookups) {
    const key = keyIn(lookup);
    if (key === undefined) continue;
    const name = `${key.kind} ${key.property}`;
    const known = groups.get(name);
    if (known) known.push({ lookup, key });
    else groups.set(name, [{ lookup, key }]);
  }
  return [...groups.values()].map((group) => {
    const { kind, property } = group[0]!.key;
    const values = [...new Set(group.map(({ key }) => key.value))];
    const select = [...new Set(group.flatMap(({ lookup }) => lookup.select))];
    const of = group.map(({ lookup, key }) => ({ lookup, value: key.value }));
    return { wanted: { kind, property, values, select }, of };
  });
}

const readOf = ({ kind, ref, select }: NamedLookup): GraphRead => ({
  method: "GET",
  url: `${isListKind(kind) ? lookupKinds[kind].path : pathOf(kind, ref)}${selecting(select)}`,
});

function foundIn(answer: GraphAnswer, { kind }: NamedLookup): LookedUp {
  if (answer.status === 404) return { state: "missing" };
  if (answer.status !== 200) return refused(answer);
  const body = recordOf(answer.body);
  return isListKind(kind) ? wholeList(body) : foundObject(body);
}
