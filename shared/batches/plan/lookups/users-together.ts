import { chunk } from "../../../core/chunk.ts";
import { type GraphAnswer, type GraphRead, odataString } from "../../../core/graph-request.ts";
import { isGuid } from "../../../core/object-id.ts";
import { recordOf } from "../../../core/record.ts";
import type { Graph } from "../../../graph/types.ts";

/**
 * Graph compares with so many values in one filter ("Too many child clauses specified in search filter
 * expression containing 'OR' operators: 16. Max allowed: 15", microsoft-graph-docs issue 21098), unless an
 * index is asked that lags behind (ConsistencyLevel).
 */
const MOST_VALUES = 15;

/** A read of a user: by object id or by user principal name. */
export interface UserRead {
  readonly ref: string;
  readonly select: readonly string[];
}

/** Users whom one read lists, because their rows need the same properties. */
interface Listing {
  readonly property: "id" | "userPrincipalName";
  readonly select: readonly string[];
  /** Places in the list of reads. */
  readonly places: readonly number[];
}

/**
 * Reads users, 15 with one read, which costs Graph and this process as much as one user alone. Who is not
 * listed is read alone, because only that read says why: a user may be missing, or the list may not be
 * allowed. The answers are those of the reads alone, in their order.
 *
 * @throws OperatorError READ_INCOMPLETE, disposition `retry`.
 */
export async function readUsers<R extends UserRead>(
  graph: Pick<Graph, "readAll">,
  reads: readonly R[],
  alone: (read: R) => GraphRead,
): Promise<readonly GraphAnswer[]> {
  const listings = listingsOf(reads);
  const listed = new Set(listings.flatMap(({ places }) => places));
  const first = [...reads.keys()].filter((place) => !listed.has(place));
  const answers: GraphAnswer[] = [];
  const lists = await graph.readAll([
    ...listings.map((listing) => listingRead(listing, reads)),
    ...first.map((place) => alone(reads[place]!)),
  ]);
  for (const [at, place] of first.entries()) answers[place] = lists[listings.length + at]!;
  for (const [at, listing] of listings.entries()) share(listing, reads, lists[at]!, answers);
  const rest = [...reads.keys()].filter((place) => answers[place] === undefined);
  const others = await graph.readAll(rest.map((place) => alone(reads[place]!)));
  for (const [at, place] of rest.entries()) answers[place] = others[at]!;
  return answers;
}

/** The reads that can share one, by what they ask for. One that has no other to share with is left out. */
function listingsOf(reads: readonly UserRead[]): Listing[] {
  const alike = new Map<string, { of: UserRead; places: number[] }>();
  for (const [place, read] of reads.entries()) {
    const key = `${propertyOf(read)} ${read.select.join()}`;
    const known = alike.get(key);
    if (known) known.places.push(place);
    else alike.set(key, { of: read, places: [place] });
  }
  return [...alike.values()].flatMap(({ of, places }) =>
    chunk(places, MOST_VALUES)
      .filter((some) => some.length > 1)
      .map((some) => ({ property: propertyOf(of), select: of.select, places: some })),
  );
}

const propertyOf = ({ ref }: UserRead): Listing["property"] =>
  isGuid(ref) ? "id" : "userPrincipalName";

function listingRead({ property, select, places }: Listing, reads: readonly UserRead[]): GraphRead {
  const values = places.map((place) => odataString(reads[place]!.ref)).join(",");
  const properties = select.includes(property) ? select : [...select, property];
  return {
    method: "GET",
    url: `/users?$filter=${property}%20in%20(${values})&$select=${properties.join(",")}`,
  };
}

/** Gives each read the user that it asks for, if the list has it. */
function share(
  { property, places }: Listing,
  reads: readonly UserRead[],
  list: GraphAnswer,
  answers: GraphAnswer[],
): void {
  const { value } = recordOf(list.body);
  if (list.status !== 200 || !Array.isArray(value)) return;
  const users = new Map<string, unknown>();
  for (const user of value) users.set(String(recordOf(user)[property]).toLowerCase(), user);
  const { status, headers, requestId } = list;
  for (const place of places) {
    const body = users.get(reads[place]!.ref.toLowerCase());
    if (body !== undefined) answers[place] = { status, headers, requestId, body };
  }
}
