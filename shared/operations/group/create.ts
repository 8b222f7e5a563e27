import { type DecidedRow, failedRow, notFound } from "../../catalogue/decided-row.ts";
import { required, userReference } from "../../catalogue/fields.ts";
import {
  type Decision,
  type Found,
  type Lookup,
  defineOperation,
} from "../../catalogue/operation.ts";
import { decideThere, madeBefore, madeInPlace } from "../../catalogue/parts/making.ts";
import type { PlannedWrite, Properties } from "../../catalogue/row.ts";
import { hasAll } from "../../catalogue/same-value.ts";
import { unknowable } from "../../catalogue/unknowable.ts";
import type { ObjectId } from "../../core/object-id.ts";
import { groupFacts, whyClosed } from "./closed-group.ts";
import { groupNameKeys, groupWrite, madeGroup } from "./group-change.ts";
import { countsOf, groupProperties, newGroupProperties } from "./group-properties.ts";
import { uniqueNameUrl, valuesIn, withDefaults } from "./new-group.ts";
import { judgeCreate, lookForCreated, mayBeMadeTwice } from "./own-group.ts";
import update, { groupValuesBack } from "./update.ts";

const fields = {
  ...newGroupProperties,
  displayName: required(newGroupProperties.displayName),
  owner: userReference,
};

/**
 * A unique name makes it an upsert, for which Group.Create is not enough (Graph reference, group-upsert). Without
 * one Group.Create is, which does not include reading; to name an owner, users must be readable (group-post-groups).
 */
const permissions = (columns: readonly string[]): readonly string[] => [
  ...(columns.includes("uniqueName")
    ? ["Group.ReadWrite.All"]
    : ["Group.Create", "GroupMember.Read.All"]),
  ...(columns.includes("owner") ? ["User.Read.All"] : []),
];

/** What can be set of a group that exists. */
const changeable = (values: Properties): Properties =>
  Object.fromEntries(
    Object.entries(values).filter(
      ([name]) => Object.hasOwn(groupProperties, name) && name !== "uniqueName",
    ),
  );

type Roles = Readonly<Record<string, Found>>;

/** What becomes of a row whose unique name or nickname a group has. */
function decideExisting(
  group: Extract<Found, { state: "found" }>,
  values: Properties,
): Decision<"new" | "object"> {
  const isUpsert = values["uniqueName"] !== undefined;
  const there = decideThere(madeGroup, group, values, "mailNickname");
  if (!isUpsert || there.final.verdict === "unchanged") return there;
  const { groupTypes, mailEnabled } = values;
  const isSameKind =
    group.object === unknowable || hasAll(group.object, { groupTypes, mailEnabled });
  if (!isSameKind) {
    return failedRow(
      "The group of this uniqueName is of another kind (groupTypes), which cannot be changed.",
      "Correct groupTypes, or choose another uniqueName.",
    );
  }
  return whyClosed(group.object, "group") ?? { write: groupWrite(group, changeable(values)) };
}

/** The owner of the new group, or why it cannot be named. */
function ownerOf(owner: Found | undefined): DecidedRow | readonly ObjectId[] {
  if (owner?.state === "found") return [owner.id];
  return owner?.state === "coming"
    ? failedRow(
        `Row ${owner.row} creates the owner, whose id is not known when this row is planned.`,
        "Add the owner with group.add-owner in a later row.",
      )
    : notFound("owner", owner);
}

const isNew = ({ target }: Pick<PlannedWrite, "target">): boolean => target.kind === "new";

/**
 * Creates a security group or a Microsoft 365 group. With a unique name it is an upsert: the group of that name
 * gets the row's values, and the request can be sent twice. Display names are not unique in Entra and nicknames only
 * among Microsoft 365 groups; so the plan looks for a group of the nickname and of the display name, and after a lost
 * answer the row knows its own group by nickname, values and creation time. If none shows, a security group is not
 * sent again: the first may show later.
 */
