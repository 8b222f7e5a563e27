import type { GraphAnswer } from "../core/graph-request.ts";

/**
 * The expected cost of reading `url` in resource units, as published (Graph throttling limits, identity
 * and access: base cost; `$select` −1, `$expand` +1, `$top` below 20 −1, never below 1). The true cost
 * comes with the answer, in x-ms-resource-unit.
 */
export function expectedUnits(url: string): number {
  const start = url.indexOf("?");
  const path = start < 0 ? url : url.slice(0, start);
  const names = path.slice(1).toLowerCase().split("/");
  const units = baseUnits(names) + (start < 0 ? 0 : unitsOfOptions(url.slice(start + 1)));
  return Math.max(1, units);
}

/** The last query and its units, because the reads of one file mostly have the same options. */
let known = { query: "", units: 0 };

function unitsOfOptions(query: string): number {
  if (query === known.query) return known.units;
  const options = new URLSearchParams(query);
  const top = Number(options.get("$top") ?? 100);
  const units =
    (options.has("$expand") ? 1 : 0) - (options.has("$select") ? 1 : 0) - (top < 20 ? 1 : 0);
  known = { query, units };
  return units;
}

function baseUnits([first = "", second, third = ""]: readonly string[]): number {
  return (second === undefined ? base.get(first) : base.get(`${first}/{id}/${third}`)) ?? 1;
}

/** Reads that cost more than 1. */
const base: ReadonlyMap<string, number> = new Map([
  ["applications", 2],
  ["applications/{id}/extensionproperties", 2],
  ["contracts", 3],
  ["domains/{id}/domainnamereferences", 4],
  ["groups/{id}/members", 3],
  ["groups/{id}/transitivemembers", 5],
  ["oauth2permissiongrants", 2],
  ["serviceprincipals/{id}/approleassignments", 2],
  ["subscribedskus", 3],
  ["users", 2],
  ["users/{id}/licensedetails", 2],
  ["users/{id}/memberof", 2],
  ["users/{id}/ownedobjects", 2],
  ["users/{id}/transitivememberof", 2],
]);

/** The cost in the answer's x-ms-resource-unit; `undefined` without one. */
export function costOf(answer: Pick<GraphAnswer, "headers">): number | undefined {
  const text = answer.headers["x-ms-resource-unit"];
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined;
}
