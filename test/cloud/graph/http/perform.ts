import type { Caller } from "../app/options.ts";
import type { Tenant } from "../app/tenant.ts";
import { latencyOf } from "../faults/latency.ts";
import { otherActivityOf } from "../logs/activities.ts";
import { costOf } from "../meters/cost.ts";
import type { Cost, MeteredTenant, Meters } from "../meters/meters.ts";
import { canonicalNames } from "../model/canonical-names.ts";
import { segmentsOf } from "../odata/path.ts";
import { queryOf, splitTarget } from "../odata/query.ts";
import type { Call } from "../resources/call.ts";
import type { Route } from "../resources/route.ts";
import type { Found } from "../resources/router.ts";
import { unknownPath } from "../resources/unknown-path.ts";
import { asGuestSees, withIds } from "../rules/guest-view.ts";
import { callerOn } from "../rules/own-scopes.ts";
import { demand } from "../rules/permission.ts";
import { demandPersonRights } from "../rules/person-rights.ts";
import { demandGuardedProperties } from "../rules/user-permissions.ts";
import { isObject } from "../store/entity.ts";
import type { Answer } from "./answer.ts";
import { errorAnswer, GraphError, type Stamp } from "./graph-error.ts";
import type { Incoming } from "./incoming.ts";
import { faultError, htmlPage } from "./made-up.ts";
import { withoutMetadata } from "./metadata.ts";

/** The context an operation runs in. */
export interface Surroundings {
  readonly meters: Meters;
  readonly speed: number;
  readonly route: (method: string, segments: readonly string[]) => Found;
  readonly nowMs: () => number;
}

/** An admitted operation. Call `settle` once, after `delayMs`: the operation takes effect then. */
export interface Pending {
  readonly delayMs: number;
  readonly settle: () => Answer;
}

interface Admitted {
  readonly call: Call;
  /** Whether it can change anything: some POSTs only read. */
  readonly writes: boolean;
  readonly route: Route;
  readonly headers: Readonly<Record<string, string>>;
}

/** Without `tenants/{id}`, which may stand before every path. @throws GraphError 400 for another tenant's */
function withoutTenant(segments: readonly string[], { id }: Tenant): readonly string[] {
  if (segments[0]?.toLowerCase() !== "tenants" || segments.length < 3) return segments;
  if (segments[1]?.toLowerCase() !== id.toLowerCase()) {
    throw new GraphError(
      400,
      "BadRequest",
      "TenantId in the optional tenants/{tenantId} segment should match the tenantId(tid) in the token used to call Graph.",
    );
  }
  return segments.slice(2);
}

function callOf(tenant: Tenant, caller: Caller, incoming: Incoming): Omit<Call, "params"> {
  const { path, search } = splitTarget(incoming.target);
  const segments = withoutTenant(segmentsOf(path), tenant);
  const isOwn = caller.scopes !== undefined && segments[0]?.toLowerCase() === "me";
  return {
    tenant,
    caller,
    method: incoming.method,
    segments: isOwn ? ["users", caller.principalId, ...segments.slice(1)] : segments,
    query: queryOf(search),
    headers: incoming.headers,
    body: isObject(incoming.body) ? canonicalNames(incoming.body) : {},
    hasBody: incoming.hasBody,
    ...(incoming.bytes && { bytes: incoming.bytes }),
    root: incoming.root,
    target: incoming.target,
  };
}

function demandBody(route: Route, incoming: Incoming): void {
  if (!route.body) return;
  if (isObject(incoming.body)) return;
  if (route.body === "optional" && !incoming.hasBody) return;
  if (!incoming.hasBody)
    throw new GraphError(400, "BadRequest", "Empty Payload. JSON content expected.");
  throw new GraphError(
    400,
    "BadRequest",
    "Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of valid JSON format.",
  );
}

/**
 * Routes, meters and authorizes an operation. `told` gets the headers of what it costs, also if it is
 * refused before it runs. @throws GraphError
 */
function admit(
  tenant: Tenant,
  caller: Caller,
  incoming: Incoming,
  around: Surroundings,
  told: Record<string, string>,
): Admitted {
  tenant.roles.settle(tenant.nowMs());
  const partial = callOf(tenant, caller, incoming);
  const found = around.route(incoming.method, partial.segments);
  if (found.kind !== "route") {
    const cost = { resourceUnits: 1, writes: 0 };
    Object.assign(told, around.meters.charge(cost, caller.appId, meteredTenant(tenant)));
    throw unknownPath(incoming.method, partial.segments, found);
  }
  const { route } = found;
  const asked: Call = { ...partial, params: found.params };
  const call =
    caller.scopes === undefined ? asked : withIds({ ...asked, caller: callerOn(asked, route) });
  const cost = costOf(route, call);
  const { counters } = tenant;
  const headers = charge(cost, tenant, caller, around);
  Object.assign(told, headers);
  counters.resourceUnits += cost.resourceUnits;
  if (cost.writes > 0) {
    counters.acceptedWrites += cost.writes;
    counters.firstWriteMs ??= around.nowMs();
    counters.lastWriteMs = around.nowMs();
  }
  if (typeof route.needs === "function") route.needs(call);
  else if (typeof route.needs !== "string") demand(call.caller, route.needs);
  demandGuardedProperties(call);
  if (caller.scopes !== undefined) demandPersonRights(call, route);
  demandBody(route, incoming);
  return { call, route, headers, writes: cost.writes > 0 };
}

