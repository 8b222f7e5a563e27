import { GraphError, unsupportedQuery } from "../http/graph-error.ts";
import type { Model } from "../model/property.ts";
import type { Values } from "../store/entity.ts";
import { modelCase } from "./model-case.ts";

/** A parsed `$orderby`: one property, as Graph allows for directory objects. */
export interface Order {
  readonly property: string;
  readonly descending: boolean;
}

/**
 * Parses `$orderby` and checks that the resource supports it: displayName and a few others always,
 * the rest only in advanced queries; together with a `$filter` only in advanced queries.
 * @throws GraphError 400
 */
export function orderOf(
  text: string,
  model: Model,
  type: string,
  query: { readonly advanced: boolean; readonly filtered: boolean },
): Order {
  const [named = "", direction = "asc"] = text.trim().split(/\s+/);
  const property = modelCase(model, named);
  const known = Object.hasOwn(model, property) ? model[property] : undefined;
  if (!known) {
    throw new GraphError(
      400,
      "BadRequest",
      `Parsing OData OrderBy failed: Could not find a property named '${property}' on type 'microsoft.graph.${type}'.`,
    );
  }
  const asked = direction.toLowerCase();
  if (asked !== "asc" && asked !== "desc") {
    throw new GraphError(
      400,
      "BadRequest",
      `Syntax error at position ${property.length} in '${text}'.`,
    );
  }
  const plain = known.orderBy === "default" && !query.filtered;
  if (!plain && (known.orderBy === "no" || !query.advanced)) {
    throw unsupportedQuery("Sorting not supported for current query.");
  }
  return { property, descending: asked === "desc" };
}

/** The sort key of a value: ignores case, null first. */
export const sortKey = (values: Values, order: Order): string => {
  const value = values[order.property];
  return typeof value === "string" ? value.toLowerCase() : "";
};

/** Ascending or descending by key, ties by id. */
export const compareKeys = (
  order: Order,
  [leftKey, leftId]: readonly [string, string],
  [rightKey, rightId]: readonly [string, string],
): number => {
  const byKey = leftKey < rightKey ? -1 : leftKey > rightKey ? 1 : 0;
  const directed = order.descending ? -byKey : byKey;
  return directed !== 0 ? directed : leftId < rightId ? -1 : leftId > rightId ? 1 : 0;
};
