import { notFound } from "../../../catalogue/decided-row.ts";
import { required, userReference } from "../../../catalogue/fields.ts";
import { defineOperation } from "../../../catalogue/operation.ts";
import { recordOf } from "../../../core/record.ts";
import { userWrite } from "../user-change.ts";

const permissions = ["User.Read.All", "User.RevokeSessions.All"];

/** The instant from which on sessions are valid: Graph moves it when it ends them. */
const SINCE = "signInSessionsValidFromDateTime";

/** Graph's instants have whole seconds: one that is later in the same second looks earlier. */
const wholeSecond = (at: string): number => Math.floor(Date.parse(at) / 1000) * 1000;

/**
 * Ends all sessions of a user, who has to sign in again on every device; that takes Entra some minutes.
 * Doing so twice harms nobody. So after a lost answer the row is done only if Graph's instant shows that
 * sessions were ended after the row's first intent, and is sent again otherwise, also if the clocks differ.
 */
export default defineOperation({
  summary:
    "Ends all sessions of a user, who has to sign in again; Entra needs some minutes for it.",
  fields: { user: required(userReference) },
  example: { user: "ann@contoso.com" },
  target: "user",
  permissions,
  guarded: () => ({ "session-revocations": 1 }),
  lookups: ({ user: ref }) => ({ user: { kind: "user", ref, select: ["id"] } }),
  decide: (payload, { user }) =>
    user?.state === "found" || user?.state === "coming"
      ? { write: userWrite(payload.user, user) }
      : notFound("user", user),
  // Whatever instant is there, it moves: a sign-out since the plan holds no row.
  touched: () => ({ before: {}, after: { sessions: "ended" } }),
  request: ({ target }) => ({
    method: "POST",
    url: `/users/${target.user}/revokeSignInSessions`,
    body: {},
  }),
  look: ({ target }) => ({ method: "GET", url: `/users/${target.user}?$select=id,${SINCE}` }),
  inPlace: (answer, { firstIntentAt, attempts }) =>
    answer.status === 200 &&
    attempts > 0 &&
    Date.parse(String(recordOf(answer.body)[SINCE])) >= wholeSecond(firstIntentAt),
  inverse: () => ({
    why: "A session that was ended cannot be brought back.",
    fix: "No action needed: the user signs in again.",
  }),
});