/** Counts the operation against its quotas. @throws GraphError 429 */
function charge(cost: Cost, tenant: Tenant, { appId }: Caller, { meters }: Surroundings) {
  try {
    return meters.charge(cost, appId, meteredTenant(tenant));
  } catch (error) {
    const isForUnits =
      error instanceof GraphError &&
      error.headers?.["x-ms-throttle-information"] === "ResourceUnitLimitExceeded";
    if (isForUnits && cost.writes > 0) tenant.counters.writesWithoutUnits += 1;
    throw error;
  }
}

const meteredTenant = ({ id, directory, conditions }: Tenant): MeteredTenant => ({
  id,
  users: directory.live.user.size,
  writeMeter: conditions.writeMeter,
});

/** Admits or refuses an operation; either way `settle` produces the answer after `delayMs`. */
export function begin(
  tenant: Tenant,
  caller: Caller,
  incoming: Incoming,
  around: Surroundings,
  stamp: Stamp,
): Pending {
  const { counters, conditions } = tenant;
  counters.operations += 1;
  const writes = incoming.method !== "GET";
  const latency = (): number => latencyOf(conditions.latency, writes, tenant.random, around.speed);
  const told: Record<string, string> = {};
  const refused = (error: unknown, delayMs: number): Pending => {
    if (!(error instanceof GraphError)) throw error;
    if (error.status === 429) counters.throttledOperations += 1;
    const answer = errorAnswer(error, stamp);
    return { delayMs, settle: () => ({ ...answer, headers: { ...told, ...answer.headers } }) };
  };

  const fault = tenant.faults.none
    ? undefined
    : tenant.faults.strike("part", {
        method: incoming.method,
        path: decodedTarget(incoming.target),
        bodyText: () => JSON.stringify(incoming.body ?? null),
      });
  if (fault?.kind === "hang" && !fault.committed) {
    return { delayMs: Number.POSITIVE_INFINITY, settle: () => ({ status: 504 }) };
  }
  const struck =
    fault?.kind === "status"
      ? faultError(fault, around.speed, `${caller.appId}/${tenant.id}`)
      : fault?.kind === "html"
        ? htmlPage(fault.status)
        : undefined;
  const committed = fault !== undefined && "committed" in fault && fault.committed;
  if (struck && !committed) {
    return struck instanceof GraphError
      ? refused(struck, latency())
      : { delayMs: latency(), settle: () => struck };
  }

  let admitted: Admitted;
  try {
    admitted = admit(tenant, caller, incoming, around, told);
  } catch (error) {
    // A request that is refused early gets no added latency.
    return refused(error, latency() / 4);
  }
  const { call, route, headers } = admitted;
  const delayMs =
    (fault?.kind === "hang" ? Number.POSITIVE_INFINITY : latency()) +
    (fault?.kind === "delay" ? fault.ms / around.speed : 0);
  const { conflict, leave } = tenant.inFlight.enter(writes ? (route.touches?.(call) ?? {}) : {});
  const settle = (): Answer => {
    leave();
    try {
      if (conflict) throw CONFLICTS[conditions.conflictAnswer]();
      const answer = admitted.writes ? audited(call, route, stamp) : route.handle(call);
      if (admitted.writes) counters.committedWrites += 1;
      if (struck instanceof GraphError) throw struck;
      const shown = withoutMetadata(incoming, asGuestSees(call, answer));
      return struck ?? { ...shown, headers: { ...headers, ...shown.headers } };
    } catch (error) {
      if (!(error instanceof GraphError)) throw error;
      if (conflict) counters.conflicts += 1;
      const answer = errorAnswer(error, stamp);
      return { ...answer, headers: { ...headers, ...answer.headers } };
    }
  };
  if (fault?.kind === "hang") settle();
  return { delayMs, settle };
}

/** Carries out a write and notes what it changed. */
function audited(call: Call, route: Route, stamp: Stamp): Answer {
  const { audits } = call.tenant;
  audits.begin({
    caller: call.caller,
    route: `${route.method} ${route.path}`,
    correlationId: stamp.requestId,
    userAgent: call.headers["user-agent"],
  });
  try {
    const answer = route.handle(call);
    const made = isObject(answer.body) ? answer.body : undefined;
    const other = otherActivityOf(route);
    if (other === "always" || (other === "alone" && !audits.hasChanged))
      audits.note({ what: "operation", params: call.params, body: call.body, made });
    return answer;
  } finally {
    audits.end();
  }
}

const CONFLICTS = {
  "409": () =>
    new GraphError(
      409,
      "Directory_ConcurrencyViolation",
      "Error due to concurrent requests being made to the tenant. Please wait briefly and retry.",
    ),
  "503": () =>
    new GraphError(
      503,
      "ServiceUnavailable",
      "The service is temporarily unavailable. Please retry.",
    ),
} as const;

/** The text that a fault rule's `path` is matched with: decoded if possible. */
export function decodedTarget(target: string): string {
  try {
    return decodeURIComponent(target);
  } catch {
    return target;
  }
}
