import { subjectOf } from "../../shared/catalogue/target.ts";
import type { ObjectId } from "../../shared/core/object-id.ts";
import type { PlannedRow } from "../../shared/records/shard.ts";
import type { TinyDirectory } from "./tiny-directory.ts";

/** The id of the user whom a planned row changes. */
export const userOf = (row: PlannedRow | undefined): string =>
  (row?.write && subjectOf(row.write.target)) ?? "";

/** Rows that disable as many new users. */
export const disables = (directory: TinyDirectory, count: number): PlannedRow[] =>
  Array.from({ length: count }, (_, index) => {
    const user = directory.addUser({ userPrincipalName: `user${index}@example.com` });
    return {
      row: index + 1,
      operation: "user.disable",
      write: {
        target: { kind: "user", user },
        set: { accountEnabled: false },
        keys: [`object:${user}`],
      },
    };
  });

/** A row that creates a user, and one that depends on it. */
export const createAndUpdate = (upn: string, firstRow = 1): PlannedRow[] => [
  {
    row: firstRow,
    operation: "user.create",
    write: {
      target: { kind: "new" },
      set: { userPrincipalName: upn, displayName: "New" },
      keys: [`upn:${upn}`],
    },
  },
  {
    row: firstRow + 1,
    operation: "user.update",
    write: {
      target: { kind: "pending-user" },
      set: { jobTitle: "Nurse" },
      keys: [`upn:${upn}`],
      after: [firstRow],
      idFromRow: { row: firstRow, role: "user" },
    },
  },
];

/** Rows that add as many new users to a group. `memberSeen`: the plan saw a user in each, so they may share requests. */
export function additions(
  directory: TinyDirectory,
  count: number,
  group: ObjectId,
  memberSeen = false,
): PlannedRow[] {
  if (!directory.groups.has(group)) directory.groups.set(group, new Set());
  return Array.from({ length: count }, (_, index) => {
    const member = directory.addUser({ userPrincipalName: `user${index}@example.com` });
    return {
      row: index + 1,
      operation: "group.add-member",
      write: {
        target: { kind: "membership", group, member },
        keys: [`edge:${group}/${member}`, `object:${member}`],
        group,
        was: "absent",
        ...(memberSeen && { memberSeen }),
      },
    };
  });
}

/** A row that sets properties of a user. `isInPlace`: the plan found them so, beside unfinished work. */
export function update(
  row: number,
  user: ObjectId,
  set: Readonly<Record<string, unknown>>,
  isInPlace = false,
): PlannedRow {
  const foundInPlace = { reason: "The user has these values.", objectId: user };
  return {
    row,
    operation: "user.update",
    write: {
      target: { kind: "user", user },
      keys: [`object:${user}`],
      set,
      ...(isInPlace && { foundInPlace }),
    },
  };
}
