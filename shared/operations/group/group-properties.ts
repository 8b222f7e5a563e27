import { flag, list, notClearable, oneOf, text } from "../../catalogue/fields.ts";
import type { GuardedCounts } from "../../catalogue/guarded.ts";
import type { Found } from "../../catalogue/operation.ts";
import type { Field, FieldResult, Fields } from "../../catalogue/payload.ts";
import type { Properties } from "../../catalogue/row.ts";
import { isSame } from "../../catalogue/same-value.ts";

const checked = <T, R extends boolean, C extends boolean>(
  field: Field<T, R, C>,
  rule: (value: T) => string | undefined,
): Field<T, R, C> => ({
  ...field,
  read: (raw): FieldResult<T> => {
    const read = field.read(raw);
    const broken = "value" in read ? rule(read.value) : undefined;
    return broken === undefined ? read : { broken };
  },
});

/** Graph reference, resources/group: ASCII without `@ () \ [] " ; : <> , SPACE`. */
const nickname = checked(notClearable(text(64)), (value) =>
  /[@()\\[\]";:<>, ]|[^\x20-\x7e]/.test(value)
    ? 'must be ASCII without blanks and @ ( ) \\ [ ] " ; : < > ,'
    : undefined,
);

/**
 * The properties of a group that a row may set: those of Graph's v1.0 `group` that an application may write
 * and that are kept in the directory. Left out: membershipRule and its state, and groupTypes of a group
 * that exists (a rule changes members in bulk, which no guard could count); assignedLabels (people only);
 * preferredDataLocation of a group that exists (needs a directory role); and what Exchange keeps, which needs
 * a request of its own and mostly a person (allowExternalSenders, autoSubscribeNewMembers,
 * hideFromAddressLists, hideFromOutlookClients, isSubscribedByMail, unseenCount). Graph reference, group-update,
 * 2026-07-27, and resources/group.
 */
export const groupProperties = {
  classification: text(256),
  description: text(1024, { lines: true }),
  displayName: notClearable(text(256)),
  mailNickname: nickname,
  preferredLanguage: text(32),
  securityEnabled: flag,
  theme: oneOf(["Teal", "Purple", "Green", "Blue", "Pink", "Orange", "Red"]),
  uniqueName: notClearable(text(128)),
  visibility: notClearable(oneOf(["Private", "Public"])),
} as const satisfies Fields;

/** What can be said of a group only when it is created. */
export const newGroupProperties = {
  ...groupProperties,
  groupTypes: checked(list(32, 1), (types) =>
    types.some((type) => type !== "Unified")
      ? "must be Unified (a Microsoft 365 group), or left out (a security group); a group with a membership rule is made by people"
      : undefined,
  ),
  isAssignableToRole: checked(flag, (value) =>
    value
      ? "must be left out or false: this application makes no group that can hold directory roles"
      : undefined,
  ),
  preferredDataLocation: text(16),
  resourceBehaviorOptions: list(64, 16),
  visibility: notClearable(oneOf(["Private", "Public", "HiddenMembership"])),
} as const satisfies Fields;

/**
 * What guards count of a change of these values; one that the group is known to have already is no change. A
 * group that stops being a security group gives no access any more, so that counts as a value taken from it.
 */
export function countsOf(set: Properties, group: Found | undefined): GuardedCounts {
  const present = group?.state === "found" ? group.object : undefined;
  const changes = Object.entries(set).filter(
    ([name, wanted]) => !(present && isSame(present[name], wanted)),
  );
  const cleared = changes.filter(
    ([name, wanted]) => wanted === null || (name === "securityEnabled" && wanted === false),
  ).length;
  const isOpened = changes.some(([name, wanted]) => name === "visibility" && wanted === "Public");
  return {
    ...(cleared > 0 && { "cleared-group-values": cleared }),
    ...(isOpened && { "opened-groups": 1 }),
  };
}
