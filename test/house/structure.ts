import { dirname, join, normalize } from "node:path/posix";

/** Source text by path, as `shared/core/errors.ts`. */
export type Sources = Readonly<Record<string, string>>;

/** The files that a file imports or re-exports, types included, by their paths. */
export const importsOf = (path: string, source: string): readonly string[] =>
  [...source.matchAll(/^(?:import|export)\b[^;]*?\bfrom "(\.[^"]+)"|^import "(\.[^"]+)"/gm)].map(
    ([, from, alone]) => normalize(join(dirname(path), from ?? alone ?? "")),
  );

/** The folders that hold more than `most` files of their own. */
export function crowdedFolders(sources: Sources, most: number): readonly string[] {
  const counts = new Map<string, number>();
  for (const path of Object.keys(sources)) {
    counts.set(dirname(path), (counts.get(dirname(path)) ?? 0) + 1);
  }
  return [...counts]
    .filter(([, count]) => count > most)
    .map(([folder, count]) => `${folder} holds ${count} files`);
}

/** The chains of imports inside one folder that are longer than `most` files, one for each start. */
export function deepChains(sources: Sources, most: number): readonly string[] {
  const chains = new Map<string, readonly string[]>();
  /** The longest chain from a file through files of the same folder. */
  const chainFrom = (path: string): readonly string[] => {
    const known = chains.get(path);
    if (known) return known;
    // A circle ends here; the lint (import/no-cycle) reports it.
    chains.set(path, [path]);
    const longest = importsOf(path, sources[path] ?? "")
      .filter((other) => other in sources && dirname(other) === dirname(path))
      .map(chainFrom)
      .reduce<readonly string[]>((best, one) => (one.length > best.length ? one : best), []);
    const chain = [path, ...longest];
    chains.set(path, chain);
    return chain;
  };
  return Object.keys(sources)
    .map(chainFrom)
    .filter((chain) => chain.length > most)
    .map((chain) => `${chain.length} levels: ${chain.join(" → ")}`);
}

/** The pairs of folders that import each other, with one import of each direction. */
export function mutualFolders(sources: Sources): readonly string[] {
  const imports = new Map<string, string>();
  for (const [path, source] of Object.entries(sources)) {
    for (const other of importsOf(path, source)) {
      if (!(other in sources) || dirname(other) === dirname(path)) continue;
      imports.set(`${dirname(path)} → ${dirname(other)}`, `${path} imports ${other}`);
    }
  }
  return [...imports].flatMap(([pair, one]) => {
    const [from = "", to = ""] = pair.split(" → ");
    const back = imports.get(`${to} → ${from}`);
    return back === undefined || from > to ? [] : [`${one}, and ${back}`];
  });
}
