import { type DecidedRow, failedRow } from "../../catalogue/decided-row.ts";
import { groupKindOf } from "../../catalogue/kinds/group-kind.ts";
import type { Properties } from "../../catalogue/row.ts";

/** Group properties that decide whether Graph lets an application change the group's members. */
export const memberFacts = [
  "id",
  "groupTypes",
  "mailEnabled",
  "securityEnabled",
  "onPremisesSyncEnabled",
] as const;

/** Group properties that decide whether Graph lets an application change the group itself. */
export const groupFacts = [...memberFacts, "isAssignableToRole"] as const;

/** What a row changes of a group. */
type Change = "members" | "owners" | "group";

const inActiveDirectory: Readonly<Record<Change, string>> = {
  members: "Change its members in Active Directory.",
  owners: "Graph keeps no owners of such a group. Say in Active Directory who manages it.",
  group: "Change or delete the group in Active Directory.",
};

/**
 * Why an application with this one's permissions cannot change the group; `undefined` if it can. Graph
 * reference: group-post-members, group-delete-members, group-update, group-list-owners. Members of a
 * role-assignable group are protected, so a person is asked, and Graph then says no.
 */
export function whyClosed(group: Properties, change: Change): DecidedRow | undefined {
  const { isDynamic, isSynchronized, isMailGroup, isRoleAssignable } = groupKindOf(group);
  if (change === "members" && isDynamic) {
    return failedRow(
      "The group's members follow a rule (dynamic membership).",
      "Change the group's membership rule, or use a group with assigned members.",
    );
  }
  if (isSynchronized) {
    return failedRow(
      "The group is synchronized from on-premises Active Directory.",
      inActiveDirectory[change],
    );
  }
  if (isMailGroup) {
    return failedRow(
      "The group is a distribution list or mail-enabled security group, which Graph does not manage.",
      change === "group" ? "Change or delete it in Exchange." : `Change its ${change} in Exchange.`,
    );
  }
  if (isRoleAssignable) {
    return failedRow(
      "The group can hold directory roles (isAssignableToRole), and this application changes no such group.",
      "Have a person with the role Privileged Role Administrator change it. docs/threat-model.md says why the application must not.",
    );
  }
  return undefined;
}
