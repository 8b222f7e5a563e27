import { assignmentsOf } from "../applications/assignments.ts";
import type { Call } from "../resources/call.ts";
import type { Values } from "../store/entity.ts";
import type { Expression } from "./filter-expression.ts";
import type { Match } from "./filter-match.ts";

/** Relationships whose number a filter may compare, in advanced queries (MS advanced-queries.md). */
const COUNTED = ["owners", "appRoleAssignments"] as const;
type Counted = (typeof COUNTED)[number];

/** Whether `path` is the number of objects in a relationship, such as `owners/$count`. */
export const isRelationCount = (path: readonly string[]): boolean =>
  path.length === 2 && path[1] === "$count" && COUNTED.some((name) => name === path[0]);

/** The relationships that the filter counts. */
function countedIn(expression: Expression): ReadonlySet<Counted> {
  const found = new Set<Counted>();
  const visit = (part: Expression): void => {
    if (part.kind === "and" || part.kind === "or") {
      visit(part.left);
      visit(part.right);
    } else if (part.kind === "not") visit(part.of);
    else if (part.kind === "compare" && isRelationCount(part.path))
      found.add(part.path[0] as Counted);
  };
  visit(expression);
  return found;
}

/** The match, shown the relationships that the filter counts beside the object's own values. */
export function withCounts(call: Call, expression: Expression, match: Match): Match {
  const counted = [...countedIn(expression)];
  if (counted.length === 0) return match;
  const { directory } = call.tenant;
  const related = (id: string, name: Counted): readonly unknown[] => {
    if (name === "owners") return [...directory.relations.owners.targets(id)];
    const entity = directory.get(id);
    return entity ? assignmentsOf(call.tenant, entity) : [];
  };
  return (id, values: Values) =>
    match(id, {
      ...values,
      ...Object.fromEntries(counted.map((name) => [name, related(id, name)])),
    });
}
