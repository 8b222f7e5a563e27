import { failedRow, unchangedRow } from "../../catalogue/decided-row.ts";
import { required } from "../../catalogue/fields.ts";
import { final } from "../../catalogue/judge.ts";
import { defineOperation } from "../../catalogue/operation.ts";
import type { PayloadOf } from "../../catalogue/payload.ts";
import type { Properties } from "../../catalogue/row.ts";
import { hasAll } from "../../catalogue/same-value.ts";
import { type GraphAnswer, segment } from "../../core/graph-request.ts";
import { type ObjectId, isGuid, toObjectId } from "../../core/object-id.ts";
import { recordOf } from "../../core/record.ts";
import { userProperties } from "./user-properties.ts";

/** How far Graph's clock may be behind ours when a user's creation is compared with our intent. */
const CLOCK_SKEW_MS = 5 * 60_000;

const fields = {
  ...userProperties,
  userPrincipalName: required(userProperties.userPrincipalName),
  displayName: required(userProperties.displayName),
};

/** A POST always needs User.ReadWrite.All, and one permission more to set employeeLeaveDateTime. */
const permissions = (columns: readonly string[]): readonly string[] =>
  columns.includes("employeeLeaveDateTime")
    ? ["User-LifeCycleInfo.ReadWrite.All", "User.ReadWrite.All"]
    : ["User.ReadWrite.All"];

/** The row's values, with those that Graph requires of a new user. */
function withDefaults(payload: PayloadOf<typeof fields>): Properties {
  const upn = payload.userPrincipalName;
  const nickname = upn.slice(0, upn.indexOf("@")).slice(0, 64);
  return {
    ...Object.fromEntries(Object.entries(payload).filter(([, value]) => value !== null)),
    accountEnabled: payload.accountEnabled ?? true,
    mailNickname: payload.mailNickname ?? nickname,
  };
}

/** The user with its names in lower case: they are the same in any case. */
const withoutCase = (user: Properties): Properties =>
  Object.fromEntries(
    Object.entries(user).map(([name, value]) => [
      name,
      (name === "userPrincipalName" || name === "mailNickname") && typeof value === "string"
        ? value.toLowerCase()
        : value,
    ]),
  );

/** The name of the user to be created, out of the planned values. */
function upnIn(set: Properties | undefined): string {
  const upn = set?.["userPrincipalName"];
  if (typeof upn !== "string") throw new TypeError("the planned user has no userPrincipalName");
  return upn;
}

/** Whether a value is another object's: by code, or by message if the code is a general one. */
const isTaken = ({ status, error }: GraphAnswer): boolean =>
  (status === 400 || status === 409) &&
  (error?.code === "Request_MultipleObjectsWithSameKeyValue" ||
    /same value for property|conflicting object/i.test(error?.message ?? ""));

/**
 * Creates a user. The password is made when the request is sent and must be changed at the first sign-in. After a lost answer the row knows its own user by name, values and creation
 * time: the plan saw that no user had the name, so one created since with these values is this row's.
 */
export default defineOperation({
  summary: "Creates a user with a random password that must be changed at the first sign-in.",
  fields,
  example: {
    userPrincipalName: "bo.berg@contoso.com",
    displayName: "Bo Berg",
    accountEnabled: "false",
    department: "Sales",
  },
  target: "new",
  permissions,
  allPermissions: permissions(["employeeLeaveDateTime"]),
  guarded: () => ({}),
  lookups: (payload) => ({
    user: {
      kind: "user",
      ref: payload.userPrincipalName,
      select: ["id", ...Object.keys(withDefaults(payload))],
      isNew: true,
    },
  }),
  decide: (payload, { user }) => {
    const set = withDefaults(payload);
    if (user?.state === "found") {
      return hasAll(withoutCase(user.object), withoutCase(set))
        ? unchangedRow("The user exists with these values.", user.id)
        : failedRow(
            "A user with this userPrincipalName exists, with other values.",
            "Use user.update to change that user, or choose another userPrincipalName.",
          );
    }
    if (user?.state === "coming") {
      return failedRow(
        `Row ${user.row} creates this userPrincipalName, with other values.`,
        "Keep one of the two rows.",
      );
    }
    return {
      write: {
        target: { kind: "new" },
        set,
        keys: [`upn:${payload.userPrincipalName.toLowerCase()}`],
      },
    };
  },
  touched: ({ set = {} }) => ({ before: {}, after: set }),
  request: ({ set }, { password }) => ({
    method: "POST",
    url: "/users",
    body: {
      ...set,
      passwordProfile: { password: password(), forceChangePasswordNextSignIn: true },
    },
  }),
  judge: (answer, attempt) => {
    if (answer.status === 201) {
      const objectId = idIn(recordOf(answer.body));
      return objectId
        ? final({ verdict: "done", objectId })
        : { kind: "doubt", reason: "Graph answered 201 without an id" };
    }
    if (!isTaken(answer)) return undefined;
    if (attempt.doubted) return { kind: "doubt", reason: "the name is taken, perhaps by this row" };
    return final({
      verdict: "failed",
      reason: `Another object has this userPrincipalName or mail (Graph: ${answer.error?.code ?? ""}: ${answer.error?.message ?? ""}).`,
      fix: "Look for it among the deleted users too: restore or purge it, or choose another name.",
    });
  },
  look: ({ set }) => ({
    method: "GET",
    url: `/users/${segment(upnIn(set))}?$select=id,createdDateTime,${Object.keys(set ?? {}).join(",")}`,
  }),
  inPlace: (answer, attempt) => {
    if (answer.status !== 200) return false;
    const user = recordOf(answer.body);
    const createdMs = Date.parse(String(user["createdDateTime"]));
    const isOwn =
      hasAll(user, attempt.write.set ?? {}) &&
      createdMs >= Date.parse(attempt.firstIntentAt) - CLOCK_SKEW_MS;
    const objectId = idIn(user);
    return isOwn
      ? { verdict: "done", objectId }
      : {
          verdict: "failed",
          reason: "A user with this userPrincipalName was created meanwhile, not by this row.",
          fix: "Use user.update to change that user, or choose another userPrincipalName.",
          objectId,
        };
  },
  password: { givenAt: ({ body }) => textOf(recordOf(body)["createdDateTime"]) },
  // Whoever gave the user another value since still wants it.
  inverse: ({ object, set }) => ({
    operation: "user.delete",
    cells: { user: object },
    onlyIf: set,
  }),
});

const textOf = (value: unknown): string | undefined =>
  typeof value === "string" ? value : undefined;

/** The object's id, if it is one. */
const idIn = ({ id }: Properties): ObjectId | undefined =>
  typeof id === "string" && isGuid(id) ? toObjectId(id) : undefined;
