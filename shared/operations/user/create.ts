import { required } from "../../catalogue/fields.ts";
import { defineOperation, type Payload } from "../../catalogue/operation.ts";
import { failedRow, unchangedRow } from "../../catalogue/refused-row.ts";
import { settled } from "../../catalogue/settle.ts";
import { type GraphAnswer, segment } from "../../core/graph-request.ts";
import { recordOf } from "../../core/record.ts";
import { hasAll, userProperties } from "./user-properties.ts";

/** How far Graph's clock may be behind ours when a user's birth is compared with our intent. */
const CLOCK_SKEW_MS = 5 * 60_000;

/** The permissions a POST needs beyond User.ReadWrite.All, which it needs always. */
const permissions = (payload: Payload): readonly string[] =>
  payload["employeeLeaveDateTime"] === undefined
    ? ["User.ReadWrite.All"]
    : ["User-LifeCycleInfo.ReadWrite.All", "User.ReadWrite.All"];

const upnOf = (set: Payload | undefined): string => String(set?.["userPrincipalName"]);

/** The row's values with what a create cannot do without. */
function withDefaults(payload: Payload): Payload {
  const upn = upnOf(payload);
  const nickname = upn.slice(0, upn.indexOf("@")).slice(0, 64);
  return {
    ...Object.fromEntries(Object.entries(payload).filter(([, value]) => value !== null)),
    accountEnabled: payload["accountEnabled"] ?? true,
    mailNickname: payload["mailNickname"] ?? nickname,
  };
}

/** Duplicate values are told by code, and by message where the code is the general one. */
const isTaken = ({ status, error }: GraphAnswer): boolean =>
  (status === 400 || status === 409) &&
  (error?.code === "Request_MultipleObjectsWithSameKeyValue" ||
    /same value for property|conflicting object/i.test(error?.message ?? ""));

/**
 * Creates a user. Its password is made when the request is sent, is kept nowhere and must be changed
 * at the first sign-in. Its own work after a lost answer is known by name, values and birth: the plan
 * saw that nobody had the name, so a user born since, with these values, is this row's.
 */
export default defineOperation({
  summary: "Creates a user with a password nobody knows, to be changed at the first sign-in.",
  fields: {
    ...userProperties,
    userPrincipalName: required(userProperties["userPrincipalName"]!),
    displayName: required(userProperties["displayName"]!),
  },
  permissions,
  allPermissions: permissions({ employeeLeaveDateTime: "" }),
  guarded: () => undefined,
  lookups: (payload) => ({
    user: {
      kind: "user",
      ref: upnOf(payload),
      select: ["id", ...Object.keys(withDefaults(payload))],
    },
  }),
  decide: (payload, { user }) => {
    const set = withDefaults(payload);
    if (user?.state === "found") {
      return hasAll(user.object, set)
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
    return { write: { target: {}, set, keys: [`upn:${upnOf(set).toLowerCase()}`] } };
  },
  request: ({ set }, { password }) => ({
    method: "POST",
    url: "/users",
    body: {
      ...set,
      passwordProfile: { password: password(), forceChangePasswordNextSignIn: true },
    },
  }),
  settle: (answer, attempt) => {
    if (answer.status === 201) {
      const { id } = recordOf(answer.body);
      return typeof id === "string"
        ? settled("done", answer, attempt, { objectId: id })
        : { kind: "doubt", reason: "Graph said created without an id" };
    }
    if (!isTaken(answer)) return undefined;
    if (attempt.doubted) return { kind: "doubt", reason: "the name is taken, perhaps by this row" };
    return settled("failed", answer, attempt, {
      reason: `Another object has this userPrincipalName or mail (Graph: ${answer.error?.code ?? ""}: ${answer.error?.message ?? ""}).`,
      fix: "Look for it among the deleted users too: restore or purge it, or choose another name.",
    });
  },
  look: ({ set }) => ({
    method: "GET",
    url: `/users/${segment(upnOf(set))}?$select=id,createdDateTime,${Object.keys(set ?? {}).join(",")}`,
  }),
  inPlace: (answer, attempt) => {
    if (answer.status !== 200) return false;
    const user = recordOf(answer.body);
    const born = Date.parse(String(user["createdDateTime"]));
    const isOwn =
      hasAll(user, attempt.write.set ?? {}) &&
      born >= Date.parse(attempt.firstIntentAt) - CLOCK_SKEW_MS;
    const proof = {
      requestId: answer.requestId,
      status: answer.status,
      attempts: attempt.attempts,
    };
    return isOwn
      ? { settled: { verdict: "done", objectId: String(user["id"]), ...proof } }
      : {
          settled: {
            verdict: "failed",
            reason: "Somebody else created a user with this userPrincipalName meanwhile.",
            fix: "Use user.update to change that user, or choose another userPrincipalName.",
            objectId: String(user["id"]),
            ...proof,
          },
        };
  },
  cost: { writes: 1, resourceUnits: 1 },
});
