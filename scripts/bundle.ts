import { join } from "node:path";

import { build, type BuildResult, type Metafile } from "esbuild";

import { functionsLibrary } from "./functions-library.ts";
import { leanMap } from "./lean-map.ts";
import { leaveOutNeverRun } from "./never-run.ts";

export const root = join(import.meta.dirname, "..");

/** The name of the one code file that is deployed; `.cjs` makes it CommonJS. */
export const BUNDLE = "index.cjs";

/** The product's entry. */
const PRODUCT = "functions/index.ts";

/**
 * Node reads a file's source map when it compiles the file, so the bundle cannot turn maps on for
 * itself halfway: it turns them on and compiles itself again. A start-up flag would do on a
 * worker of our own, but a warm-pool worker was started before our settings were known. Costs 12 ms
 * of 60 at load; stack traces then name our files and lines.
 */
const MAPS_ON = [
  '"use strict";if(!process.sourceMapsEnabled){process.setSourceMapsEnabled(true);',
  "delete require.cache[__filename];module.exports=require(__filename);return}",
].join("");

/** What esbuild made, in memory: nothing is on disk yet. */
export interface Bundle {
  readonly code: Uint8Array;
  readonly map: Uint8Array;
  readonly metafile: Metafile;
}

/**
 * Bundles `entry` as it is deployed: minified CommonJS for Node 22 and later that requires nothing but Node
 * and `@azure/functions-core`, which the Functions worker serves at run time and no registry has.
 *
 * @throws Error if esbuild fails or warns: a bundle with a warning may work here and fail elsewhere.
 */
export async function bundle(entry: string): Promise<Bundle> {
  const result: BuildResult<{ metafile: true; write: false }> = await build({
    absWorkingDir: root,
    entryPoints: [entry],
    outfile: join(root, "dist", BUNDLE),
    bundle: true,
    minify: true,
    // Names cost 70 KB and nothing that runs reads them: our errors name themselves, stack traces name
    // file and line by the source map, and of the SDKs only policies of older clients are told by class name.
    keepNames: false,
    platform: "node",
    format: "cjs",
    target: "node22",
    external: ["@azure/functions-core"],
    // Fixtures of the local host see the libraries as they are.
    plugins: entry === PRODUCT ? [functionsLibrary, leaveOutNeverRun] : [],
    banner: { js: MAPS_ON },
    sourcemap: "linked",
    sourcesContent: false,
    metafile: true,
    write: false,
    logLevel: "warning",
  });
  if (result.warnings.length > 0) throw new Error("esbuild warned; see above");
  const file = (name: string): Uint8Array => {
    const found = result.outputFiles.find(({ path }) => path.endsWith(name));
    if (!found) throw new Error(`esbuild made no ${name}`);
    return found.contents;
  };
  const map = leanMap(file(`${BUNDLE}.map`));
  return { code: file(BUNDLE), map, metafile: result.metafile };
}
