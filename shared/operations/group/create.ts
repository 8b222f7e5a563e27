import { failedRow, notFound } from "../../catalogue/decided-row.ts";
import { required, userReference } from "../../catalogue/fields.ts";
import { judgeUnseen } from "../../catalogue/judge.ts";
import { lookFor } from "../../catalogue/kinds/lookup-kinds.ts";
import {
  type Decision,
  type Found,
  type Lookup,
  defineOperation,
} from "../../catalogue/operation.ts";
import { decideThere, making, valuesIn } from "../../catalogue/parts/making.ts";
import { type PayloadOf, givenIn } from "../../catalogue/payload.ts";
import type { PlannedWrite, Properties } from "../../catalogue/row.ts";
import { hasAll } from "../../catalogue/same-value.ts";
import { unknowable } from "../../catalogue/unknowable.ts";
import { odataString } from "../../core/graph-request.ts";
import { groupFacts, whyClosed } from "./closed-group.ts";
import { groupNameKeys, groupWrite, madeGroup } from "./group-change.ts";
import { countsOf, groupProperties, newGroupProperties } from "./group-properties.ts";
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

type Row = PayloadOf<typeof fields>;

/**
 * The row's values, with those that Graph requires of a new group. A group whose groupTypes say Unified is a
 * Microsoft 365 group, any other a security group. `undefined` if no nickname can be made of the display name.
 */
function valuesOf(row: Row): Properties | undefined {
  const { owner: _owner, isAssignableToRole: _never, ...given } = givenIn(row);
  const mailNickname = row.mailNickname ?? nicknameOf(row.displayName);
  const mailEnabled = (row.groupTypes ?? []).length > 0;
  return mailNickname === ""
    ? undefined
    : {
        securityEnabled: !mailEnabled,
        groupTypes: [],
        ...given,
        mailNickname,
        mailEnabled,
      };
}

/** A nickname out of a display name: its letters and digits without accents, hyphens and underscores. */
const nicknameOf = (displayName: string): string =>
  displayName
    .normalize("NFKD")
    .replaceAll(/[^A-Za-z0-9_-]/g, "")
    .slice(0, 64);

type Roles = Readonly<Record<string, Found>>;

/** What becomes of a row whose unique name a group has that lacks its values. */
function decideUpsert(
  group: Extract<Found, { state: "found" }>,
  values: Properties,
): Decision<"object"> {
  const { groupTypes, mailEnabled } = values;
  if (group.object !== unknowable && !hasAll(group.object, { groupTypes, mailEnabled })) {
    return failedRow(
      "The group of this uniqueName is of another kind (groupTypes), which is fixed.",
      "Correct groupTypes, or choose another uniqueName.",
    );
  }
  const changeable = Object.entries(values).filter(
    ([name]) => Object.hasOwn(groupProperties, name) && name !== "uniqueName",
  );
  return (
    whyClosed(group.object, "group") ?? { write: groupWrite(group, Object.fromEntries(changeable)) }
  );
}

/** The name that tells the row's group from others. */
const nameIn = ({ uniqueName }: Properties) =>
  uniqueName === undefined ? "mailNickname" : "uniqueName";

const made = making(madeGroup);

/** How a group is made that the plan did not see. */
const creation: Omit<typeof made, "judge"> & Pick<typeof update, "request" | "judge" | "look"> = {
  ...made,
  request: ({ set = {} }, { graphRoot }) => {
    const { uniqueName, owners, ...values } = set;
    const body = {
      ...values,
      ...(Array.isArray(owners) && {
        "owners@odata.bind": owners.map((owner) => `${graphRoot}/users/${String(owner)}`),
      }),
    };
    return typeof uniqueName === "string"
      ? {
          method: "PATCH",
          url: `/groups(uniqueName=${odataString(uniqueName)})`,
          headers: { Prefer: "create-if-missing" },
          body,
        }
      : { method: "POST", url: "/groups", body };
  },
  judge: (answer, attempt) => judgeUnseen(answer, attempt, "owner") ?? made.judge(answer, attempt),
  look: (write) => {
    const values = valuesIn(madeGroup, write);
    const name = nameIn(values);
    return lookFor("group", name, values[name], ["createdDateTime", ...Object.keys(values)]);
  },
};

