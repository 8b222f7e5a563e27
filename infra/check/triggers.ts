import { registerHooks } from "node:module";

/** What the functions register with the host. */
export interface Triggers {
  /** Function names, as the host and Azure know them. */
  readonly functions: readonly string[];
  readonly queues: readonly string[];
  readonly schedules: readonly string[];
  readonly connections: readonly string[];
}

interface Registration {
  readonly name: string;
  readonly bindings: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

const CORE = "@azure/functions-core";
const url = "fake:functions-core";

/** Collects into `globalThis`, because a module made of text has nothing else to reach us by. */
const source = `
  const registered = (globalThis.registeredFunctions = []);
  module.exports = {
    version: "0.0.0", hostVersion: "4.0.0",
    registerFunction: (metadata) => { registered.push(metadata); return { dispose() {} }; },
    registerHook: () => ({ dispose() {} }),
    setProgrammingModel() {}, getProgrammingModel() {}, log() {},
    Disposable: class { dispose() {} },
  };
`;

/**
 * Loads functions/index.ts with a stand-in for the module that Azure's worker supplies, and reads
 * what was registered: the triggers as the host will see them, not as the source is written.
 */
export async function readTriggers(): Promise<Triggers> {
  const hooks = registerHooks({
    resolve: (specifier, context, next) =>
      specifier === CORE
        ? { url, format: "commonjs", shortCircuit: true }
        : next(specifier, context),
    load: (from, context, next) =>
      from === url ? { format: "commonjs", source, shortCircuit: true } : next(from, context),
  });
  try {
    await import("../../functions/index.ts");
  } finally {
    hooks.deregister();
  }
  const all: readonly Registration[] = Reflect.get(globalThis, "registeredFunctions") ?? [];
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
