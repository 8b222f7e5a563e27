import {
  isDeletedKind,
  isListKind,
  lookupKinds,
  pathOf,
} from "../../../catalogue/kinds/lookup-kinds.ts";
import type { Lookup } from "../../../catalogue/operation.ts";
import { isRelationship, selecting } from "../../../catalogue/selecting.ts";
import { OperatorError } from "../../../core/errors.ts";
import { type GraphAnswer, type GraphRead, odataString } from "../../../core/graph-request.ts";
import { isGuid, toObjectId } from "../../../core/object-id.ts";
import { recordOf } from "../../../core/record.ts";
import { listedIds } from "../../../core/sets/listed-ids.ts";
import type { Graph } from "../../../graph/types.ts";
import { lookUpObjects, type SeenObject } from "./object-lookups.ts";
import { readUsers } from "./users-together.ts";

/** What a lookup found, or that Graph refused it. */
export type LookedUp = SeenObject | { readonly state: "refused"; readonly why: string };

/** A lookup of an object with all its properties. */
type NamedLookup = Exclude<Lookup, { kind: "object" }>;

/** Lookups of a kind that are kept from shard to shard, because a file names few groups many times. */
const KEPT = 2_000;

/** Reads the present state of what rows name. */
export interface Directory {
  /**
   * Looks everything up with one read for each different name: rows that name the same user share
   * one read, with every property that any of them needs.
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
          lookups[place] = joined(lookups[place], lookup);
        }
      }
      const answers = await readLookups(graph, lookups);
      for (const [at, lookup] of lookups.entries()) {
        const key = keyOf(lookup);
        const result = foundIn(answers[at]!, lookup);
        found[lookup.kind].set(key, result);
        if (lookupKinds[lookup.kind].isKept) {
          const kept = keptOf[lookup.kind];
          if (kept.size >= KEPT) kept.clear();
          kept.set(key, { result, select: lookup.select });
        }
      }
      for (const [id, seen] of await lookUpObjects(graph, [...ids])) found.object.set(id, seen);
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

/** Reads all of them; users by id or principal name share reads. */
async function readLookups(
  graph: Graph,
  lookups: readonly NamedLookup[],
): Promise<readonly GraphAnswer[]> {
  const users = lookups.filter(mayBeListed);
  const others = lookups.filter((lookup) => !mayBeListed(lookup));
  const [ofUsers, ofOthers] = await Promise.all([
    readUsers(
      graph,
      users.map((lookup) => ({ ...lookup, alone: readOf(lookup) })),
    ),
    graph.readAll(others.map(readOf)),
  ]);
  let [user, other] = [0, 0];
  return lookups.map((lookup) => (mayBeListed(lookup) ? ofUsers[user++]! : ofOthers[other++]!));
}

/** A list with a relationship expanded is bounded otherwise (Graph known issues). */
const mayBeListed = ({ kind, select }: NamedLookup): boolean =>
  kind === "user" && !select.some(isRelationship);

/** User names ignore case; a display name must match exactly. */
const keyOf = ({ kind, ref }: Lookup): string =>
  kind === "object" || !isByName({ kind, ref }) ? ref.toLowerCase() : ref;

/** A read with the properties of both lookups. */
function joined(other: NamedLookup | undefined, lookup: NamedLookup): NamedLookup {
  if (other === undefined && lookup.select[0] === "id") return lookup;
  if (isListKind(lookup.kind)) return lookup;
  const select = new Set(["id", ...(other?.select ?? []), ...lookup.select]);
  return { ...lookup, select: [...select] };
}

/** Everything but users has a display name, which several may have; what is deleted has only an id. */
const isByName = ({ kind, ref }: Pick<NamedLookup, "kind" | "ref">): boolean =>
  kind !== "user" && !isDeletedKind(kind) && !isGuid(ref);

/** Two groups are read by name, which is enough to know that a name is ambiguous. */
function readOf({ kind, ref, select }: NamedLookup): GraphRead {
  if (isListKind(kind)) {
    return { method: "GET", url: `${lookupKinds[kind].path}${selecting(select)}` };
  }
  if (!isByName({ kind, ref })) {
    return { method: "GET", url: `${pathOf(kind, ref)}${selecting(select)}` };
  }
  const properties = select.join(",");
  const filter = `displayName%20eq%20${odataString(ref)}`;
  const { path } = lookupKinds[kind];
  return { method: "GET", url: `${path}?$filter=${filter}&$select=${properties}&$top=2` };
}

function foundIn(answer: GraphAnswer, lookup: NamedLookup): LookedUp {
  const { status, error } = answer;
  if (status === 404) return { state: "missing" };
  if (status === 401 || status === 403) throw forbidden(lookup, status);
  if (status !== 200) {
    return { state: "refused", why: `Graph: ${status} ${error?.code ?? "no code"}` };
  }
  const body = recordOf(answer.body);
  if (isListKind(lookup.kind)) return wholeList(body);
  if (!isByName(lookup)) return foundObject(body);
  const value: readonly unknown[] = Array.isArray(body["value"]) ? body["value"] : [];
  if (value.length > 1) return { state: "ambiguous", count: value.length };
  // A page may be short or empty and yet not the last: another group may then have the name too.
  const list = listedIds(answer);
  if (list.kind === "partial") return { state: "refused", why: list.why };
  return list.size === 0 ? { state: "missing" } : foundObject(recordOf(value[0]));
}

/** A list that is not any row's object, read to its end. It has no id of its own. */
const wholeList = (list: Readonly<Record<string, unknown>>): LookedUp =>
  Array.isArray(list["value"]) && list["@odata.nextLink"] === undefined
    ? { state: "found", id: NO_ID, object: list }
    : { state: "refused", why: "Graph: a list without its end" };

const NO_ID = toObjectId("00000000-0000-0000-0000-000000000000");

function foundObject(object: Readonly<Record<string, unknown>>): LookedUp {
  const { id } = object;
  return typeof id === "string" && isGuid(id)
    ? { state: "found", id: toObjectId(id), object }
    : { state: "refused", why: "Graph: an object without id" };
}

/** Not "missing": a directory that may not be read says nothing about its objects. */
const forbidden = ({ kind }: NamedLookup, status: number): OperatorError =>
  new OperatorError(
    "PERMISSION_MISSING",
    `Graph does not let this application read ${lookupKinds[kind].plural} (${status}), so nothing can be planned.`,
    {
      fix: `Grant the application permissions of docs/permissions.md (for this read ${lookupKinds[kind].permission}, or a broader one) with admin consent, then send the batch again.`,
      disposition: "refuse",
    },
  );
