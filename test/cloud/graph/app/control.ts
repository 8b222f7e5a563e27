import { shownAssignment } from "../applications/assignments.ts";
import { syncRegistry } from "../applications/registry-link.ts";
import { checkCondition, type Conditions } from "../faults/conditions.ts";
import type { FaultRule } from "../faults/fault-rule.ts";
import type { Overlaps } from "../faults/in-flight.ts";
import { USUAL_LATENCY } from "../faults/latency.ts";
import type { Meters } from "../meters/meters.ts";
import { seed } from "../seed/seed.ts";
import type { SeedSettings } from "../seed/seeding.ts";
import type { RelationName } from "../store/directory.ts";
import type { Kind, Values } from "../store/entity.ts";
import { noCounts, type Counters } from "./counters.ts";
import type { Exchange } from "./options.ts";
import { snapshot, type Snapshot } from "./snapshot.ts";
import type { Tenant } from "./tenant.ts";

/** The argument that every control command takes beside its own. */
interface Ofwhom {
  /** The tenant; by default the first one that was used. */
  readonly tenant?: string;
}

/** The commands with their arguments and answers: plain JSON, which can cross processes. */
export interface Commands {
  seed: { argument: SeedSettings & Ofwhom; answer: { users: number; groups: number } };
  snapshot: { argument: { properties?: readonly string[] } & Ofwhom; answer: Snapshot };
  counters: { argument: Ofwhom; answer: Counters & { overlaps: Overlaps } };
  resetCounters: { argument: Ofwhom; answer: void };
  addFault: { argument: FaultRule & Ofwhom; answer: { id: number } };
  removeFault: { argument: { id: number } & Ofwhom; answer: void };
  clearFaults: { argument: Ofwhom; answer: void };
  /** How often each fault was applied, by its id. */
  struck: { argument: Ofwhom; answer: Readonly<Record<number, number>> };
  /** `latency` also takes "usual" and "off"; null switches a condition off. */
  conditions: {
    argument: { [Name in keyof Conditions]?: Conditions[Name] | null } & Ofwhom & {
        latency?: Conditions["latency"] | "usual" | "off" | null;
      };
    answer: Conditions;
  };
  /** 0 empties every bucket, 1 fills it. Answers when that was, on the clock of `counters`. */
  meterLevel: { argument: { level: number }; answer: { atMs: number } };
  meters: { argument: { on?: boolean }; answer: Readonly<Record<string, number>> };
  /** Simulates another client that makes `writesPerSecond` (at speed 1) in the tenant; 0 ends it. */
  neighbour: {
    argument: { writesPerSecond: number; app: string; sameApplication?: boolean } & Ofwhom;
    answer: void;
  };
  /** Directory days ahead of the clock; without `tenant`, for every tenant in use. */
  dayOffset: { argument: { days: number } & Ofwhom; answer: { now: string } };
  /** Gives a principal (user, group, service principal) a directory role, by its name or template id. */
  addRole: { argument: { principal: string; role: string } & Ofwhom; answer: void };
  /** Makes a principal eligible for a directory role. */
  addEligible: { argument: { principal: string; role: string } & Ofwhom; answer: void };
  /** Assigns a principal to a role of a resource, both by object id, without applying any rule. */
  assign: {
    argument: { principal: string; resource: string; role: string } & Ofwhom;
    answer: { id: string };
  };
  /** Creates an object without applying any rule; answers its id. */
  create: {
    argument: { kind: Kind; values: Values; id?: string } & Ofwhom;
    answer: { id: string };
  };
  /** Changes an object without applying any rule. */
  update: { argument: { id: string; values: Values } & Ofwhom; answer: void };
  /** Buys or ends seats of a product. */
  seats: { argument: { sku: string; enabled: number } & Ofwhom; answer: { consumed: number } };
  link: { argument: { relation: RelationName; from: string; to: string } & Ofwhom; answer: void };
  unlink: { argument: { relation: RelationName; from: string; to: string } & Ofwhom; answer: void };
  /** The passwords that were set, by user id. */
  passwords: { argument: Ofwhom; answer: Readonly<Record<string, string>> };
  journal: { argument: Ofwhom; answer: readonly Exchange[] };
}

export type CommandName = keyof Commands;

type Handlers = {
  readonly [Name in CommandName]: (
    tenant: Tenant,
    argument: Commands[Name]["argument"],
  ) => Commands[Name]["answer"];
};

