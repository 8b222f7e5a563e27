import { flag, mailAddress, notClearable, text, webAddress } from "../../catalogue/fields.ts";
import type { Attempt } from "../../catalogue/operation.ts";
import type { Properties } from "../../catalogue/row.ts";
import { type ObjectId, isGuid, toObjectId } from "../../core/object-id.ts";
import { recordOf } from "../../core/record.ts";

/** How far Graph's clock may be behind ours when a guest's dates are compared with our intent. */
const CLOCK_SKEW_MS = 5 * 60_000;

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
export function invitedIn(body: unknown): ObjectId | undefined {
  const { id } = recordOf(recordOf(body)["invitedUser"]);
  return typeof id === "string" && isGuid(id) ? toObjectId(id) : undefined;
}

/** Whether a date of the guest is so late that the row can be the reason. */
export function isSince(date: unknown, { firstIntentAt }: Pick<Attempt, "firstIntentAt">): boolean {
  const atMs = typeof date === "string" ? Date.parse(date) : Number.NaN;
  return atMs >= Date.parse(firstIntentAt) - CLOCK_SKEW_MS;
}

/** Whether Graph refuses because the tenant lets nobody, or not this application, invite guests. */
export const isForbidden = (message: string): boolean =>
  /invitations not allowed|not allowed for your company/i.test(message);
