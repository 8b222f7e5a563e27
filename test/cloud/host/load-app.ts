import { globSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

import { hookContext } from "./core-hooks.ts";
import { type AppState, SystemError } from "./core-module.ts";

interface PackageJson {
  readonly main?: string;
  readonly type?: string;
}

/**
 * Loads every file that `main` of the app's package.json matches, then runs its `appStart` hooks.
 * An error in the app's files is stored as `app.startError` (nodejs-worker src/startApp.ts, which
 * always blocks on Node 20 and later); an error in a hook is thrown.
 */
export async function startApp(
  app: AppState,
  directory: string,
  warn: (message: string) => void,
): Promise<void> {
  const manifest = readManifest(directory, warn);
  if (manifest.main) await loadEntryPoint(app, directory, manifest.main, manifest);
  const data = { hookData: app.hooks.appLevelData, appHookData: app.hooks.appHookData };
  await app.hooks.run("appStart", hookContext(data, { functionAppDirectory: directory }));
}

function readManifest(directory: string, warn: (message: string) => void): PackageJson {
  try {
    const found: unknown = JSON.parse(readFileSync(join(directory, "package.json"), "utf8"));
    if (typeof found !== "object" || found === null) throw new SystemError("it is not an object");
    const text = (name: string): string | undefined => {
      const value: unknown = Reflect.get(found, name);
      return typeof value === "string" ? value : undefined;
    };
    const main = text("main");
    const type = text("type");
    return { ...(main ? { main } : {}), ...(type ? { type } : {}) };
  } catch (error) {
    warn(`Worker failed to load package.json: ${(error as Error).message}`);
    return {};
  }
}

async function loadEntryPoint(
  app: AppState,
  directory: string,
  pattern: string,
  manifest: PackageJson,
): Promise<void> {
  let current = pattern;
  try {
    const files = globSync(pattern, { cwd: directory }).toSorted();
    if (files.length === 0) throw new SystemError("no file matches it");
    for (const file of files) {
      current = file;
      app.entryPoint = join(directory, file);
      await loadFile(app.entryPoint, manifest);
    }
  } catch (thrown) {
    const error = thrown instanceof Error ? thrown : new Error(String(thrown));
    const message = `Worker was unable to load entry point "${current}": ${error.message}`;
    // The stack is printed: if nothing was registered yet, the host gets no error.
    console.error(`${message}\n${error.stack}`);
    app.startError = new SystemError(message, { cause: error });
  } finally {
    app.entryPoint = undefined;
  }
}

/** `.mjs` and `.cjs` decide, else package.json's `type` (nodejs-worker src/loadScriptFile.ts). */
async function loadFile(path: string, { type }: PackageJson): Promise<void> {
  const isModule = path.endsWith(".mjs") || (!path.endsWith(".cjs") && type === "module");
  if (isModule) await import(pathToFileURL(path).href);
  else createRequire(path)(path);
}
