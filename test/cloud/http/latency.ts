import { setTimeout as sleep } from "node:timers/promises";

import type { ServiceName } from "../cloud-control.ts";

/**
 * Plausible medians at speed 1 inside an Azure region; the shape (log-normal, with a long tail cut at
 * six medians) is our choice. Graph has its own latency (test/cloud/graph).
 */
const medianMs: Readonly<Record<ServiceName, number>> = {
  login: 60,
  graph: 0,
  vault: 25,
  identity: 10,
  management: 60,
};

/** A service's latency: seeded, divided by speed, zero while it is off. */
export interface Latency {
  enabled: boolean;
  wait(service: ServiceName): Promise<void>;
}

export function createLatency(random: () => number, speed: number, enabled: boolean): Latency {
  return {
    enabled,
    async wait(service) {
      const median = medianMs[service] / speed;
      if (!this.enabled || median === 0) return;
      const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
      await sleep(Math.min(median * Math.exp(0.4 * normal), 6 * median));
    },
  };
}