/** A group of the unique name that the plan saw is changed as group.update changes it. */
const byTarget = ({ target }: Pick<PlannedWrite, "target">) =>
  target.kind === "new" ? creation : update;

/**
 * Creates a security group or a Microsoft 365 group. With a unique name it is an upsert: the group of that name
 * gets the row's values, and the request can be sent twice. Display names are not unique in Entra and nicknames only
 * among Microsoft 365 groups; so the plan looks for a group of the nickname and of the display name, and after a lost
 * answer the row knows its own group by nickname, values and creation time. If none shows, a security group is not
 * sent again: the first may show later.
 */
export default defineOperation({
  summary:
    "Creates a security or Microsoft 365 group; with a uniqueName, updates the group that has it.",
  fields,
  example: {
    displayName: "Sales Munich",
    uniqueName: "sales-munich",
    description: "Everybody who sells in Munich",
    owner: "ann@contoso.com",
  },
  target: ["new", "object"],
  permissions,
  guarded: (payload, found) => countsOf(valuesOf(payload) ?? {}, found?.["group"]),
  lookups: (payload): Readonly<Record<string, Lookup>> => {
    const values = valuesOf(payload);
    if (values === undefined) return {};
    const name = nameIn(values);
    return {
      group: {
        kind: "group",
        ref: `${name}:${String(values[name])}`,
        select: [...groupFacts, ...Object.keys(values)],
      },
      ...((payload.uniqueName ?? payload.mailNickname) === undefined && {
        named: { kind: "group", ref: `displayName:${payload.displayName}`, select: ["id"] },
      }),
      ...(payload.owner !== undefined && {
        owner: { kind: "user", ref: payload.owner, select: ["id"] },
      }),
    };
  },
  decide: (payload, { group, named, owner }: Roles) => {
    const values = valuesOf(payload);
    if (values === undefined) {
      return failedRow(
        "No mailNickname can be made of the displayName: it has no Latin letter or digit.",
        "Fill the column mailNickname.",
      );
    }
    const there =
      decideThere(madeGroup, nameIn(values), group, values) ??
      decideThere(madeGroup, "displayName", named, values);
    if (there) {
      const isOther = there.final.verdict === "failed" && group?.state === "found";
      return isOther && payload.uniqueName !== undefined ? decideUpsert(group, values) : there;
    }
    if (payload.owner !== undefined && owner?.state !== "found") return notFound("owner", owner);
    return {
      write: {
        target: { kind: "new", type: "group" },
        set: { ...values, ...(owner?.state === "found" && { owners: [owner.id] }) },
        keys: groupNameKeys(values),
        // It has nothing to lose yet; one of the unique name may be there.
        guarded: {},
      },
    };
  },
  touched: (write, present) => byTarget(write).touched(write, present),
  request: (write, make) => byTarget(write).request(write, make),
  judge: (answer, attempt) => byTarget(attempt.write).judge(answer, attempt),
  look: (write) => byTarget(write).look(write),
  inPlace: (answer, attempt) => byTarget(attempt.write).inPlace(answer, attempt),
  // Graph refuses a second group of a unique name, or of the address of a Microsoft 365 group.
  mayBeMadeTwice: ({ target, set = {} }) =>
    target.kind === "new" && nameIn(set) === "mailNickname" && set["mailEnabled"] !== true,
  // Only a create says whether the group has an address: a group that was there is never deleted, but gets its
  // values back.
  inverse: (done) =>
    Object.hasOwn(done.set, "mailEnabled") ? creation.inverse(done) : groupValuesBack(done),
});
