import type { ServiceCounters } from "../cloud-control.ts";

/** Counts the answers of one service. */
export interface Counters {
  /** Counts one request as `operation`; called once per request, by the code that knows its name. */
  operation(name: string): void;
  answered(outcome: string): void;
  connection(): void;
  read(): ServiceCounters;
  reset(): void;
}

function add(map: Map<string, number>, key: string): void {
  map.set(key, (map.get(key) ?? 0) + 1);
}

/** Creates counters that start at zero. */
export function createCounters(): Counters {
  let requests = 0;
  let connections = 0;
  const byStatus = new Map<string, number>();
  const byOperation = new Map<string, number>();
  return {
    operation: (name) => add(byOperation, name),
    answered(outcome) {
      requests += 1;
      add(byStatus, outcome);
    },
    connection() {
      connections += 1;
    },
    read: () => ({
      requests,
      connections,
      byStatus: Object.fromEntries(byStatus),
      byOperation: Object.fromEntries(byOperation),
    }),
    reset() {
      requests = 0;
      connections = 0;
      byStatus.clear();
      byOperation.clear();
    },
  };
}
