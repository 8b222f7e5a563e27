/** What decides who may change a group: how it is kept, and what it can hold. */
export interface GroupKind {
  /** A rule decides who its members are. */
  readonly isDynamic: boolean;
  /** Active Directory is its source. */
  readonly isSynchronized: boolean;
  /** A distribution list or mail-enabled security group, which only Exchange changes. */
  readonly isMailGroup: boolean;
  /** It can hold directory roles. */
  readonly isRoleAssignable: boolean;
}

/** The properties that `groupKindOf` looks at. */
export const groupKindFacts = [
  "groupTypes",
  "mailEnabled",
  "onPremisesSyncEnabled",
  "isAssignableToRole",
] as const;

/** The kind of a group as it was read (Graph reference, resources/groups-overview). */
export function groupKindOf(group: Readonly<Record<string, unknown>>): GroupKind {
  const { groupTypes } = group;
  const types: readonly unknown[] = Array.isArray(groupTypes) ? groupTypes : [];
  return {
    isDynamic: types.includes("DynamicMembership"),
    isSynchronized: group["onPremisesSyncEnabled"] === true,
    isMailGroup: group["mailEnabled"] === true && !types.includes("Unified"),
    isRoleAssignable: group["isAssignableToRole"] === true,
  };
}
