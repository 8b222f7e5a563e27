import { execFileSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";

import { composition, faults } from "./bundle-composition.ts";
import { BUNDLE, bundle, root } from "./bundle.ts";

interface PackageJson {
  readonly name: string;
  readonly version: string;
  readonly engines?: Readonly<Record<string, string>>;
}

/** Exactly the files that are deployed. */
export const deployed: readonly string[] = [BUNDLE, `${BUNDLE}.map`, "host.json", "package.json"];

/**
 * Bundles `entry` into `folder`, which is emptied first, and leaves exactly `deployed` in it.
 *
 * @throws Error if the bundle has a fault (two copies of MSAL, say) or the folder another file.
 */
export async function buildInto(folder: string, entry: string): Promise<void> {
  const made = await bundle(entry);
  const wrong = faults(composition(made.metafile));
  if (wrong.length > 0) throw new Error(wrong.join("\n"));

  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, BUNDLE), made.code);
  writeFileSync(join(folder, `${BUNDLE}.map`), made.map);
  cpSync(join(root, "host.json"), join(folder, "host.json"));
  const { name, version, engines } = JSON.parse(
    readFileSync(join(root, "package.json"), "utf8"),
  ) as PackageJson;
  const manifest = { name, version, private: true, main: BUNDLE, engines };
  writeFileSync(join(folder, "package.json"), `${JSON.stringify(manifest, undefined, 2)}\n`);

  const found = readdirSync(folder).toSorted();
  if (found.join() !== deployed.toSorted().join())
    throw new Error(`dist holds ${found.join(", ")}; it should hold ${deployed.join(", ")}.`);
}

/** Brings `shared/operations/list.ts` up to the files in `shared/operations/`. */
function writeOperations(): void {
  const script = join(root, "scripts/write-operations.ts");
  if (existsSync(script)) execFileSync(process.execPath, [script], { stdio: "inherit" });
}

if (import.meta.filename === process.argv[1]) {
  writeOperations();
  await buildInto(join(root, "dist"), "functions/index.ts");
}
