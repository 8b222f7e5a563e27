import { join } from "node:path";

import type { RuleName } from "../../infra/check/all-rules.ts";
import { createInfra, type Infra, readInfraFiles } from "../../infra/check/infra.ts";
import { createParser } from "../../infra/check/parse.ts";
import { type Product, readProduct } from "../../infra/check/product.ts";

/** A change to one file of infra/ or docs/, or to what the product says of itself. */
export type Break =
  | { readonly file: string; readonly from: string | RegExp; readonly to: string }
  | { readonly product: (product: Product) => Product };

/** rule → what is done wrong → how. */
export type Breaks = Readonly<Partial<Record<RuleName, Readonly<Record<string, Break>>>>>;

const root = join(import.meta.dirname, "../..");
const files = readInfraFiles(root);
const [product, parse] = await Promise.all([readProduct(root), createParser()]);

/** infra/ as it is in the repository. */
export const present: Infra = createInfra(files, product, parse);

/** infra/ with one fact broken. @throws Error if the change changes nothing: then it is stale. */
export function broken(change: Break): Infra {
  if ("product" in change) return { ...present, product: change.product(product) };
  const text = files[change.file];
  if (text === undefined) throw new Error(`There is no ${change.file}.`);
  const changed = text.replace(change.from, () => change.to);
  if (changed === text) throw new Error(`${change.file} has no ${String(change.from)}.`);
  const isBicep = /\.bicep(param)?$/.test(change.file);
  const bicep = isBicep
    ? present.bicep.map((each) => (each.path === change.file ? parse(each.path, changed) : each))
    : present.bicep;
  return { ...present, bicep, files: { ...files, [change.file]: changed } };
}
