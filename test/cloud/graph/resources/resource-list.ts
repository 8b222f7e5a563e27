import { ok, type Answer } from "../http/answer.ts";
import { badRequest, GraphError } from "../http/graph-error.ts";
import { matcher } from "../odata/filter-match.ts";
import { parseFilter } from "../odata/filter-parser.ts";
import { contextOf } from "../odata/render.ts";
import type { Values } from "../store/entity.ts";
import type { Call } from "./call.ts";

/**
 * A small collection of entries that are not directory objects (products, domains, assignments): one
 * page, `$select`, and `$filter` if the resource supports it.
 * @throws GraphError 400 for an unknown property in `$select`, and for an unsupported `$filter`.
 */
export function resourceList(
  call: Call,
  set: string,
  entries: readonly Values[],
  options: { readonly filterable?: boolean } = {},
): Answer {
  const { select, filter } = call.query;
  if (filter !== undefined && options.filterable !== true) {
    throw badRequest("The request uses unsupported query options: $filter.");
  }
  const matches = filter === undefined ? undefined : matcher(parseFilter(filter));
  const kept = entries.filter((entry) => matches?.(String(entry["id"]), entry) ?? true);
  const [sample] = entries;
  const unknown = sample && select?.find((name) => !Object.hasOwn(sample, name));
  if (unknown !== undefined) {
    throw new GraphError(
      400,
      "BadRequest",
      `Parsing OData Select and Expand failed: Could not find a property named '${unknown}'.`,
    );
  }
  return ok({
    "@odata.context": contextOf(call.root, set, select, false),
    value: select
      ? kept.map((entry) => Object.fromEntries(select.map((name) => [name, entry[name]])))
      : kept,
  });
}
