import { ann, answer } from "../../../catalogue/answers.ts";
import { newName, type TestDirectory } from "../../live/test-directory.ts";
import { type OperationRow, done, found } from "../../operation-row.ts";

const mail = "gwen@fabrikam.com";
const set = {
  mail,
  displayName: "Gwen",
  inviteRedirectUrl: "https://myapplications.microsoft.com",
  sendInvitationMessage: true,
  customizedMessageBody: "Welcome",
};
const write = { target: { kind: "new" }, set, keys: [] } as const;
const listed = (more: object) =>
  answer(200, undefined, "", { value: [{ id: ann, userType: "Guest", ...more }] });

const newAddress = (): string => `${newName("gwen")}@fabrikam.com`;

/** A guest of the local cloud; the address. */
async function invited(directory: TestDirectory): Promise<string> {
  const invitedUserEmailAddress = newAddress();
  const inviteRedirectUrl = "https://myapplications.microsoft.com";
  await directory.ask("POST", "/invitations", { invitedUserEmailAddress, inviteRedirectUrl });
  return invitedUserEmailAddress;
}

export default {
  written: {
    payload: {
      invitedUserEmailAddress: mail,
      invitedUserDisplayName: "Gwen",
      sendInvitationMessage: true,
      customizedMessageBody: "Welcome",
    },
    found: { user: { state: "missing" } },
    keys: [`named:user/mail:${mail}`],
    request: {
      method: "POST",
      url: "/invitations",
      body: {
        invitedUserEmailAddress: mail,
        invitedUserDisplayName: "Gwen",
        inviteRedirectUrl: "https://myapplications.microsoft.com",
        sendInvitationMessage: true,
        invitedUserMessageInfo: { customizedMessageBody: "Welcome" },
      },
    },
    touched: { before: {}, after: set },
  },
  unchanged: {
    payload: { invitedUserEmailAddress: mail },
    found: { user: found(ann, { userType: "Guest", externalUserState: "PendingAcceptance" }) },
  },
  refused: [
    {
      when: "the address is a member's",
      payload: { invitedUserEmailAddress: mail },
      found: { user: found(ann, { userType: "Member", externalUserState: null }) },
      says: /belongs to a member/,
    },
    {
      when: "two users have the address",
      payload: { invitedUserEmailAddress: mail },
      found: { user: { state: "ambiguous", count: 2 } },
      says: /More than one/,
    },
    {
      when: "an earlier row invites the address otherwise",
      payload: { invitedUserEmailAddress: mail },
      found: { user: { state: "coming", row: 3 } },
      says: /Row 3 creates a user of this address/,
    },
  ],
  looks: [
    {
      when: "a guest of the address who was made since",
      answer: listed({ createdDateTime: "2026-11-21T00:00:03Z" }),
      write,
      is: "done",
    },
    {
      when: "a guest who was made long before",
      answer: listed({ createdDateTime: "2020-01-01T00:00:00Z" }),
      write,
      is: "unchanged",
    },
    {
      when: "no user of the address",
      answer: answer(200, undefined, "", { value: [] }),
      write,
      is: "send again",
    },
  ],
  undone: [
    {
      done: done({ set }),
      inverse: {
        operation: "user.delete",
        cells: { user: ann },
        onlyIf: { mail, displayName: "Gwen", externalUserState: "PendingAcceptance" },
      },
    },
  ],
  live: {
    seed: async () => ({
      invitedUserEmailAddress: newAddress(),
      invitedUserDisplayName: "Gwen",
      sendInvitationMessage: "true",
    }),
    state: async (directory, { invitedUserEmailAddress: address }) => {
      const select = "displayName,userType,externalUserState";
      const { body } = await directory.ask(
        "GET",
        `/users?$filter=mail eq '${address}'&$select=${select}`,
      );
      return body["value"];
    },
    done: [{ displayName: "Gwen", userType: "Guest", externalUserState: "PendingAcceptance" }],
    refusals: [
      {
        when: "the guest is invited already",
        seed: async (directory) => ({ invitedUserEmailAddress: await invited(directory) }),
        verdict: "unchanged",
        says: /invited already and has not accepted yet/,
      },
      {
        when: "the address is a member's",
        seed: async (directory) => {
          const address = `${newName("dee")}@contoso.com`;
          await directory.addUser({ mail: address });
          return { invitedUserEmailAddress: address };
        },
        says: /belongs to a member/,
      },
      {
        when: "the address becomes a member's after the plan",
        seed: async () => ({ invitedUserEmailAddress: newAddress() }),
        meanwhile: (directory, { invitedUserEmailAddress: address }) =>
          directory.addUser({ mail: address }),
        says: /belongs to a user of this tenant/,
      },
      {
        when: "the tenant forbids invitations",
        seed: async (directory) => {
          await directory.control("conditions", { invitationsAllowed: false });
          return { invitedUserEmailAddress: newAddress() };
        },
        afterwards: (directory) => directory.control("conditions", { invitationsAllowed: true }),
        says: /lets no application invite guests/,
      },
    ],
  },
} satisfies OperationRow;
