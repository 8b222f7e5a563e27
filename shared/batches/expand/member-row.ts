import type { Payload } from "../../catalogue/payload.ts";
import { itemsOf } from "../../catalogue/recipe/list-of.ts";

/** A row that says who the members of a group shall be, as it was sent. */
export interface MemberRow {
  readonly row: number;
  readonly group: string;
  /** Who is named; none if the group shall have no members. */
  readonly members: readonly string[];
}

/** A row with the ids of what it names; what the directory does not know is missing. */
export interface ResolvedRow {
  readonly row: number;
  readonly group?: string | undefined;
  /** In the order of the row; null for somebody whom the directory does not know. */
  readonly members: readonly (string | null)[];
}

/** Why a row that keeps the rules of its columns says nothing all the same. */
type Unclear = { readonly reason: string; readonly fix: string };

/** Reads the cells of a row. `checked`: its values, of which null is a list of none. */
export function memberRow(row: number, cells: Payload, checked: Payload): MemberRow | Unclear {
  const hasMember = Object.hasOwn(checked, "member");
  const hasMembers = Object.hasOwn(checked, "members");
  const group = String(cells["group"]).trim();
  if (hasMember && hasMembers) {
    return { reason: "Both member and members are filled.", fix: "Fill one of them." };
  }
  if (hasMembers) {
    const items = itemsOf(cells["members"]).map(trimmed);
    if (items.length > 0) return { row, group, members: items };
    return { reason: "Column members has an empty list.", fix: SAY_NONE };
  }
  if (!hasMember) {
    return {
      reason: "Neither member nor members is filled.",
      fix: SAY_NONE,
    };
  }
  return { row, group, members: checked["member"] === null ? [] : [trimmed(cells["member"])] };
}

const SAY_NONE = "Name a member, or write (clear) in column member if the group shall have none.";

const trimmed = (value: unknown): string => String(value).trim();
