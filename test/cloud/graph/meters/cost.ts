import type { Call } from "../resources/call.ts";
import type { Route } from "../resources/route.ts";
import type { Cost } from "./meters.ts";

/**
 * What an operation costs: its base in resource units, one less with `$select`, one more with
 * `$expand`, one less with a `$top` under 20, never below 1 (facts/graph.md §2.1).
 */
export function costOf(route: Route, call: Call): Cost {
  let units = route.resourceUnits ?? 1;
  // POST directoryObjects/getByIds costs 5, or 2 with $select: the page names the pair.
  if (call.query.select) units = units === 5 && route.method === "POST" ? 2 : units - 1;
  if (call.query.expand !== undefined) units += 1;
  if (call.query.top !== undefined && call.query.top < 20) units -= 1;
  const writes = route.writes ?? (route.method === "GET" ? 0 : 1);
  return {
    resourceUnits: Math.max(1, units),
    writes: typeof writes === "function" ? writes(call) : writes,
    service: typeof route.service === "function" ? route.service(call) : route.service,
  };
}
