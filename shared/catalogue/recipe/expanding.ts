import type { MemberList } from "./member-list.ts";
import type { Recipe } from "./recipe.ts";

/** What a row can name instead of an operation: its rows expand into rows of operations. */
export type Expanding = Recipe | MemberList;
