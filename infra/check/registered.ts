import { registerHooks } from "node:module";

/** What a function registers with the host. */
export interface Registration {
  readonly name: string;
  readonly bindings: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

const CORE = "@azure/functions-core";
const url = "fake:functions-core";

/** Collects into `globalThis`, the only way for a module made of text to pass on a result. */
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
 * Runs `load` with a stand-in for the module that Azure's worker supplies, and returns what was
 * registered: the functions as the host will see them, not as the source is written.
 */
export async function registeredBy(load: () => unknown): Promise<readonly Registration[]> {
  const hooks = registerHooks({
    resolve: (specifier, context, next) =>
      specifier === CORE
        ? { url, format: "commonjs", shortCircuit: true }
        : next(specifier, context),
    load: (from, context, next) =>
      from === url ? { format: "commonjs", source, shortCircuit: true } : next(from, context),
  });
  try {
    await load();
  } finally {
    hooks.deregister();
  }
  return Reflect.get(globalThis, "registeredFunctions") ?? [];
}