export default defineOperation({
  summary:
    "Creates a security group or a Microsoft 365 group; with a uniqueName, updates the group that has it.",
  fields,
  example: {
    displayName: "Sales Munich",
    uniqueName: "sales-munich",
    description: "Everybody who sells in Munich",
    owner: "ann@contoso.com",
  },
  target: ["new", "object"],
  permissions,
  // A new group has nothing to lose yet; one of the unique name may be there.
  guarded: (payload, found) =>
    payload.uniqueName === undefined
      ? {}
      : countsOf(changeable(withDefaults(payload) ?? {}), found?.["group"]),
  lookups: (payload): Readonly<Record<string, Lookup>> => {
    const values = withDefaults(payload);
    if (values === undefined) return {};
    const { uniqueName, mailNickname } = values;
    const isNamed = payload.uniqueName !== undefined || payload.mailNickname !== undefined;
    return {
      group: {
        kind: "group",
        ref:
          typeof uniqueName === "string"
            ? `uniqueName:${uniqueName}`
            : `mailNickname:${String(mailNickname)}`,
        select: [...new Set([...groupFacts, ...Object.keys(values)])],
      },
      ...(!isNamed && {
        named: { kind: "group", ref: `displayName:${payload.displayName}`, select: ["id"] },
      }),
      ...(payload.owner !== undefined && {
        owner: { kind: "user", ref: payload.owner, select: ["id"] },
      }),
    };
  },
  decide: (payload, { group, named, owner }: Roles) => {
    const values = withDefaults(payload);
    if (values === undefined) {
      return failedRow(
        "No mailNickname can be made of the displayName: it has no Latin letter or digit.",
        "Fill the column mailNickname.",
      );
    }
    if (group?.state === "found") return decideExisting(group, values);
    if (group?.state === "coming") {
      return madeBefore(group.row, "group of this uniqueName or mailNickname");
    }
    if (group?.state === "ambiguous") return notFound("mailNickname", group);
    if (named !== undefined && named.state !== "missing") {
      return failedRow(
        "A group with this displayName exists, by which people and rows tell groups apart.",
        "Use group.update to change it. For a second one of the name, fill the column mailNickname or uniqueName.",
      );
    }
    const owners = payload.owner === undefined ? undefined : ownerOf(owner);
    if (owners && "final" in owners) return owners;
    return {
      write: {
        target: { kind: "new", type: "group" },
        set: { ...values, ...(owners && { owners }) },
        keys: groupNameKeys(values),
        ...(payload.uniqueName !== undefined && { guarded: {} }),
      },
    };
  },
  // A group of the unique name that the plan saw is changed as group.update changes it.
  touched: (write, present) =>
    isNew(write) ? { before: {}, after: write.set ?? {} } : update.touched(write, present),
  request: (write, make) => {
    if (!isNew(write)) return update.request(write, make);
    const { uniqueName, owners, ...values } = write.set ?? {};
    const body = {
      ...values,
      ...(Array.isArray(owners) && {
        "owners@odata.bind": owners.map((owner) => `${make.graphRoot}/users/${String(owner)}`),
      }),
    };
    return typeof uniqueName === "string"
      ? {
          method: "PATCH",
          url: uniqueNameUrl(uniqueName),
          headers: { Prefer: "create-if-missing" },
          body,
        }
      : { method: "POST", url: "/groups", body };
  },
  judge: (answer, attempt) => (isNew(attempt.write) ? judgeCreate : update.judge)(answer, attempt),
  look: (write) => (isNew(write) ? lookForCreated(write.set) : update.look(write)),
  inPlace: (answer, attempt) =>
    isNew(attempt.write)
      ? madeInPlace(madeGroup, answer, valuesIn(attempt.write.set), attempt)
      : update.inPlace(answer, attempt),
  mayBeMadeTwice,
  // Only a create says whether the group has an address: a group that was there is never deleted, but gets its
  // values back. Whoever gave a new one another value since still wants it.
  inverse: (done) =>
    Object.hasOwn(done.set, "mailEnabled")
      ? { operation: "group.delete", cells: { group: done.object }, onlyIf: valuesIn(done.set) }
      : groupValuesBack(done),
});
