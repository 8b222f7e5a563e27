import { createHash } from "node:crypto";

import * as v from "valibot";

import type { Operations } from "../../catalogue/recipe/recipe.ts";
import { InputRefusal } from "../../core/input-refusal.ts";
import { batchDamaged } from "../../records/damaged.ts";
import type { BatchManifest, BatchRecipe } from "../../records/manifest.ts";
import { recipesBlob } from "../../records/paths.ts";
import { jsonText, readStored } from "../../records/stored-json.ts";
import type { Blobs } from "../../storage/types.ts";
import { type OwnRecipe, recipeIn } from "./own-recipes.ts";

/** `recipes.json`: the files of the recipes of the deployment's own that rows of the batch name. */
interface StoredRecipes {
  readonly version: 1;
  /** By path in container `inbox`. */
  readonly files: Readonly<Record<string, string>>;
}

const shape = v.object({ files: v.record(v.string(), v.string()) });

/** What the manifest says of them. */
export const recipesNamed = (own: readonly OwnRecipe[]): readonly BatchRecipe[] =>
  own.map(({ name, file: { path, sha256 } }) => ({ name, path, sha256 }));

/**
 * Keeps the recipes of a batch beside its input, so that a later change of the files does not change it. It is
 * called before the batch has its name; what an earlier attempt left is replaced.
 */
export async function keepRecipes(
  batches: Blobs,
  folder: string,
  own: readonly OwnRecipe[],
  isEmpty: boolean,
): Promise<void> {
  const path = recipesBlob(folder);
  const files = Object.fromEntries(own.map(({ file }) => [file.path, file.text]));
  if (own.length > 0)
    await batches.write(path, jsonText({ version: 1, files } satisfies StoredRecipes));
  else if (!isEmpty) await batches.delete(path);
}

/**
 * The recipes of a batch, by name; none if it has none.
 *
 * @throws OperatorError BATCH_DAMAGED if they are missing or are not those that were accepted; InputRefusal
 * RECIPE_INVALID if this release lacks what they name
 */
export async function storedRecipes(
  { batches, catalogue }: { readonly batches: Blobs; readonly catalogue: Operations },
  folder: string,
  { recipes = [] }: Pick<BatchManifest, "recipes">,
): Promise<Readonly<Record<string, OwnRecipe>>> {
  if (recipes.length === 0) return {};
  const path = recipesBlob(folder);
  const stored = await readStored<StoredRecipes>(batches, path, shape);
  if (stored === undefined) throw batchDamaged(path, "is missing");
  const { files } = stored.value;
  return Object.fromEntries(
    recipes.map(({ name, path: from, sha256 }) => {
      const text = files[from] ?? "";
      if (createHash("sha256").update(text).digest("hex") !== sha256)
        throw batchDamaged(path, "is damaged");
      const recipe = recipeIn(from, text, catalogue);
      if (recipe instanceof InputRefusal) throw recipe;
      return [name, recipe];
    }),
  );
}
