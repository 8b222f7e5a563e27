import { createHash } from "node:crypto";

import { checkRecipe, type Operations, type Recipe } from "../../catalogue/recipe/recipe.ts";
import { InputRefusal } from "../../core/input-refusal.ts";
import { parseJson, UnusableJson } from "../../core/parse-json.ts";
import type { BlobFacts, Blobs } from "../../storage/types.ts";

/** A recipe of the deployment's own, as container `inbox` had it. */
export interface OwnRecipe extends Recipe {
  readonly file: RecipeSource;
}

/** The file of a recipe. */
export interface RecipeSource {
  /** In container `inbox`. */
  readonly path: string;
  /** Of its text, hex. */
  readonly sha256: string;
  readonly text: string;
}

/** What lies in `inbox/recipes/`, by name: a recipe, or why the file cannot be used. */
export type OwnRecipes = ReadonlyMap<string, OwnRecipe | InputRefusal>;

/** Those that rows can use. */
export const usable = (own: OwnRecipes): Readonly<Record<string, OwnRecipe>> =>
  Object.fromEntries([...own].flatMap(([name, read]) => ("code" in read ? [] : [[name, read]])));

/** Why the others cannot be used. */
export const unusable = (own: OwnRecipes): ReadonlyMap<string, InputRefusal> =>
  new Map([...own].flatMap(([name, read]) => ("code" in read ? [[name, read]] : [])));

/** What a recipe's file may name, and which names are taken. */
export interface RecipeRules {
  readonly catalogue: Operations;
  /** The recipes that come with the program. */
  readonly recipes: Readonly<Record<string, unknown>>;
}

const FOLDER = "recipes/";
const ENDING = ".json";

/** The longest recipe, in bytes, and the most recipes. */
const LONGEST = 64 * 1024;
const MOST = 100;

const MORE = `there are more than ${MOST} recipes`;

/** Folders of `inbox` that mean something else. */
const OTHER_FOLDERS = ["inbox", "plan", "staged", "recipes"];

/** Where the recipe of this name lies in container `inbox`. */
export const recipePath = (name: string): string => `${FOLDER}${name}${ENDING}`;

/** Whether a path in `inbox` is that of a recipe, which is no input. */
export const isRecipeFile = (path: string): boolean =>
  /^recipes\/[^/]+\.json$/.test(path) && path !== "recipes/mapping.json";

/** What was read before, by the container and by path: a file is read once a version. */
const known = new WeakMap<Blobs, Map<string, Version>>();

type Read = OwnRecipe | InputRefusal;

interface Version {
  readonly etag: string;
  readonly read: Read;
}

/**
 * The recipes that lie in `inbox/recipes/` now. One that cannot be used takes its name all the same: rows that
 * name it are refused, and say what is wrong with the file.
 *
 * @throws OperatorError STORAGE_UNAVAILABLE
 */
export async function readOwnRecipes(inbox: Blobs, rules: RecipeRules): Promise<OwnRecipes> {
  const before = known.get(inbox);
  const now = new Map<string, Version>();
  const recipes = new Map<string, Read>();
  for await (const facts of inbox.list(FOLDER)) {
    const { path, etag } = facts;
    if (!isRecipeFile(path)) continue;
    if (now.size >= MOST) {
      recipes.set(nameIn(path), recipeInvalid(path, undefined, MORE));
      continue;
    }
    const held = before?.get(path);
    const version = held?.etag === etag ? held : await readOne(inbox, facts, rules);
    // Deleted at this moment.
    if (version === undefined) continue;
    now.set(path, version);
    recipes.set(nameIn(path), version.read);
  }
  known.set(inbox, now);
  return recipes;
}

/** Reads a file as it is now: it may have been replaced since it was listed. */
async function readOne(
  inbox: Blobs,
  { path, bytes, etag }: BlobFacts,
  rules: RecipeRules,
): Promise<Version | undefined> {
  if (bytes > LONGEST) return { etag, read: tooLong(path) };
  const found = await inbox.read(path);
  if (found === undefined) return undefined;
  const read = readOwnRecipe(path, found.bytes.toString("utf8"), rules);
  return { etag: found.etag, read };
}

/**
 * The recipe that lies at this path of container `inbox`, or why it cannot be used. An operation that is off
 * cannot be named, and the name of an operation or of a recipe of the program cannot be taken, in whatever case.
 */
export function readOwnRecipe(path: string, text: string, rules: RecipeRules): Read {
  if (Buffer.byteLength(text) > LONGEST) return tooLong(path);
  const recipe = recipeIn(path, text, rules.catalogue);
  if (recipe instanceof InputRefusal) return recipe;
  const { name, steps } = recipe;
  const taken = [...Object.keys(rules.catalogue), ...Object.keys(rules.recipes), ...OTHER_FOLDERS];
  if (taken.some((each) => each.toLowerCase() === name.toLowerCase())) {
    return recipeInvalid(path, "name", `${name} is taken: it cannot be replaced`);
  }
  if (name !== nameIn(path)) {
    return recipeInvalid(path, "name", `it is ${name}, and the file has another name`);
  }
  for (const [at, { operation }] of steps.entries()) {
    if (rules.catalogue[operation]?.isOff) {
      const what = `${operation} is switched off in this deployment (EXTRA_OPERATIONS)`;
      return recipeInvalid(path, `steps.${at}.operation`, what);
    }
  }
  return recipe;
}

/** The recipe of a file that was taken before: what it names may be off by now, and its rows then say so. */
export function recipeIn(path: string, text: string, catalogue: Operations): Read {
  const value = parsed(text);
  if (value instanceof UnusableJson) return recipeInvalid(path, undefined, value.what);
  const recipe = checkRecipe(value, catalogue);
  if ("what" in recipe) return recipeInvalid(path, recipe.at, recipe.what);
  const sha256 = createHash("sha256").update(text).digest("hex");
  return { ...recipe, file: { path, sha256, text } };
}

const tooLong = (path: string): InputRefusal =>
  recipeInvalid(path, undefined, `has more than ${LONGEST} bytes`);

function parsed(text: string): unknown {
  try {
    return parseJson(text.replace(/^\uFEFF/, ""));
  } catch (error) {
    if (error instanceof UnusableJson) return error;
    throw error;
  }
}

const nameIn = (path: string): string =>
  path.slice(path.lastIndexOf("/") + 1).slice(0, -ENDING.length);

/** The refusal of rows that name a recipe whose file cannot be used. `at` is the part at fault. */
const recipeInvalid = (path: string, at: string | undefined, what: string): InputRefusal =>
  new InputRefusal(
    "RECIPE_INVALID",
    `The recipe ${path}${at === undefined ? "" : `, ${at}`}: ${what}.`,
    "Correct the recipe as docs/recipes.md shows (npm run batch -- recipes check FILE), then send the rows again.",
    { file: path, column: at },
  );
