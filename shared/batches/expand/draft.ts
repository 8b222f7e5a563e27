import { named } from "../../catalogue/operation.ts";
import type { Expanding } from "../../catalogue/recipe/expanding.ts";
import { SET_MEMBERS } from "../../catalogue/recipe/member-list.ts";
import type { InputRow } from "../formats/input-row.ts";
import { type Named, OPERATION, type RowRules } from "../input/columns.ts";
import { readRow } from "../input/compile-row.ts";
import { mapRow } from "../input/map-row.ts";
import { PART } from "../input/part-columns.ts";
import type { RecipeRow } from "./expand-job.ts";
import { type MemberRow, memberRow } from "./member-row.ts";
import { type Cells, failedPart, type Part } from "./part.ts";

/** What a row that was sent becomes. */
export type Draft =
  /** It is a part already, of a batch that was made out of another one. */
  | { readonly kind: "part" }
  | {
      readonly kind: "one";
      readonly number: number;
      readonly part: Part;
      /** It was or may have been meant for the list of this group, which is empty if it may be any. */
      readonly listOf?: string | undefined;
    }
  | { readonly kind: "recipe"; readonly row: RecipeRow }
  | { readonly kind: "member"; readonly row: MemberRow; readonly cells: Cells };

/** Reads a row that was sent by the rules of what it names. */
export function draftOf(
  row: InputRow,
  rules: RowRules<Named>,
  recipes: Readonly<Record<string, Expanding>>,
): Draft {
  if (rules.origin && typeof row.cells[PART] === "number") return { kind: "part" };
  const read = readRow(row, rules);
  const cells = cellsIn(row, rules);
  if ("invalid" in read) {
    const { verdict = "failed", reason, fix } = read.invalid;
    const settled = read.invalid.settled ?? { verdict, reason, fix };
    const part = { operation: read.name, cells, settled };
    return { kind: "one", number: row.row, part, listOf: listMeant(row, part, rules) };
  }
  const { name, payload } = read;
  const expanding = named(recipes, name);
  if (expanding === undefined)
    return { kind: "one", number: row.row, part: { operation: name, cells } };
  if (expanding.kind === "recipe") return { kind: "recipe", row: { recipe: expanding, cells } };
  const member = memberRow(row.row, cells, payload);
  return "reason" in member
    ? {
        kind: "one",
        number: row.row,
        part: failedPart(name, cells, member),
        listOf: groupIn(cells),
      }
    : { kind: "member", row: member, cells };
}

/** The cells of a row that have a value, without its operation. */
function cellsIn(row: InputRow, rules: RowRules<Named>): Cells {
  const { cells } = rules.mapper ? mapRow(row, rules.mapper) : row;
  return Object.fromEntries(
    Object.entries(cells).filter(([name, raw]) => name !== OPERATION && raw !== ""),
  );
}

/**
 * The group whose list a row that cannot be used was or may have been meant for: one of an operation that nobody
 * knows names a member. Cells that cannot be assigned to columns do not say which group it is.
 */
function listMeant(
  { broken }: InputRow,
  { operation, cells }: Part,
  { catalogue }: RowRules<Named>,
): string | undefined {
  const isList = operation === SET_MEMBERS;
  if (!isList && named(catalogue, operation)) return undefined;
  if (broken !== undefined) return "";
  const isMember = Object.hasOwn(cells, "member") || Object.hasOwn(cells, "members");
  return isList || isMember ? groupIn(cells) : undefined;
}

const groupIn = ({ group }: Cells): string => (typeof group === "string" ? group.trim() : "");

/** Whether a row is one of a list of members that cannot be used: who else is wanted is then not certain. */
export const isUnclearMember = (draft: Draft): draft is Unclear =>
  draft.kind === "one" && draft.listOf !== undefined;

/** Such a row. */
export type Unclear = Extract<Draft, { kind: "one" }> & { readonly listOf: string };
