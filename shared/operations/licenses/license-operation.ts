import { type DecidedRow, failedRow, notFound } from "../../catalogue/decided-row.ts";
import { groupReference, required, userReference } from "../../catalogue/fields.ts";
import type { GuardedCounts } from "../../catalogue/guarded.ts";
import {
  type Found,
  type Lookup,
  type Operation,
  defineOperation,
} from "../../catalogue/operation.ts";
import type { Field, Fields, Payload } from "../../catalogue/payload.ts";
import type { Properties } from "../../catalogue/row.ts";
import { hasAll } from "../../catalogue/same-value.ts";
import type { GraphWrite } from "../../core/graph-request.ts";
import { recordOf } from "../../core/record.ts";
import { userWrite } from "../user/user-change.ts";
import { type LicenseChange, type WishOf, decideLicenses, textsIn } from "./decide-licenses.ts";
import { type Holdings, heldByGroup, heldByUser, shownLicenses } from "./held.ts";
import { licensesBack } from "./license-inverse.ts";
import { judgeLicenses } from "./refusals.ts";
import { idIn, skusLookup } from "./skus.ts";

/** What one of the operations adds. */
interface Own {
  readonly summary: string;
  readonly fields: Fields;
  readonly example: Readonly<Record<string, string>>;
  readonly wish: WishOf;
}

/** Whose licenses they are. */
interface Holder {
  readonly noun: "user" | "group";
  readonly reference: Field<string, false, false>;
  readonly permissions: readonly string[];
  readonly heldBy: (object: Properties) => Holdings | undefined;
  readonly select: readonly string[];
}

const permissions = ["LicenseAssignment.Read.All", "LicenseAssignment.ReadWrite.All"];

const ofUser: Holder = {
  noun: "user",
  reference: userReference,
  permissions: [...permissions, "User.Read.All"],
  heldBy: heldByUser,
  select: ["id", "usageLocation", "licenseAssignmentStates"],
};

const ofGroup: Holder = {
  noun: "group",
  reference: groupReference,
  permissions: ["GroupMember.Read.All", ...permissions],
  heldBy: heldByGroup,
  select: ["id", "securityEnabled", "assignedLicenses"],
};

/** The key of an object's licenses. No other operation changes what a row about them finds. */
const licensesKey = (id: string): string => `licenses:${id}`;

/** An operation that changes a user's own licenses: one request, whatever it adds and removes. */
export const userLicenses = (own: Own): Operation =>
  defineOperation({
    ...parts(own, ofUser),
    target: "user",
    decide: (payload, found) => {
      const { user } = found;
      if (user?.state !== "found" && user?.state !== "coming") return notFound("user", user);
      const change = decidedFor(own, ofUser, payload, found);
      if ("final" in change) return change;
      const { set, seats, adds, removals } = change;
      if (adds && lacksLocation(user)) {
        return failedRow(
          "The user has no usageLocation, without which Graph assigns no license.",
          "Set usageLocation in an earlier row (user.update), then the license.",
        );
      }
      const write = userWrite(holderIn(payload, "user"), user, set);
      const keys = user.state === "found" ? [licensesKey(user.id)] : [];
      return {
        write: {
          ...write,
          keys: [...write.keys, ...keys],
          guarded: counted("user", removals),
          ...(Object.keys(seats).length > 0 && { seats }),
        },
      };
    },
    request: ({ target, set }) => assign(`/users/${target.user}`, set),
    judge: judgeLicenses,
    look: ({ target }) => ({
      method: "GET",
      url: `/users/${target.user}?$select=id,userPrincipalName,licenseAssignmentStates`,
    }),
  });

/**
 * An operation that changes the licenses which a group gives to its members. Graph answers 202 at once and
 * gives them to the members later; who gets none is in the group's `membersWithLicenseErrors`.
 */
