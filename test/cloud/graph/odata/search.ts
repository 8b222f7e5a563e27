import { notEmulated, unsupportedQuery } from "../http/graph-error.ts";
import { isEventual, type Call } from "../resources/call.ts";
import type { Match } from "./filter-match.ts";

/** @throws GraphError 400 without `ConsistencyLevel: eventual` (MS advanced-queries.md). */
export function searchMatcher(call: Call): Match {
  if (!isEventual(call)) {
    throw unsupportedQuery(
      "Request with $search query parameter only works through MSGraph with a special request header: 'ConsistencyLevel: eventual'",
    );
  }
  throw notEmulated("$search");
}
