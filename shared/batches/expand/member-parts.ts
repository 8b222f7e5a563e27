import { SET_MEMBERS } from "../../catalogue/recipe/member-list.ts";
import type { FinalVerdict } from "../../catalogue/row.ts";
import type { MemberRow, ResolvedRow } from "./member-row.ts";
import type { Cells, Part } from "./part.ts";
import { failedPart } from "./part.ts";
import type { GroupMembers } from "./read-members.ts";
import { edgeNumber, type WantedGroup } from "./wanted-members.ts";

const ADD = "group.add-member";
/** The operation of the parts that remove members. */
export const REMOVE = "group.remove-member";

/** What is known of a row's group. */
interface KnownGroup {
  readonly id: string;
  readonly said: WantedGroup;
  /** Why it is not certain who else is wanted, as a clause. */
  readonly unclear: string | undefined;
  readonly members: GroupMembers;
  /** Other batches or earlier rows may still remove a member, so that nobody is in place yet. */
  readonly mayChange: boolean;
}

/**
 * The parts of a row that says who the members of a group shall be: it adds those whom it names and who are
 * no members, and the first row of a group removes everybody whom no row names. Nobody is removed if it is not
 * certain who is wanted, or who is a member. Pure.
 */
export function memberParts(
  { row, members }: MemberRow,
  resolved: ResolvedRow,
  group: KnownGroup | undefined,
  cells: Cells,
): readonly Part[] {
  const fail = (reason: string, fix: string): readonly Part[] => [
    failedPart(SET_MEMBERS, cells, { reason, fix }),
  ];
  if (group === undefined) {
    return fail(
      "No group has the id or name in column group, or more than one has.",
      "Check the spelling, or give the object id instead of the name.",
    );
  }
  const { id, said, unclear } = group;
  if (said.empty !== undefined && said.filled !== undefined) {
    return fail(
      `Row ${said.empty} says that the group shall have no members, and row ${said.filled} names some.`,
      "Keep one of the two; nothing was changed.",
    );
  }
  if ("why" in group.members) {
    return fail(
      `The members of the group could not be read to the end (${group.members.why}), so nothing was planned for it.`,
      "If Graph refused it, grant GroupMember.Read.All; then send the rows of the group again in a new batch.",
    );
  }
  const { present, others } = group.members;
  const own = members.map((ref, at): Part => {
    const member = resolved.members[at] ?? undefined;
    const isMember = member !== undefined && present.has(edgeNumber(id, member));
    const named: Cells = { group: id, member: member ?? ref };
    return isMember && !group.mayChange
      ? { operation: ADD, cells: named, settled: inPlace(member) }
      : { operation: ADD, cells: named };
  });
  const parts = row === said.first ? [...own, ...removals(id, unclear, others)] : own;
  return parts.length > 0 ? parts : [nothingLeft(cells, id, said.first === row)];
}

/** The parts that remove everybody whom no row names. */
function removals(
  group: string,
  unclear: string | undefined,
  others: readonly string[],
): readonly Part[] {
  if (others.length === 0) return [];
  if (unclear === undefined) {
    return others.map((member) => ({ operation: REMOVE, cells: { group, member } }));
  }
  const settled: FinalVerdict = {
    verdict: "skipped",
    reason: `${unclear}, so nobody was removed: ${others.length} members of the group are named by no row.`,
    fix: "Correct the rows that failed, and send all rows of the group again in a new batch.",
  };
  return [{ operation: SET_MEMBERS, cells: { group }, settled }];
}

const inPlace = (member: string): FinalVerdict => ({
  verdict: "unchanged",
  objectId: member,
  reason: "The member is in the group already.",
});

/** A row that only says that the group shall have no members. */
const nothingLeft = (cells: Cells, group: string, isFirst: boolean): Part => ({
  operation: SET_MEMBERS,
  cells,
  settled: {
    verdict: "unchanged",
    objectId: group,
    reason: isFirst ? "The group has no members." : "An earlier row says the same of the group.",
  },
});
