import offboard from "../../recipes/offboard.json" with { type: "json" };
import onboardGuest from "../../recipes/onboard-guest.json" with { type: "json" };
import onboard from "../../recipes/onboard.json" with { type: "json" };
import type { Operation } from "../catalogue/operation.ts";
import type { Expanding } from "../catalogue/recipe/expanding.ts";
import { memberList, SET_MEMBERS } from "../catalogue/recipe/member-list.ts";
import { readRecipe } from "../catalogue/recipe/recipe.ts";

/** The files of recipes/, bundled. */
const files: readonly unknown[] = [offboard, onboard, onboardGuest];

/** What a row may name beside operations, by name. @throws TypeError if a recipe does not keep its schema */
export function recipesOf(
  catalogue: Readonly<Record<string, Operation>>,
): Readonly<Record<string, Expanding>> {
  const recipes = files.map((file) => readRecipe(file, catalogue));
  return {
    [SET_MEMBERS]: memberList(catalogue),
    ...Object.fromEntries(recipes.map((recipe) => [recipe.name, recipe])),
  };
}
