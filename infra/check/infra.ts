import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";

import type { BicepFile, Finding, Module, Resource } from "./bicep-file.ts";
import type { ParseBicep } from "./parse.ts";
import type { Product } from "./product.ts";

/** The files of infra/ by their paths in it, scripts and texts included, and of docs/ by `docs/…`. */
export type InfraFiles = Readonly<Record<string, string>>;

/** infra/ as the checks see it, with the facts of the product. */
export interface Infra {
  readonly files: InfraFiles;
  readonly bicep: readonly BicepFile[];
  readonly product: Product;
}

/** Reads infra/ and the pages of docs/ that have to agree with it. */
export function readInfraFiles(root: string): InfraFiles {
  const infra = globSync("infra/**/*.{bicep,bicepparam,json,sh,md}", { cwd: root }).map(
    (path): [string, string] => [path.slice("infra/".length), path],
  );
  const docs = globSync("docs/*.md", { cwd: root }).map((path): [string, string] => [path, path]);
  return Object.fromEntries(
    [...infra, ...docs].map(([name, path]) => [name, readFileSync(join(root, path), "utf8")]),
  );
}

/** Parses the .bicep and .bicepparam files. */
export function createInfra(files: InfraFiles, product: Product, parse: ParseBicep): Infra {
  const bicep = Object.entries(files)
    .filter(([path]) => /\.bicep(param)?$/.test(path))
    .map(([path, text]) => parse(path, text));
  return { files, product, bicep };
}

/** The file at that path. @throws TypeError if there is none. */
export function fileAt(infra: Infra, path: string): BicepFile {
  const found = infra.bicep.find((each) => each.path === path);
  if (found === undefined) throw new TypeError(`There is no infra/${path}.`);
  return found;
}

/** The text at that path. @throws TypeError if there is none. */
export function textOf(infra: Infra, path: string): string {
  const found = infra.files[path];
  if (found === undefined) throw new TypeError(`There is no ${path}.`);
  return found;
}

export interface Placed<T> {
  readonly file: BicepFile;
  readonly it: T;
}

/** Every resource of that type that the Bicep makes, nested ones included. */
export const resourcesOfType = (infra: Infra, type: string): Placed<Resource>[] =>
  infra.bicep.flatMap((file) =>
    file.resources
      .filter((each) => each.type === type && !each.existing)
      .map((it) => ({ file, it })),
  );

/** Every module call. */
export const modulesOf = (infra: Infra): Placed<Module>[] =>
  infra.bicep.flatMap((file) => file.modules.map((it) => ({ file, it })));

/** A finding at a place. */
export const finding = (file: BicepFile | string, line: number, message: string): Finding => ({
  file: typeof file === "string" ? file : file.path,
  line,
  message,
});
