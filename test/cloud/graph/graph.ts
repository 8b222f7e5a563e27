import { systemClock } from "../../../shared/core/clock.ts";
import type { People } from "../entra/people/person.ts";
import type { CloudAnswer, CloudRequest } from "../http/exchange.ts";
import { createControl, type Control } from "./app/control.ts";
import type { Exchange, GraphAppOptions } from "./app/options.ts";
import { peopleIn } from "./app/people.ts";
import { Tenant } from "./app/tenant.ts";
import { USUAL } from "./faults/conditions.ts";
import { createService } from "./http/service.ts";
import { Meters, PUBLISHED } from "./meters/meters.ts";

export type { GraphAppOptions } from "./app/options.ts";
export type { Snapshot, SnapshotObject } from "./app/snapshot.ts";
export type { FaultRule } from "./faults/fault-rule.ts";
export { USUAL_LATENCY } from "./faults/latency.ts";
export { SPECIAL_GROUPS } from "./seed/seed-groups.ts";
export type { SeedSettings } from "./seed/seeding.ts";

/** One emulated Microsoft Graph: answers requests and takes commands. */
export interface GraphApp {
  /** Answers one HTTP request; never rejects. */
  readonly handle: (request: CloudRequest) => Promise<CloudAnswer>;
  /** Seeds and inspects it and sets its faults; plain JSON in and out (app/control.ts). */
  readonly control: Control;
  /** The users, for signing in. */
  readonly people: People;
}

/**
 * A stateful Microsoft Graph v1.0 for directory work (README.md): it serves the registry's tenants,
 * each with an empty directory until it is seeded. Rates are multiplied and delays divided by
 * `speed`; clocks are real.
 */
export function createGraphApp(options: GraphAppOptions): GraphApp {
  const clock = options.clock ?? systemClock;
  const metering = options.meters === "off" ? undefined : (options.meters ?? {});
  const meters = new Meters(
    {
      on: metering !== undefined,
      quotas: { ...PUBLISHED, ...metering?.quotas },
      startLevel: metering?.startLevel ?? 1,
      speed: options.speed,
    },
    () => clock.monotonic(),
  );
  const tenants = new Map<string, Tenant>();
  const tenantOf = (id: string): Tenant | undefined => {
    const held = tenants.get(id.toLowerCase());
    if (held) return held;
    const registered = options.registry.tenant(id);
    if (!registered) return undefined;
    const tenant = new Tenant(
      {
        id: registered.tenantId,
        displayName: registered.displayName,
        domains: registered.domains,
        registry: options.registry,
      },
      { ...USUAL, ...options.conditions },
      options.seed,
      options.speed,
      clock,
    );
    tenants.set(id.toLowerCase(), tenant);
    return tenant;
  };

  const journal: Exchange[] = [];
  const observe = (exchange: Exchange): void => {
    options.observe?.(exchange);
    const keep = options.journal ?? 0;
    if (keep === 0) return;
    journal.push(exchange);
    if (journal.length > keep) journal.shift();
  };

  return {
    people: peopleIn(tenantOf),
    handle: createService({
      meters,
      clock,
      speed: options.speed,
      seed: options.seed,
      loginHost: "login.microsoftonline.com",
      tenant: tenantOf,
      verifyToken: options.verifyToken,
      observe: options.observe || options.journal ? observe : undefined,
    }),
    control: createControl({
      meters,
      journal: () => journal,
      tenants: () => tenants.values(),
      tenant: (id) => {
        const [first] = tenants.values();
        const found = id === undefined ? first : tenantOf(id);
        if (!found) throw new TypeError("no such tenant: name one that is registered");
        return found;
      },
    }),
  };
}
