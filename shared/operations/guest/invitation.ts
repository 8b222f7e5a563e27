import { flag, mailAddress, notClearable, text, webAddress } from "../../catalogue/fields.ts";
import { final, saidBy } from "../../catalogue/judge.ts";
import type { Outcome } from "../../catalogue/operation.ts";
import { idIn } from "../../catalogue/parts/making.ts";
import type { Properties } from "../../catalogue/row.ts";
import type { GraphAnswer } from "../../core/graph-request.ts";
import type { ObjectId } from "../../core/object-id.ts";
import { recordOf } from "../../core/record.ts";

/** Where a guest lands who has accepted, if a row does not say: the page with the guest's applications. */
const REDIRECT = "https://myapplications.microsoft.com";

/** What a row may say of the invitation itself (Graph reference, resources/invitation). */
export const invitationFields = {
  inviteRedirectUrl: webAddress,
  sendInvitationMessage: flag,
  customizedMessageBody: notClearable(text(5000, { lines: true })),
  messageLanguage: notClearable(text(16)),
};

/** The address of the person; Graph takes no other name. */
export const invitedAddress = mailAddress;

/** The cells of a row about an invitation. */
interface InvitationCells {
  readonly inviteRedirectUrl?: string | undefined;
  readonly sendInvitationMessage?: boolean | undefined;
  readonly customizedMessageBody?: string | undefined;
  readonly messageLanguage?: string | undefined;
}

/** What the row says, with what Graph requires. A message is sent only if the row asks for it. */
export const withRedirect = ({
  inviteRedirectUrl,
  sendInvitationMessage,
  customizedMessageBody,
  messageLanguage,
}: InvitationCells): Properties => ({
  inviteRedirectUrl: inviteRedirectUrl ?? REDIRECT,
  sendInvitationMessage: sendInvitationMessage ?? false,
  ...(customizedMessageBody !== undefined && { customizedMessageBody }),
  ...(messageLanguage !== undefined && { messageLanguage }),
});

/** What of the planned values is a value of the guest, and not of the invitation. */
export const withoutInvitation = (set: Properties): Properties =>
  Object.fromEntries(
    Object.entries(set).filter(([name]) => !Object.hasOwn(invitationFields, name)),
  );

/** The body of POST /invitations: the planned values, of which two belong to the message. */
export function invitationBody(set: Properties, more: Properties): Properties {
  const { inviteRedirectUrl, sendInvitationMessage, ...rest } = set;
  const { customizedMessageBody, messageLanguage } = rest;
  const message = {
    ...(customizedMessageBody !== undefined && { customizedMessageBody }),
    ...(messageLanguage !== undefined && { messageLanguage }),
  };
  return {
    inviteRedirectUrl,
    sendInvitationMessage,
    ...(Object.keys(message).length > 0 && { invitedUserMessageInfo: message }),
    ...more,
  };
}

/** The invited user's id in the answer to an invitation. */
export const invitedIn = (body: unknown): ObjectId | undefined =>
  idIn(recordOf(recordOf(body)["invitedUser"]));

/** Whether Graph refuses because the tenant lets nobody, or not this application, invite guests. */
export const isForbidden = (message: string): boolean =>
  /invitations not allowed|not allowed for your company/i.test(message);

/** The verdict on a row that the tenant's settings forbid. */
export const forbidden = (answer: GraphAnswer, objectId?: ObjectId): Outcome =>
  final({
    verdict: "failed",
    reason: `The tenant lets no application invite guests ${saidBy(answer)}`,
    fix: "Allow invitations in the external collaboration settings of Entra; an application cannot invite if only administrators may.",
    objectId,
    cause: `${answer.status} ${answer.error?.code ?? "no code"}`,
  });
