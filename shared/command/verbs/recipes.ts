import { readFileSync, statSync } from "node:fs";
import { basename } from "node:path";

import {
  isRecipeFile,
  type OwnRecipe,
  type RecipeRules,
  readOwnRecipe,
  readOwnRecipes,
  recipePath,
} from "../../batches/recipes/own-recipes.ts";
import type { Field } from "../../catalogue/payload.ts";
import { SET_MEMBERS } from "../../catalogue/recipe/member-list.ts";
import type { Operations } from "../../catalogue/recipe/recipe.ts";
import { InputRefusal } from "../../core/input-refusal.ts";
import type { Desk } from "../desk/desk.ts";
import { operationTable } from "../operation-table/operation-table.ts";
import { CommandError, usageError } from "../terminal/command-error.ts";

/**
 * Checks a recipe on this machine, puts it into container inbox, or lists those that lie there. Which operations
 * a deployment has switched off only the deployment knows: it says so when rows name the recipe.
 *
 * @throws CommandError if the recipe is wrong
 */
export async function recipes(desk: Desk, action: string, file: string | undefined): Promise<void> {
  if (action === "list") return listRecipes(desk);
  if (file === undefined) {
    throw usageError(
      "No file is named.",
      `Example: ${desk.self} recipes ${action} my-leavers.json`,
    );
  }
  const recipe = recipeAt(desk, file);
  const path = recipePath(recipe.name);
  const facts = { name: recipe.name, path, sha256: recipe.file.sha256 };
  if (action === "check") {
    return desk.print.one(facts, facts, () =>
      [
        `${recipe.name} can be used: ${recipe.steps.map(({ operation }) => operation).join(", ")}`,
        `put it into inbox: ${desk.self} recipes put ${file}`,
      ].join("\n"),
    );
  }
  const { inbox } = (await desk.account()).blobs;
  const before = await inbox.read(path);
  await inbox.write(path, recipe.file.text);
  desk.print.one(facts, facts, () =>
    [
      `${before === undefined ? "put" : "replaced"}: inbox/${path}`,
      `rows can name ${recipe.name}; batches that were accepted before keep what they were accepted with`,
    ].join("\n"),
  );
}

/** @throws CommandError */
function recipeAt(desk: Desk, file: string): OwnRecipe {
  const path = desk.pathOf(file);
  if (statSync(path, { throwIfNoEntry: false })?.isFile() !== true) {
    throw new CommandError(`There is no file ${file}.`, "Give the path of a recipe.", {
      exitCode: 3,
    });
  }
  const name = `recipes/${basename(path)}`;
  if (!isRecipeFile(name)) {
    throw usageError(
      `${file} is no name of a recipe.`,
      "Call it NAME.json, with the recipe's name.",
    );
  }
  const read = readOwnRecipe(name, readFileSync(path, "utf8"), rules());
  if (read instanceof InputRefusal) {
    throw new CommandError(read.what, "Correct it as docs/recipes.md shows.", { cause: read });
  }
  return read;
}

async function listRecipes(desk: Desk): Promise<void> {
  const { inbox } = (await desk.account()).blobs;
  const found = [...(await readOwnRecipes(inbox, rules()))].map(([name, read]) =>
    read instanceof InputRefusal
      ? { name, path: recipePath(name), wrong: read.what }
      : { name, path: recipePath(name), sha256: read.file.sha256, summary: read.summary },
  );
  desk.print.list(
    found,
    ({ name, ...more }) => ({
      name,
      what: more.wrong ?? more.summary,
      sha256: more.sha256?.slice(0, 12),
    }),
    "There is no recipe in inbox/recipes/. Those of the program are in docs/recipes.md.",
  );
}

/** What recipes may name, by columns alone: the deployment checks what is in the cells. */
const rules = (): RecipeRules => ({
  catalogue: columnsOf(isOperation),
  recipes: columnsOf((name) => !isOperation(name)),
});

const columnsOf = (which: (name: string) => boolean): Operations =>
  Object.fromEntries(
    operationTable
      .filter(({ name }) => which(name))
      .map(({ name, required, optional }) => {
        const fields = {
          ...Object.fromEntries(optional.map((column) => [column, anything(false)])),
          ...Object.fromEntries(required.map((column) => [column, anything(true)])),
        };
        return [name, { fields }];
      }),
  );

const isOperation = (name: string): boolean => name.includes(".") && name !== SET_MEMBERS;

const anything = (required: boolean): Field => ({
  required,
  clearable: true,
  read: () => ({ broken: "is checked by the deployment" }),
});
