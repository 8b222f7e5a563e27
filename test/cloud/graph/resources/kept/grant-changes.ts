import type { Tenant } from "../../app/tenant.ts";
import { ok, type Answer } from "../../http/answer.ts";
import { badRequest } from "../../http/graph-error.ts";
import { linkWith } from "../../odata/list.ts";
import { openMark, sealMark } from "../../odata/page-token.ts";
import { contextOf } from "../../odata/render.ts";
import type { Values } from "../../store/entity.ts";
import type { Call } from "../call.ts";
import type { Route } from "../route.ts";

const SET = "oauth2PermissionGrants";

/** The grants that changed or went, each once, the last change last. */
const changed = (tenant: Tenant): Map<string, Values> => tenant.shelves.of(`${SET}/delta`);
const counts = (tenant: Tenant): Map<string, Values> => tenant.shelves.of(`${SET}/changes`);
const changesSoFar = (tenant: Tenant): number => Number(counts(tenant).get("")?.["all"] ?? 0);

/** Notes that a grant was made, changed or taken, for the next delta. */
export function noteGrant(tenant: Tenant, id: string): void {
  const all = changesSoFar(tenant) + 1;
  counts(tenant).set("", { all });
  changed(tenant).delete(id);
  changed(tenant).set(id, { at: all });
}

/** Every grant, and from then on those that changed (oauth2permissiongrant-delta). @throws GraphError 400 */
function delta(call: Call): Answer {
  const { tenant, query } = call;
  const mark = query.deltaToken === undefined ? undefined : openMark(query.deltaToken);
  if (query.deltaToken !== undefined && !mark)
    throw badRequest("Invalid value specified for the delta token.");
  const value = mark
    ? [...changed(tenant)]
        .filter(([, { at }]) => Number(at) > Number(mark.cursor))
        .map(([id]) => tenant.grants.get(id) ?? { id, "@removed": { reason: "deleted" } })
    : [...tenant.grants.values()];
  const next = sealMark({ cursor: changesSoFar(tenant), issuedMs: tenant.nowMs() });
  return ok({
    "@odata.context": contextOf(call.root, SET, undefined, false),
    "@odata.deltaLink": linkWith(call, "$deltatoken", next),
    value,
  });
}

export const grantDeltaRoute: Route = {
  method: "GET",
  path: `/${SET}/delta`,
  needs: [
    "DelegatedPermissionGrant.ReadWrite.All",
    "Directory.Read.All",
    "Directory.ReadWrite.All",
  ],
  resourceUnits: 5,
  handle: delta,
};
