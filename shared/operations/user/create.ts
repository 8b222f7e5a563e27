import { required } from "../../catalogue/fields.ts";
import { defineOperation } from "../../catalogue/operation.ts";
import { decideThere, making } from "../../catalogue/parts/making.ts";
import { type PayloadOf, givenIn } from "../../catalogue/payload.ts";
import type { Properties } from "../../catalogue/row.ts";
import { segment } from "../../core/graph-request.ts";
import { recordOf } from "../../core/record.ts";
import { userProperties } from "./user-properties.ts";

const made = { noun: "user", names: "userPrincipalName" } as const;

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
    ...givenIn(payload),
    accountEnabled: payload.accountEnabled ?? true,
    mailNickname: payload.mailNickname ?? nickname,
  };
}

/** The name of the user to be created, out of the planned values. */
function upnIn(set: Properties | undefined): string {
  const upn = set?.["userPrincipalName"];
  if (typeof upn !== "string") throw new TypeError("the planned user has no userPrincipalName");
  return upn;
}

/**
 * Creates a user. The password is made when the request is sent and must be changed at the first sign-in. After a lost answer the row knows its own user by name, values and creation
 * time: the plan saw that no user had the name, so one created since with these values is this row's.
 */
export default defineOperation({
  ...making(made),
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
    const write = {
      target: { kind: "new" as const },
      set,
      keys: [`upn:${payload.userPrincipalName.toLowerCase()}`],
    };
    return decideThere(made, made.names, user, set) ?? { write };
  },
  request: ({ set }, { password }) => ({
    method: "POST",
    url: "/users",
    body: {
      ...set,
      passwordProfile: { password: password(), forceChangePasswordNextSignIn: true },
    },
  }),
  look: ({ set }) => ({
    method: "GET",
    url: `/users/${segment(upnIn(set))}?$select=id,createdDateTime,${Object.keys(set ?? {}).join(",")}`,
  }),
  password: { givenAt: ({ body }) => textOf(recordOf(body)["createdDateTime"]) },
});

const textOf = (value: unknown): string | undefined =>
  typeof value === "string" ? value : undefined;
