import { failedRow, notFound, unchangedRow } from "../../catalogue/decided-row.ts";
import { required, userReference } from "../../catalogue/fields.ts";
import { defineOperation } from "../../catalogue/operation.ts";
import { isSince } from "../../catalogue/parts/making.ts";
import { recordOf } from "../../core/record.ts";
import { userWrite } from "../user/user-change.ts";
import {
  invitationBody,
  invitationFields,
  invitedAddress,
  forbidden,
  isForbidden,
  withRedirect,
} from "./invitation.ts";

/** User.Invite.All is not enough to reset (Graph reference, invitation-post). It reads users as well. */
const permissions = ["User.ReadWrite.All"];

const PENDING = "PendingAcceptance";

const isOneOf = (address: string, own: readonly unknown[]): boolean =>
  own.some((each) => typeof each === "string" && each.toLowerCase() === address.toLowerCase());

/**
 * Lets a guest accept once more, with another address of its own if the row gives one; id, groups and
 * applications stay. A guest who has not accepted yet gets another message, if the row asks for one. After a
 * lost answer the row is done if the guest's state was changed since.
 */
export default defineOperation({
  summary:
    "Resets a guest's redemption, so that the guest accepts the invitation once more and may sign in by another address.",
  fields: {
    user: required(userReference),
    invitedUserEmailAddress: invitedAddress,
    ...invitationFields,
  },
  example: { user: "mail:gwen@fabrikam.com", sendInvitationMessage: "true" },
  target: "user",
  permissions,
  // Until the guest accepts again, nobody signs in by the account; one who has not accepted yet loses nothing.
  guarded: (_payload, { user } = {}) =>
    user?.state === "found" && user.object["externalUserState"] === PENDING
      ? {}
      : { "session-revocations": 1 },
  lookups: (payload) => ({
    user: {
      kind: "user",
      ref: payload.user,
      select: ["id", "mail", "otherMails", "externalUserState"],
    },
  }),
  decide: (payload, { user }) => {
    if (user?.state === "coming") {
      return failedRow(
        `Row ${user.row} makes the guest, who has nothing to reset yet.`,
        "Remove this row.",
      );
    }
    if (user?.state !== "found") return notFound("user", user);
    const { mail, otherMails, externalUserState: state } = user.object;
    if ((state ?? "") === "") {
      return failedRow("The user was not invited.", "Name a guest who was invited.");
    }
    const address = payload.invitedUserEmailAddress ?? mail;
    if (typeof address !== "string") {
      return failedRow("The guest has no mail address.", "Fill column invitedUserEmailAddress.");
    }
    // What an earlier row may change, only Graph can tell.
    if (Array.isArray(otherMails) && !isOneOf(address, [mail, ...otherMails])) {
      return failedRow(
        "The address is none of the guest's own.",
        "Add it first, to mail or otherMails (user.set-mails).",
      );
    }
    const isSame = payload.invitedUserEmailAddress === undefined || address === mail;
    if (state === PENDING && isSame && payload.sendInvitationMessage !== true) {
      return unchangedRow("The guest has not accepted yet.", user.id);
    }
    const set = {
      externalUserState: PENDING,
      invitedUserEmailAddress: address,
      ...withRedirect(payload),
    };
    return { write: userWrite(payload.user, user, set) };
  },
  touched: ({ set = {} }, present) => ({
    ...(present && { before: { externalUserState: present["externalUserState"] ?? null } }),
    after: { externalUserState: set["externalUserState"] },
  }),
  request: ({ target, set = {} }) => ({
    method: "POST",
    url: "/invitations",
    body: invitationBody(set, {
      invitedUserEmailAddress: set["invitedUserEmailAddress"],
      invitedUser: { id: target.user },
      resetRedemption: true,
    }),
  }),
  judge: (answer, { write }) =>
    isForbidden(answer.error?.message ?? "") ? forbidden(answer, write.target.user) : undefined,
  look: ({ target }) => ({
    method: "GET",
    url: `/users/${target.user}?$select=id,userPrincipalName,mail,externalUserState,externalUserStateChangeDateTime`,
  }),
  inPlace: (answer, attempt) => {
    const { mail, externalUserState, externalUserStateChangeDateTime } = recordOf(answer.body);
    if (answer.status !== 200 || externalUserState !== PENDING) return false;
    if (attempt.attempts > 0) return isSince(externalUserStateChangeDateTime, attempt);
    // A guest who waits already has what the row asks for only if it asks for no message and no other address.
    const { invitedUserEmailAddress, sendInvitationMessage } = attempt.write.set ?? {};
    const isSame = isOneOf(String(invitedUserEmailAddress), [mail]);
    return isSame && sendInvitationMessage !== true;
  },
  inverse: () => ({
    why: "Only the guest can accept the invitation again.",
    fix: "Ask the guest to accept it.",
  }),
});
