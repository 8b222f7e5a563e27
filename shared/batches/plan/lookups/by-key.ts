import { lookupKinds } from "../../../catalogue/kinds/lookup-kinds.ts";
import { selecting } from "../../../catalogue/kinds/selecting.ts";
import type { Candidate } from "../../../catalogue/operation.ts";
import {
  type NamedKind,
  folded,
  isExact,
  namedBy,
  permissionToFind,
} from "../../../catalogue/reference.ts";
import { type GraphAnswer, type GraphRead, odataString } from "../../../core/graph-request.ts";
import { isGuid, toObjectId } from "../../../core/object-id.ts";
import { isRecord, recordOf } from "../../../core/record.ts";
import { listedIds } from "../../../core/sets/listed-ids.ts";
import type { Graph } from "../../../graph/types.ts";
import { type LookedUp, foundObject, permitted, refused } from "./found.ts";

/** Objects of one kind to be found by one property. */
export interface Wanted {
  readonly kind: NamedKind;
  readonly property: string;
  readonly values: readonly string[];
  /** What is to be read of them. */
  readonly select: readonly string[];
}

/**
 * Graph takes 15 values joined by `or`: "Too many child clauses specified in search filter expression
 * containing 'OR' operators: 16. Max allowed: 15" (microsoft-graph-docs#21098). More would take an advanced
 * query, which answers from an index that lags behind.
 */
const AT_ONCE = 15;
/** Long names make long filters. */
const LONGEST = 2_000;
/** So many candidates are shown of a value that several objects have. */
const SHOWN = 5;

/** The values of one read. */
interface Part {
  readonly wanted: Wanted;
  readonly values: readonly string[];
}

/**
 * Finds objects by the values of a property, many with one read. A value that several objects have is
 * `ambiguous`. What a list of several values leaves open is read value by value.
 *
 * @throws OperatorError READ_INCOMPLETE, disposition `retry`; PERMISSION_MISSING, `refuse`.
 */
export async function findByKeys(
  graph: Graph,
  wanted: readonly Wanted[],
): Promise<readonly ReadonlyMap<string, LookedUp>[]> {
  const found = new Map(wanted.map((each) => [each, new Map<string, LookedUp>()]));
  const parts = wanted.flatMap(partsOf);
  const open = await readParts(graph, parts, found);
  await readParts(graph, open.flatMap(singly), found);
  return wanted.map((each) => found.get(each) ?? new Map<string, LookedUp>());
}

/** Reads the parts; answers those of several values that are open. */
async function readParts(
  graph: Graph,
  parts: readonly Part[],
  found: ReadonlyMap<Wanted, Map<string, LookedUp>>,
): Promise<Part[]> {
  if (parts.length === 0) return [];
  const answers = await graph.readAll(parts.map(readOf));
  return parts.filter((part, at) => {
    const seen = seenIn(permitted(answers[at]!, part.wanted.kind), part);
    for (const [value, one] of seen ?? []) found.get(part.wanted)?.set(value, one);
    return seen === undefined;
  });
}

const singly = ({ wanted, values }: Part): Part[] =>
  values.map((value) => ({ wanted, values: [value] }));

/** Values that could be taken for each other are in different reads, so that each object tells which it is. */
function partsOf(wanted: Wanted): Part[] {
  const parts: { values: string[]; forms: Set<string>; length: number }[] = [];
  for (const value of wanted.values) {
    const length = odataString(value).length;
    const form = folded(value);
    let part = parts.at(-1);
    const isFull = !part || part.values.length === AT_ONCE || part.length + length > LONGEST;
    if (!part || isFull || part.forms.has(form)) {
      part = { values: [], forms: new Set(), length: 0 };
      parts.push(part);
    }
    part.values.push(value);
    part.forms.add(form);
    part.length += length;
  }
  return parts.map(({ values }) => ({ wanted, values }));
}

/** One value: as many objects as are shown, and one to know that there are more. */
function readOf({ wanted: { kind, property, select }, values }: Part): GraphRead {
  const filter = values.map((value) => `${property}%20eq%20${odataString(value)}`).join("%20or%20");
  const properties = [...new Set(["id", ...select, property, namedBy[kind].shown])];
  const top = values.length === 1 ? SHOWN + 1 : 100;
  return {
    method: "GET",
    url: `${lookupKinds[kind].path}${selecting(properties)}&$filter=${filter}&$top=${top}`,
  };
}

/** What a list says of each value; `undefined` if the list of several values does not tell. */
function seenIn(answer: GraphAnswer, part: Part): Map<string, LookedUp> | undefined {
  const [only = ""] = part.values;
  const isOne = part.values.length === 1;
  if (answer.status !== 200) return isOne ? new Map([[only, refused(answer)]]) : undefined;
  const list = listedIds(answer);
  const objects = objectsIn(answer);
  if (isOne) {
    const those = objects.filter((object) => isMeant(object, only, part.wanted));
    const isOpen = list.kind === "partial" && those.length < 2;
    const seen: LookedUp = isOpen ? { state: "refused", why: list.why } : oneOf(those, part.wanted);
    return new Map([[only, seen]]);
  }
  if (list.kind === "partial") return undefined;
  const byForm = new Map(part.values.map((value) => [folded(value), value]));
  const listed = new Map<string, Properties[]>(part.values.map((value) => [value, []]));
  for (const object of objects) {
    const has = object[part.wanted.property];
    const value = typeof has === "string" ? byForm.get(folded(has)) : undefined;
    if (value === undefined) return undefined;
    if (isMeant(object, value, part.wanted)) listed.get(value)?.push(object);
  }
  return new Map([...listed].map(([value, those]) => [value, oneOf(those, part.wanted)]));
}

type Properties = Readonly<Record<string, unknown>>;

const objectsIn = (answer: GraphAnswer): Properties[] => {
  const { value } = recordOf(answer.body);
  return Array.isArray(value) ? value.filter(isRecord) : [];
};

const isMeant = (object: Properties, value: string, { kind, property }: Wanted): boolean =>
  !isExact(kind, property) || object[property] === value;

function oneOf(objects: readonly Properties[], { kind, property }: Wanted): LookedUp {
  const [first] = objects;
  if (first === undefined) {
    const takes = permissionToFind(kind, property);
    return { state: "missing", ...(takes !== undefined && { property }) };
  }
  if (objects.length === 1) return foundObject(first);
  const candidates = objects.slice(0, SHOWN).flatMap((each) => candidate(each, kind));
  return { state: "ambiguous", count: objects.length, candidates };
}

function candidate(object: Properties, kind: NamedKind): Candidate[] {
  const { id } = object;
  const name = object[namedBy[kind].shown];
  return typeof id === "string" && isGuid(id)
    ? [{ id: toObjectId(id), name: typeof name === "string" ? name : "" }]
    : [];
}
