import type { CloudControl, CloudSettings } from "../cloud-control.ts";
import { USUAL_LATENCY } from "../graph/graph.ts";
import type { World } from "../world.ts";

type BehaviorControl = Pick<
  CloudControl,
  | "configure"
  | "inject"
  | "clearFaults"
  | "counters"
  | "resetCounters"
  | "advanceDays"
  | "graph"
  | "reset"
>;

/** The commands for the services' behavior and counters. */
export function behaviorControl(world: World): BehaviorControl {
  let days = 0;
  return {
    async configure(settings) {
      configure(world, settings);
    },
    async inject(fault) {
      return world.faults.inject(fault);
    },
    async clearFaults(which) {
      world.faults.clear(which);
    },
    async counters() {
      return world.front.counters();
    },
    async resetCounters() {
      world.front.resetCounters();
    },
    async advanceDays(more) {
      days += more;
      world.graph.control("dayOffset", { days });
    },
    async graph(command, argument) {
      return world.graph.control(command, argument);
    },
    async reset() {
      world.faults.clear();
      world.graph.control("clearFaults");
      days = 0;
      world.graph.control("dayOffset", { days });
      world.front.resetCounters();
      world.identity.reset();
      configure(world, world.initialSettings);
    },
  };
}

function configure(world: World, settings: CloudSettings): void {
  const { login = {}, vault = {}, identity = {} } = settings;
  const { tokenLifetimeSeconds, signedIn, ...rest } = login;
  Object.assign(world.state.settings, rest);
  if (tokenLifetimeSeconds !== undefined)
    world.state.settings.tokenLifetimeSeconds = tokenLifetimeSeconds ?? undefined;
  if (signedIn !== undefined) world.state.settings.signedIn = signedIn ?? undefined;
  Object.assign(world.keyVault.settings, vault);
  Object.assign(world.identity.settings, identity);
  if (settings.latency !== undefined) {
    world.latency.enabled = settings.latency;
    world.graph.control("conditions", { latency: settings.latency ? USUAL_LATENCY : null });
  }
}
