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

/** A file of an operation, and the bytes that the bundle would lack without it. */
export interface OperationPart {
  readonly file: string;
  readonly bytes: number;
}

const LIST = "shared/operations/list.ts";

/**
 * What each operation adds: the bytes of its file and of the files that nothing but it imports, the heaviest
 * first.
 */
export function operationParts({ inputs, outputs }: Metafile): OperationPart[] {
  const kept = new Map(
    Object.values(outputs).flatMap((output) =>
      Object.entries(output.inputs).map(([path, { bytesInOutput }]) => [path, bytesInOutput]),
    ),
  );
  const importsOf = (path: string): string[] =>
    (inputs[path]?.imports ?? []).map((each) => each.path);
  const entries = Object.values(outputs).flatMap(({ entryPoint = [] }) => entryPoint);
  const operations = importsOf(LIST).filter((path) => kept.has(path));
  return operations
    .map((file) => {
      const reached = new Set<string>();
      const open = [...entries];
      for (let path = open.pop(); path !== undefined; path = open.pop()) {
        if (reached.has(path)) continue;
        reached.add(path);
        // Another operation may import it too: then it stays.
        open.push(...importsOf(path).filter((each) => path !== LIST || each !== file));
      }
      const bytes = [...kept].reduce((sum, [path, own]) => sum + (reached.has(path) ? 0 : own), 0);
      return { file, bytes };
    })
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
