import { badRequest, unsupportedQuery } from "../http/graph-error.ts";
import type { Call } from "../resources/call.ts";
import type { Kind } from "../store/entity.ts";
import { isGuid } from "../store/ids.ts";
import type { Expression } from "./filter-expression.ts";
import { parseFilter } from "./filter-parser.ts";
import { selected } from "./render.ts";

/** The options of a delta query's first call, which its links preserve. */
export interface DeltaQuery {
  readonly select?: readonly string[];
  /** Only these objects. */
  readonly ids?: readonly string[];
  /** Which edges are reported: `members` of groups, `manager` of users. */
  readonly relations: readonly string[];
}

/** user-delta, group-delta: at most 50 objects in a filter. */
export const MOST_IDS = 50;

const RELATIONS: Readonly<Partial<Record<Kind, readonly string[]>>> = {
  user: ["manager"],
  group: ["members", "owners"],
  administrativeUnit: ["members"],
  directoryRole: ["members"],
};

/** Reported without being selected. */
const BY_DEFAULT: Readonly<Partial<Record<Kind, readonly string[]>>> = {
  group: ["members"],
  administrativeUnit: ["members"],
  directoryRole: ["members"],
};

/** @throws GraphError 400 for options a delta query refuses: $top, $expand, $orderby, $search. */
export function refuseDeltaOptions({ query }: Call): void {
  for (const [name, value] of [
    ["$top", query.top],
    ["$expand", query.expand],
    ["$orderby", query.orderBy],
    ["$search", query.search],
  ] as const) {
    if (value !== undefined) {
      throw unsupportedQuery(`The query parameter '${name}' is not supported for delta queries.`);
    }
  }
}

/** @throws GraphError 400 for options a delta query refuses, and for other filters than on ids. */
export function deltaQuery(call: Call, kind: Kind): DeltaQuery {
  const { query } = call;
  refuseDeltaOptions(call);
  const ids = query.filter === undefined ? undefined : idsOf(parseFilter(query.filter));
  if (ids && ids.length > MOST_IDS) {
    throw badRequest(`The filter names more than ${MOST_IDS} objects.`);
  }
  return queryFor(kind, query.select, ids);
}

/** What is tracked of one kind. @throws GraphError 400 for a property that it lacks */
export function queryFor(
  kind: Kind,
  select: readonly string[] | undefined,
  ids: readonly string[] | undefined,
): DeltaQuery {
  const known = RELATIONS[kind] ?? [];
  const plain = select?.filter((name) => !known.includes(name));
  if (plain) selected(kind, plain);
  return {
    ...(select && plain && plain.length > 0 && { select: plain }),
    ...(ids && { ids }),
    relations: select ? known.filter((name) => select.includes(name)) : (BY_DEFAULT[kind] ?? []),
  };
}

/** `id eq 'a' or id eq 'b'`: the only form of delta filter. */
function idsOf(expression: Expression): readonly string[] {
  if (expression.kind === "or") return [...idsOf(expression.left), ...idsOf(expression.right)];
  if (
    expression.kind === "compare" &&
    expression.operator === "eq" &&
    expression.path.join("/") === "id" &&
    expression.value.type === "string" &&
    isGuid(expression.value.value)
  ) {
    return [expression.value.value.toLowerCase()];
  }
  throw unsupportedQuery("Unsupported or invalid query filter clause specified for a delta query.");
}
