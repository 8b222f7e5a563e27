import offboard from "../../recipes/offboard.json" with { type: "json" };
import onboard from "../../recipes/onboard.json" with { type: "json" };
import type { Operation } from "../catalogue/operation.ts";
import { readRecipe, type Recipe } from "../catalogue/recipe/recipe.ts";

/** The files of recipes/, bundled. */
const files: readonly unknown[] = [offboard, onboard];

/** The recipes by name. @throws TypeError if one of them does not keep its schema */
export const recipesOf = (
  catalogue: Readonly<Record<string, Operation>>,
): Readonly<Record<string, Recipe>> =>
  Object.fromEntries(
    files.map((file) => {
      const recipe = readRecipe(file, catalogue);
      return [recipe.name, recipe];
    }),
  );
