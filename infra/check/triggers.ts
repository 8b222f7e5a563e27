import { registeredBy } from "./registered.ts";

/** What the functions register with the host. */
export interface Triggers {
  /** Function names, as the host and Azure know them. */
  readonly functions: readonly string[];
  readonly queues: readonly string[];
  readonly schedules: readonly string[];
  readonly connections: readonly string[];
}

/** Loads functions/index.ts and reads what was registered. */
export async function readTriggers(): Promise<Triggers> {
  const all = await registeredBy(() => import("../../functions/index.ts"));
  const of = (type: string, property: string): string[] =>
    all
      .flatMap(({ bindings }) => Object.values(bindings))
      .filter((binding) => binding["type"] === type)
      .map((binding) => String(binding[property]));
  return {
    functions: all.map(({ name }) => name).toSorted(),
    queues: of("queueTrigger", "queueName"),
    connections: [...new Set(of("queueTrigger", "connection"))],
    schedules: of("timerTrigger", "schedule").map((each) => each.replaceAll("%", "")),
  };
}
