import type { Metafile } from "esbuild";

import { neverRun } from "./never-run.ts";

/** What one package, or our own code (`name` undefined), weighs in the bundle. */
export interface Part {
  readonly name: string | undefined;
  /** The folders it was read from: two are two copies. */
  readonly copies: readonly string[];
  readonly bytes: number;
}

const PACKAGE = /^(.*node_modules\/((?:@[^/]+\/)?[^/]+))\//;

/**
 * The bundle's bytes by package, the heaviest first. A file of which nothing was kept counts as a
 * copy only if bytes of it are in the output.
 */
export function composition(metafile: Metafile): Part[] {
  const parts = new Map<string | undefined, { folders: Set<string>; bytes: number }>();
  for (const output of Object.values(metafile.outputs)) {
    for (const [path, { bytesInOutput }] of Object.entries(output.inputs)) {
      if (bytesInOutput === 0) continue;
      const [, folder = "", name] = PACKAGE.exec(path) ?? [];
      const part = parts.get(name) ?? { folders: new Set(), bytes: 0 };
      part.folders.add(folder);
      part.bytes += bytesInOutput;
      parts.set(name, part);
    }
  }
  return [...parts]
    .map(([name, { folders, bytes }]) => ({ name, copies: [...folders].toSorted(), bytes }))
    .toSorted((a, b) => b.bytes - a.bytes);
}

/** The bytes of our own code by folder of `shared/`, the rest by its first folder; the heaviest first. */
export function ownParts(metafile: Metafile): { name: string; bytes: number }[] {
  const folders = new Map<string, number>();
  for (const output of Object.values(metafile.outputs)) {
    for (const [path, { bytesInOutput }] of Object.entries(output.inputs)) {
      if (PACKAGE.test(path)) continue;
      const name = /^shared\/[^/]+(?=\/)|^[^/]+/.exec(path)?.[0] ?? path;
      folders.set(name, (folders.get(name) ?? 0) + bytesInOutput);
    }
  }
  return [...folders]
    .map(([name, bytes]) => ({ name, bytes }))
    .toSorted((a, b) => b.bytes - a.bytes);
}

/** Two copies of these mean two token caches and 165 KB; apache-arrow adds 236 KB that are never run. */
const ONCE = ["@azure/msal-node", "@azure/msal-common"];
const NEVER = ["apache-arrow", "@azure/functions-core", ...neverRun.map((each) => each.package)];

/** What is wrong with a bundle that is to be deployed, in words; empty if nothing is. */
export function faults(parts: readonly Part[]): string[] {
  return parts.flatMap(({ name, copies }) => {
    if (name !== undefined && ONCE.includes(name) && copies.length > 1)
      return [`${copies.length} copies of ${name}: ${copies.join(", ")}. Align their versions.`];
    if (name !== undefined && NEVER.includes(name)) return [`${name} must not be in the bundle.`];
    return [];
  });
}
