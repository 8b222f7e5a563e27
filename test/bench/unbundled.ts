import { cpSync, globSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { build } from "esbuild";

import { root } from "../../scripts/bundle.ts";

/**
 * Makes of the product what it would be deployed as without a bundler: one JavaScript file a source
 * file, types stripped, the packages in node_modules. The folder must be below the project's, so
 * that they are found.
 */
export async function transpileInto(folder: string, format: "esm" | "cjs"): Promise<void> {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  // The operator's command is not deployed.
  const entryPoints = globSync(["functions/**/*.ts", "shared/**/*.ts"], {
    cwd: root,
    exclude: ["shared/command/**"],
  });
  await build({
    absWorkingDir: root,
    entryPoints,
    outbase: root,
    outdir: folder,
    // Each file stays one: everything it imports is left to Node, only `.ts` becomes `.js`.
    bundle: true,
    plugins: [
      {
        name: "one file each",
        setup: (work) => {
          work.onResolve({ filter: /./ }, ({ kind, path }) =>
            kind === "entry-point"
              ? undefined
              : { path: path.replace(/^(\..*)\.ts$/, "$1.js"), external: true },
          );
        },
      },
    ],
    platform: "node",
    format,
    target: "node22",
    logLevel: "warning",
  });
  cpSync(join(root, "recipes"), join(folder, "recipes"), { recursive: true });
  const type = format === "esm" ? "module" : "commonjs";
  const manifest = { private: true, type, main: "functions/index.js" };
  writeFileSync(join(folder, "package.json"), JSON.stringify(manifest));
}
