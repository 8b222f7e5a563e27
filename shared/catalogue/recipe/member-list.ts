import { named, type Operation } from "../operation.ts";
import type { Field, Fields } from "../payload.ts";
import { listOf } from "./list-of.ts";

/** The name of the rows that say who the members of a group shall be. */
export const SET_MEMBERS = "group.set-members";

/** Rows that name it are together the whole list of the members of each group that they name. */
export interface MemberList {
  readonly kind: "member-list";
  readonly summary: string;
  readonly fields: Fields;
  readonly about: Readonly<Record<string, string>>;
  readonly example: Readonly<Record<string, string>>;
  readonly expands: true;
}

/** Its columns keep the rules of those of `group.add-member`. @throws TypeError if there is no such operation */
export function memberList(operations: Readonly<Record<string, Operation>>): MemberList {
  const { group, member } = named(operations, "group.add-member")?.fields ?? {};
  if (!group || !member) throw new TypeError("group.add-member has no columns group and member");
  return {
    kind: "member-list",
    summary:
      "Makes the members of a group those that the rows name: adds who is missing, removes who is not named.",
    fields: {
      group,
      member: optional(member),
      members: { ...listOf(member), required: false, isWhole: true },
    },
    about: {
      group: "The group.",
      member:
        "One of its members; the rows of a group are its whole list. (clear) is a list of none.",
      members: "The whole list in one cell, instead of column member.",
    },
    example: { group: "Nurses", member: "ann@contoso.com" },
    expands: true,
  };
}

const optional = (field: Field): Field => ({ ...field, required: false, clearable: true });
