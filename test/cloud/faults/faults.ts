import type { Fault, FaultEffect, ServiceName } from "../cloud-control.ts";
import type { CloudRequest } from "../http/exchange.ts";

/** The active faults. */
export interface Faults {
  inject(fault: Fault): { id: string };
  clear(which?: { id?: string; service?: ServiceName }): void;
  /** The effect for this request, counted against the fault's `times`; undefined if none matches. */
  meet(service: ServiceName, request: CloudRequest): FaultEffect | undefined;
}

/** Creates the list of faults, in order of injection; the first that matches is applied. */
export function createFaults(random: () => number): Faults {
  const waiting = new Map<string, { fault: Fault; left: number }>();
  let lastId = 0;
  return {
    inject(fault) {
      lastId += 1;
      const id = `fault-${lastId}`;
      waiting.set(id, { fault, left: fault.times ?? Number.POSITIVE_INFINITY });
      return { id };
    },
    clear(which = {}) {
      for (const [id, { fault }] of waiting)
        if ((which.id ?? id) === id && (which.service ?? fault.service) === fault.service)
          waiting.delete(id);
    },
    meet(service, request) {
      for (const [id, entry] of waiting) {
        if (entry.fault.service !== service || !matches(entry.fault, request)) continue;
        if (entry.fault.probability !== undefined && random() >= entry.fault.probability) continue;
        entry.left -= 1;
        if (entry.left <= 0) waiting.delete(id);
        return entry.fault.effect;
      }
      return undefined;
    },
  };
}

function matches(fault: Fault, request: CloudRequest): boolean {
  if (fault.method !== undefined && fault.method.toUpperCase() !== request.method) return false;
  return (
    fault.path === undefined ||
    decoded(request.target).toLowerCase().includes(fault.path.toLowerCase())
  );
}

function decoded(target: string): string {
  try {
    return decodeURIComponent(target);
  } catch {
    return target;
  }
}