export const groupLicenses = (own: Own): Operation =>
  defineOperation({
    ...parts(own, ofGroup),
    target: "object",
    decide: (payload, found) => {
      const { group } = found;
      if (group?.state !== "found") return notFound("group", group);
      const change = decidedFor(own, ofGroup, payload, found);
      if ("final" in change) return change;
      if (change.adds && group.object["securityEnabled"] === false) {
        return failedRow(
          "The group is not security-enabled, so that it can give no licenses.",
          "Use a security group, or a Microsoft 365 group with securityEnabled.",
        );
      }
      const { id } = group;
      return {
        write: {
          target: { kind: "object", type: "group", object: id },
          set: change.set,
          keys: [`object:${id}`, licensesKey(id)],
          guarded: counted("group", change.removals),
        },
      };
    },
    request: ({ target, set }) => assign(`/groups/${target.object}`, set),
    judge: judgeLicenses,
    look: ({ target }) => ({
      method: "GET",
      url: `/groups/${target.object}?$select=id,assignedLicenses`,
    }),
  });

/** What both have. */
const parts = (own: Own, holder: Holder) => {
  const { noun, heldBy, select } = holder;
  return {
    summary: own.summary,
    example: own.example,
    fields: { [noun]: required(holder.reference), ...own.fields },
    permissions: holder.permissions,
    lookups: (payload: Payload): Readonly<Record<string, Lookup>> => ({
      [noun]: { kind: noun, ref: holderIn(payload, noun), select },
      skus: skusLookup,
    }),
    ownKey: licensesKey,
    shown: (object: Properties, names: readonly string[]) => shownLicenses(heldBy(object), names),
    guarded: (payload: Payload, found: Readonly<Record<string, Found>> = {}) => {
      const change = decidedFor(own, holder, payload, found);
      return counted(noun, "final" in change ? 0 : change.removals);
    },
    touched: ({ set = {} }: { readonly set?: Properties | undefined }, present?: Properties) => ({
      ...(present && { before: shownLicenses(heldBy(present), Object.keys(set)) }),
      after: set,
    }),
    inPlace: (
      answer: { readonly status: number; readonly body?: unknown },
      { write: { set = {} } }: { readonly write: { readonly set?: Properties | undefined } },
    ) =>
      answer.status === 200 &&
      hasAll(shownLicenses(heldBy(recordOf(answer.body)), Object.keys(set)), set),
    inverse: licensesBack(noun),
  };
};

/** What guards count. The plan keeps it in the write, because the payload alone does not tell. */
const counted = (holder: "user" | "group", removals: number): GuardedCounts =>
  removals === 0
    ? {}
    : { [holder === "user" ? "license-removals" : "group-license-removals"]: removals };

function decidedFor(
  own: Own,
  { noun, heldBy }: Holder,
  payload: Payload,
  found: Readonly<Record<string, Found>>,
): LicenseChange | DecidedRow {
  const one = found[noun];
  const isFound = one?.state === "found";
  // A user that this batch creates has no license of its own yet.
  const holdings = isFound ? heldBy(one.object) : new Map();
  const row = { payload, noun, id: isFound ? one.id : undefined };
  return decideLicenses(row, holdings, found["skus"], own.wish);
}

/** What an earlier row changes, or the batch creates, only Graph can tell. */
const lacksLocation = (user: Found): boolean =>
  user.state === "found" && user.isChanged !== true && (user.object["usageLocation"] ?? "") === "";

function holderIn(payload: Payload, noun: Holder["noun"]): string {
  const named = payload[noun];
  if (typeof named !== "string") throw new TypeError(`the row names no ${noun}`);
  return named;
}

/** One request for everything, because concurrent changes of one object's licenses fail. */
const assign = (path: `/${string}`, set: Properties = {}): GraphWrite => ({
  method: "POST",
  url: `${path}/assignLicense`,
  body: {
    addLicenses: Object.entries(set)
      .filter(([, value]) => value !== null)
      .map(([key, value]) => ({
        skuId: idIn(key),
        disabledPlans: textsIn(recordOf(value)["disabledPlans"]),
      })),
    removeLicenses: Object.keys(set)
      .filter((key) => set[key] === null)
      .map(idIn),
  },
});
