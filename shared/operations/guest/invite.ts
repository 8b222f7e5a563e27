import { failedRow, notFound, unchangedRow } from "../../catalogue/decided-row.ts";
import { notClearable, required, text } from "../../catalogue/fields.ts";
import { final, refused } from "../../catalogue/judge.ts";
import { lookFor } from "../../catalogue/kinds/lookup-kinds.ts";
import { defineOperation } from "../../catalogue/operation.ts";
import { idIn, isSince, madeBefore } from "../../catalogue/parts/making.ts";
import { aliasKey } from "../../catalogue/reference.ts";
import type { Properties } from "../../catalogue/row.ts";
import type { GraphAnswer } from "../../core/graph-request.ts";
import { recordOf } from "../../core/record.ts";
import {
  invitationBody,
  invitationFields,
  invitedAddress,
  invitedIn,
  withoutInvitation,
  forbidden,
  isForbidden,
  withRedirect,
} from "./invitation.ts";

const permissions = ["User.Invite.All", "User.Read.All"];

const facts = ["id", "userType", "externalUserState", "createdDateTime"];

/** The only user that the answer to `look` lists, or none. */
function listedUser({ status, body }: GraphAnswer): Properties | undefined {
  const { value } = recordOf(body);
  return status === 200 && Array.isArray(value) && value.length === 1
    ? recordOf(value[0])
    : undefined;
}

/**
 * Invites a guest. Graph makes the user at once, and answers a second invitation of the address with the same
 * user and another message: so the plan looks for a user of the address first, and after a lost answer a guest
 * of the address who was made since is this row's. Later rows may name the guest as `mail:<address>`.
 */
export default defineOperation({
  summary:
    "Invites a guest by mail address; the guest's user is there at once, before the guest accepts.",
  fields: {
    invitedUserEmailAddress: required(invitedAddress),
    invitedUserDisplayName: notClearable(text(256)),
    ...invitationFields,
  },
  example: {
    invitedUserEmailAddress: "gwen@fabrikam.com",
    invitedUserDisplayName: "Gwen (Fabrikam)",
    sendInvitationMessage: "true",
    customizedMessageBody: "Welcome to project Phoenix",
  },
  target: "new",
  permissions,
  lookups: (payload) => ({
    user: { kind: "user", ref: `mail:${payload.invitedUserEmailAddress}`, select: facts },
  }),
  decide: (payload, { user }) => {
    if (user?.state === "found") {
      const { userType, externalUserState } = user.object;
      if (userType === "Member" && (externalUserState ?? "") === "") {
        return failedRow(
          "The address belongs to a member of this tenant, who cannot be invited.",
          "Remove the row, or correct the address.",
        );
      }
      return unchangedRow(
        externalUserState === "PendingAcceptance"
          ? "The guest is invited already and has not accepted yet. guest.reset-redemption invites once more."
          : "The guest is in the tenant already.",
        user.id,
      );
    }
    if (user?.state === "coming") {
      return madeBefore(user.row, "user of this address");
    }
    if (user?.state === "ambiguous") return notFound("invitedUserEmailAddress", user);
    const { invitedUserEmailAddress: mail, invitedUserDisplayName: displayName } = payload;
    return {
      write: {
        target: { kind: "new" },
        set: { mail, ...(displayName !== undefined && { displayName }), ...withRedirect(payload) },
        keys: [aliasKey("user", "mail", mail)],
      },
    };
  },
  touched: ({ set = {} }) => ({ before: {}, after: set }),
  request: ({ set = {} }) => ({
    method: "POST",
    url: "/invitations",
    body: invitationBody(set, {
      invitedUserEmailAddress: set["mail"],
      ...(set["displayName"] !== undefined && { invitedUserDisplayName: set["displayName"] }),
    }),
  }),
  judge: (answer) => {
    const message = answer.error?.message ?? "";
    if (answer.status === 201) {
      const objectId = invitedIn(answer.body);
      return objectId
        ? final({ verdict: "done", objectId })
        : { kind: "doubt", reason: "Graph answered 201 without the invited user" };
    }
    if (isForbidden(message)) return forbidden(answer);
    return /already exists in the directory/i.test(message)
      ? refused(
          answer,
          "The address belongs to a user of this tenant",
          "Remove the row, or correct the address.",
        )
      : undefined;
  },
  look: ({ set = {} }) => lookFor("user", "mail", set["mail"], facts),
  inPlace: (answer, attempt) => {
    const guest = listedUser(answer);
    const objectId = guest && idIn(guest);
    if (objectId === undefined) return false;
    return isSince(guest?.["createdDateTime"], attempt)
      ? { verdict: "done", objectId }
      : { verdict: "unchanged", reason: "The guest was in the tenant before the row.", objectId };
  },
  // A guest who has accepted since is somebody's business.
  inverse: ({ object, set }) => ({
    operation: "user.delete",
    cells: { user: object },
    onlyIf: { ...withoutInvitation(set), externalUserState: "PendingAcceptance" },
  }),
});
