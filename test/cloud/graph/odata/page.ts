import { badRequest, GraphError, unsupportedQuery } from "../http/graph-error.ts";
import type { Call } from "../resources/call.ts";
import type { Match } from "./filter-match.ts";
import { compareKeys, sortKey, type Order } from "./order.ts";
import { openMark, type PageMark } from "./page-token.ts";
import type { Candidate, Source } from "./source.ts";

/** The page size. @throws GraphError 400 for a `$top` out of bounds */
export function pageSize(
  call: Call,
  collection: { readonly defaultSize?: number; readonly maxSize?: number },
): number {
  const max = collection.maxSize ?? 999;
  const { top } = call.query;
  if (top === undefined) return Math.min(max, collection.defaultSize ?? 100);
  if (top < 1 || top > max) {
    throw unsupportedQuery(
      `Invalid page size specified: '${top}'. Must be between 1 and ${max} inclusive.`,
    );
  }
  return top;
}

/** The content of the `$skiptoken`. @throws GraphError 400 if it expired or was changed */
export function markOf(call: Call): PageMark | undefined {
  const { skipToken } = call.query;
  if (skipToken === undefined) return undefined;
  const mark = openMark(skipToken);
  if (!mark) throw badRequest("Invalid value specified for the skip token.");
  const age = call.tenant.nowMs() - mark.issuedMs;
  if (age > call.tenant.conditions.skipTokenMinutes * 60_000) {
    throw new GraphError(
      400,
      "Directory_ExpiredPageToken",
      "The specified page token value has expired and can no longer be included in your request.",
    );
  }
  return mark;
}

/** One page of rows. */
export interface Page {
  readonly rows: readonly Candidate[];
  /** Where the next page begins; `undefined` on the last page. */
  readonly next: number | string | undefined;
}

/** The next `size` matches, in the order of the source. */
export function plainPage(source: Source, match: Match, cursor: number, size: number): Page {
  const rows: Candidate[] = [];
  for (const candidate of source(cursor)) {
    if (!match(candidate.entity.id, candidate.values)) continue;
    if (rows.length === size) return { rows, next: rows.at(-1)?.next };
    rows.push(candidate);
  }
  return { rows, next: undefined };
}

/** The next `size` matches in sorted order; `after` is where the previous page stopped. */
export function orderedPage(
  source: Source,
  match: Match,
  order: Order,
  after: string | undefined,
  size: number,
): Page {
  const key = (row: Candidate): readonly [string, string] => [
    sortKey(row.values, order),
    row.entity.id,
  ];
  const start = after === undefined ? undefined : (JSON.parse(after) as readonly [string, string]);
  const rows = [...source(0)]
    .filter((row) => match(row.entity.id, row.values))
    .filter((row) => !start || compareKeys(order, key(row), start) > 0)
    .toSorted((left, right) => compareKeys(order, key(left), key(right)));
  const shown = rows.slice(0, size);
  const last = shown.at(-1);
  return { rows: shown, next: rows.length > size && last ? JSON.stringify(key(last)) : undefined };
}

/** How many match in all. */
export const countOf = (source: Source, match: Match): number => {
  let count = 0;
  for (const { entity, values } of source(0)) if (match(entity.id, values)) count += 1;
  return count;
};
