import { type DecidedRow, failedRow, notFound, unchangedRow } from "../../catalogue/decided-row.ts";
import { required, userReference } from "../../catalogue/fields.ts";
import { final } from "../../catalogue/judge.ts";
import {
  type Decision,
  type Found,
  type Lookup,
  defineOperation,
} from "../../catalogue/operation.ts";
import type { Properties } from "../../catalogue/row.ts";
import { hasAll } from "../../catalogue/same-value.ts";
import { touchedBy } from "../../catalogue/touched.ts";
import { unknowable } from "../../catalogue/unknowable.ts";
import type { ObjectId } from "../../core/object-id.ts";
import { recordOf } from "../../core/record.ts";
import { groupFacts, whyClosed } from "./closed-group.ts";
import { groupNameKeys, groupWrite, isTaken } from "./group-change.ts";
import { groupProperties, newGroupProperties } from "./group-properties.ts";
import { ownersIn, uniqueNameUrl, valuesIn, withDefaults, withoutCase } from "./new-group.ts";
import { createdInPlace, judgeCreate, lookForCreated } from "./own-group.ts";
import { groupValuesBack } from "./update.ts";

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
  if (hasAll(withoutCase(group.object), withoutCase(values))) {
    return unchangedRow("The group exists with these values.", group.id);
  }
  if (values["uniqueName"] === undefined) {
    return failedRow(
      "A group with this mailNickname exists, with other values.",
      "Use group.update to change that group, or fill the column mailNickname with another.",
    );
  }
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

/** Why no group is created of a row that names its group only by a display name which a group has. */
function whyNamed(named: Found | undefined): DecidedRow | undefined {
  return named !== undefined && named.state !== "missing"
    ? failedRow(
        "A group with this displayName exists, and display names are how people and rows tell groups apart.",
        "Use group.update to change that group. If a second one of the name is wanted, fill the column mailNickname or uniqueName.",
      )
    : undefined;
}

/** The owner of the new group, or why it cannot be named. */
function ownerOf(owner: Found | undefined): DecidedRow | { readonly owners?: readonly ObjectId[] } {
  if (owner?.state === "found") return { owners: [owner.id] };
  if (owner?.state === "coming") {
    return failedRow(
      `Row ${owner.row} creates the owner, whose id is not known when this row is planned.`,
      "Add the owner with group.add-owner in a later row.",
    );
  }
  return notFound("owner", owner?.state === "unseen" ? undefined : owner);
}

/**
 * Creates a security group or a Microsoft 365 group. With a unique name it is an upsert: the group of that name
 * gets the row's values, and the request can be sent twice. Display names are not unique in Entra and nicknames only
 * among Microsoft 365 groups; so the plan looks for a group of the nickname and of the display name, and after a lost
 * answer the row knows its own group by nickname, values and creation time.
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
  allPermissions: [
    ...new Set([...permissions(["owner"]), ...permissions(["uniqueName"])]),
  ].toSorted(),
  guarded: () => ({}),
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
      return failedRow(
        `Row ${group.row} creates a group of this uniqueName or mailNickname, with other values.`,
        "Keep one of the two rows.",
      );
    }
    if (group?.state === "ambiguous") return notFound("mailNickname", group);
    const taken = whyNamed(named);
    if (taken) return taken;
    const owned: ReturnType<typeof ownerOf> = payload.owner === undefined ? {} : ownerOf(owner);
    if ("final" in owned) return owned;
    return {
      write: {
        target: { kind: "new", type: "group" },
        set: { ...values, ...owned },
        keys: groupNameKeys(values),
      },
    };
  },
  touched: ({ target, set = {} }, present) =>
    target.kind === "new" ? { before: {}, after: set } : touchedBy(set, present),
  request: ({ target, set = {} }, { graphRoot }) => {
    if (target.kind === "object") {
      return { method: "PATCH", url: `/groups/${target.object}`, body: set };
    }
    const { uniqueName, ...values } = valuesIn(set);
    const owners = ownersIn(set).map((owner) => `${graphRoot}/users/${String(owner)}`);
    const body = { ...values, ...(owners.length > 0 && { "owners@odata.bind": owners }) };
    return typeof uniqueName === "string"
      ? {
          method: "PATCH",
          url: uniqueNameUrl(uniqueName),
          headers: { Prefer: "create-if-missing" },
          body,
        }
      : { method: "POST", url: "/groups", body };
  },
  judge: (answer, attempt) => {
    const { target } = attempt.write;
    if (target.kind === "new") return judgeCreate(answer, attempt);
    return isTaken(answer)
      ? final({
          verdict: "failed",
          reason: `Another object has this mailNickname (Graph: ${answer.error?.message ?? ""}).`,
          fix: "Look for it among the deleted groups too, or choose another mailNickname.",
          objectId: target.object,
        })
      : undefined;
  },
  look: ({ target, set = {} }) =>
    target.kind === "new"
      ? lookForCreated(set)
      : {
          method: "GET",
          url: `/groups/${target.object}?$select=${[...new Set(["id", "displayName", ...Object.keys(set)])].join(",")}`,
        },
  inPlace: (answer, attempt) =>
    attempt.write.target.kind === "new"
      ? createdInPlace(answer, attempt)
      : answer.status === 200 && hasAll(recordOf(answer.body), attempt.write.set ?? {}),
  // Only a create says whether the group has an address: a group that was there is never deleted, but gets its
  // values back. Whoever gave a new one another value since still wants it.
  inverse: (done) =>
    Object.hasOwn(done.set, "mailEnabled")
      ? { operation: "group.delete", cells: { group: done.object }, onlyIf: valuesIn(done.set) }
      : groupValuesBack(done),
});
