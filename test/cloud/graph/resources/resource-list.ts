import { ok, type Answer } from "../http/answer.ts";
import { badRequest, GraphError } from "../http/graph-error.ts";
import { matcher } from "../odata/filter-match.ts";
import { parseFilter } from "../odata/filter-parser.ts";
import { linkWith } from "../odata/list.ts";
import { sealMark } from "../odata/page-token.ts";
import { markOf } from "../odata/page.ts";
import { contextOf } from "../odata/render.ts";
import type { Values } from "../store/entity.ts";
import type { Call } from "./call.ts";

const compared = (left: unknown, right: unknown): number =>
  typeof left === "number" && typeof right === "number"
    ? left - right
    : String(left).localeCompare(String(right), "en");

/** By one property, also one step deep: `riskScore/total desc` (applicationtemplate-list, example 4). */
function sorted(entries: readonly Values[], orderBy: string | undefined): readonly Values[] {
  if (orderBy === undefined) return entries;
  const [path = "", direction = "asc"] = orderBy.trim().split(/\s+/);
  const valueOf = (entry: Values): unknown =>
    path.split("/").reduce<unknown>((at, name) => (at as Values | null)?.[name], entry) ?? "";
  const sign = direction.toLowerCase() === "desc" ? -1 : 1;
  return entries.toSorted((left, right) => sign * compared(valueOf(left), valueOf(right)));
}

/**
 * A small collection of entries that are not directory objects (products, domains, assignments): one
 * page unless `$top` asks for less, `$select`, `$orderby`, `$filter` if the resource supports it, and what
 * `$expand` adds.
 * @throws GraphError 400 for an unknown property in `$select`, and for an unsupported `$filter`.
 */
export function resourceList(
  call: Call,
  set: string,
  entries: readonly Values[],
  options: { readonly filterable?: boolean; readonly expand?: (entry: Values) => Values } = {},
): Answer {
  const { select, filter, expand, top } = call.query;
  if (filter !== undefined && options.filterable !== true) {
    throw badRequest("The request uses unsupported query options: $filter.");
  }
  const matches = filter === undefined ? undefined : matcher(parseFilter(filter));
  const kept = sorted(
    entries.filter((entry) => matches?.(String(entry["id"]), entry) ?? true),
    call.query.orderBy,
  );
  const [sample] = entries;
  const unknown = sample && select?.find((name) => !Object.hasOwn(sample, name));
  if (unknown !== undefined) {
    throw new GraphError(
      400,
      "BadRequest",
      `Parsing OData Select and Expand failed: Could not find a property named '${unknown}'.`,
    );
  }
  const from = Number(markOf(call)?.cursor ?? 0);
  const to = top === undefined || top < 1 ? kept.length : from + top;
  const shown = (entry: Values): Values => ({
    ...(select ? Object.fromEntries(select.map((name) => [name, entry[name]])) : entry),
    ...options.expand?.(entry),
  });
  return ok({
    "@odata.context": contextOf(call.root, set, select, false, options.expand && expand),
    ...(call.query.count && { "@odata.count": kept.length }),
    ...(to < kept.length && {
      "@odata.nextLink": linkWith(
        call,
        "$skiptoken",
        sealMark({ cursor: to, issuedMs: call.tenant.nowMs() }),
      ),
    }),
    value: kept.slice(from, to).map(shown),
  });
}