/** The state that the commands work on. */
export interface Controlled {
  readonly tenant: (id: string | undefined) => Tenant;
  readonly tenants: () => Iterable<Tenant>;
  readonly meters: Meters;
  readonly journal: () => readonly Exchange[];
}

const entity = (tenant: Tenant, id: string) => {
  const found = tenant.directory.get(id);
  if (!found) throw new TypeError("no such object in the directory");
  return found;
};

const handlers = (around: Controlled): Handlers => ({
  seed: (tenant, { tenant: _id, ...settings }) => seed(tenant, settings),
  snapshot: (tenant, { properties }) => snapshot(tenant, properties),
  counters: (tenant) => ({ ...tenant.counters, overlaps: { ...tenant.inFlight.overlaps } }),
  passwords: (tenant) => Object.fromEntries(tenant.passwords),
  resetCounters: (tenant) => {
    tenant.counters = noCounts();
    Object.assign(tenant.inFlight.overlaps, { objects: 0, edges: 0, mostEdgesOfOneGroup: 0 });
  },
  addFault: (tenant, { tenant: _id, ...rule }) => ({ id: tenant.faults.add(rule) }),
  removeFault: (tenant, { id }) => tenant.faults.remove(id),
  clearFaults: (tenant) => tenant.faults.clear(),
  struck: (tenant) => tenant.faults.struck(),
  conditions: (tenant, { tenant: _id, ...changes }) => {
    const set = Object.entries(changes).map(([name, value]): [string, unknown] => [
      name,
      value === null || value === "off" ? undefined : value === "usual" ? USUAL_LATENCY : value,
    ]);
    for (const [name, value] of set) checkCondition(name, value);
    Object.assign(tenant.conditions, Object.fromEntries(set));
    return tenant.conditions;
  },
  meterLevel: (_tenant, { level }) => ({ atMs: around.meters.setLevel(level) }),
  meters: (_tenant, { on }) => {
    if (on !== undefined) around.meters.on = on;
    return around.meters.levels();
  },
  neighbour: (tenant, { writesPerSecond, app, sameApplication = false }) =>
    around.meters.neighbour({ app, tenant: tenant.id, writesPerSecond, sameApplication }),
  dayOffset: (tenant, { tenant: named, days }) => {
    for (const one of named === undefined ? around.tenants() : [tenant]) one.dayOffset = days;
    return { now: tenant.nowText() };
  },
  addRole: (tenant, { principal, role }) => void tenant.roles.assign(principal, role),
  addEligible: (tenant, { principal, role }) => tenant.roles.makeEligible(principal, role),
  assign: (tenant, { principal, resource, role }) => {
    syncRegistry(tenant);
    const one = {
      id: tenant.directory.newId(),
      appRoleId: role,
      createdMs: tenant.nowMs(),
      resourceId: entity(tenant, resource).id,
    };
    const shown = shownAssignment(tenant, one, entity(tenant, principal));
    tenant.assignments.set(String(shown["id"]), shown);
    return { id: String(shown["id"]) };
  },
  create: (tenant, { kind, values, id }) => ({ id: tenant.directory.create(kind, values, id).id }),
  update: (tenant, { id, values }) => tenant.directory.update(entity(tenant, id), values),
  seats: (tenant, { sku, enabled }) => {
    const found = tenant.skus.find(({ skuId }) => skuId === sku);
    if (!found) throw new TypeError("the tenant has no such product");
    found.enabled = enabled;
    return { consumed: found.consumed };
  },
  link: (tenant, { relation, from, to }) =>
    void tenant.directory.link(relation, entity(tenant, from), to),
  unlink: (tenant, { relation, from, to }) =>
    void tenant.directory.unlink(relation, entity(tenant, from), to),
  journal: () => around.journal(),
});

/** Carries out one command. */
export type Control = <Name extends CommandName>(
  name: Name,
  argument?: Commands[Name]["argument"],
) => Commands[Name]["answer"];

/** @throws TypeError for an unknown command, tenant or object. */
export function createControl(around: Controlled): Control {
  const table = handlers(around);
  return (name, argument) => {
    if (!Object.hasOwn(table, name)) throw new TypeError(`no such command: ${name}`);
    const told: Commands[typeof name]["argument"] & Ofwhom = argument ?? {};
    return table[name](around.tenant(told.tenant), told);
  };
}
