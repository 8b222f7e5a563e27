/** The hooks of one app, by name, in the order they were registered. */
export interface Hooks {
  /** Data that all hooks of all scopes share. */
  readonly appHookData: Record<string, unknown>;
  /** Data that only `appStart` and `appTerminate` share. */
  readonly appLevelData: Record<string, unknown>;
  /** @throws RangeError if the worker knows no such hook. */
  register(name: string, callback: HookCallback): () => void;
  of(name: string): readonly HookCallback[];
  /** Runs the hooks one after another; stops at the first that throws. */
  run(name: string, context: object): Promise<void>;
}

export type HookCallback = (context: object) => unknown;

/** nodejs-worker src/hooks: `log` was added in worker 3.10 (host 4.34). */
const NAMES = ["appStart", "appTerminate", "preInvocation", "postInvocation"];
const knownTo = (workerVersion: string): string[] => {
  const [major = 0, minor = 0] = workerVersion.split(".").map(Number);
  return major > 3 || (major === 3 && minor >= 10) ? [...NAMES, "log"] : NAMES;
};

export function createHooks(workerVersion: string): Hooks {
  const lists = new Map(knownTo(workerVersion).map((name) => [name, [] as HookCallback[]]));
  const of = (name: string): HookCallback[] => lists.get(name) ?? [];
  return {
    appHookData: {},
    appLevelData: {},
    register: (name, callback) => {
      const list = lists.get(name);
      if (!list) {
        // The library recognizes an old worker by exactly these two properties.
        const unknown = new RangeError(`Unrecognized hook "${name}"`);
        throw Object.assign(unknown, { isAzureFunctionsSystemError: true });
      }
      list.push(callback);
      return () => {
        const at = list.indexOf(callback);
        if (at >= 0) list.splice(at, 1);
      };
    },
    of,
    run: async (name, context) => {
      for (const callback of of(name)) await callback(context);
    },
  };
}

/** A context whose `readOnly` properties cannot be replaced; their contents can change. */
export function hookContext<Own extends object>(
  readOnly: Readonly<Record<string, unknown>>,
  own: Own,
): Own {
  for (const [name, value] of Object.entries(readOnly)) {
    Object.defineProperty(own, name, {
      enumerable: true,
      get: () => value,
      set: () => {
        throw new TypeError(`Cannot assign to read only property '${name}'`);
      },
    });
  }
  return own;
}
