import { ann, answer } from "../../../catalogue/answers.ts";
import { newName, type TestDirectory } from "../../live/test-directory.ts";
import { type OperationRow, done, found } from "../../operation-row.ts";

const mail = "gwen@fabrikam.com";
const set = {
  externalUserState: "PendingAcceptance",
  invitedUserEmailAddress: mail,
  inviteRedirectUrl: "https://myapplications.microsoft.com",
  sendInvitationMessage: false,
};
const write = { target: { kind: "user", user: ann }, set, keys: [] } as const;
const guest = (externalUserState: string | null) => ({
  user: found(ann, { id: ann, mail, otherMails: [mail], externalUserState }),
});
const shown = (externalUserState: string, externalUserStateChangeDateTime: string) =>
  answer(200, undefined, "", {
    id: ann,
    mail,
    externalUserState,
    externalUserStateChangeDateTime,
  });

/** A guest of the local cloud who has accepted; its id. */
async function accepted(directory: TestDirectory): Promise<string> {
  const { id } = await directory.addUser({
    userType: "Guest",
    mail: `${newName("gwen")}@fabrikam.com`,
    externalUserState: "Accepted",
  });
  return id;
}

export default {
  written: {
    payload: { user: ann },
    found: guest("Accepted"),
    keys: [`object:${ann}`],
    request: {
      method: "POST",
      url: "/invitations",
      body: {
        inviteRedirectUrl: "https://myapplications.microsoft.com",
        sendInvitationMessage: false,
        invitedUserEmailAddress: mail,
        invitedUser: { id: ann },
        resetRedemption: true,
      },
    },
    guarded: { "session-revocations": 1 },
    touched: {
      before: { externalUserState: "Accepted" },
      after: { externalUserState: "PendingAcceptance" },
    },
  },
  unchanged: { payload: { user: ann }, found: guest("PendingAcceptance") },
  refused: [
    {
      when: "the user was not invited",
      payload: { user: ann },
      found: guest(null),
      says: /was not invited/,
    },
    {
      when: "the address is not the guest's",
      payload: { user: ann, invitedUserEmailAddress: "other@fabrikam.com" },
      found: guest("Accepted"),
      says: /none of the guest's own/,
    },
  ],
  looks: [
    {
      when: "the state was changed since",
      answer: shown("PendingAcceptance", "2026-11-21T00:00:03Z"),
      write,
      is: "done",
    },
    {
      when: "the guest was invited long before",
      answer: shown("PendingAcceptance", "2020-01-01T00:00:00Z"),
      write,
      is: "send again",
    },
    {
      when: "the guest waited before the row was sent, and is to get another message",
      answer: shown("PendingAcceptance", "2026-11-21T00:00:03Z"),
      write: { ...write, set: { ...set, sendInvitationMessage: true } },
      isFirst: true,
      is: "send again",
    },
    {
      when: "the guest waited before the row was sent, and is to sign in by another address",
      answer: shown("PendingAcceptance", "2026-11-21T00:00:03Z"),
      write: { ...write, set: { ...set, invitedUserEmailAddress: "other@fabrikam.com" } },
      isFirst: true,
      is: "send again",
    },
    {
      when: "the guest waited before the row was sent, which asks for no more",
      answer: shown("PendingAcceptance", "2026-11-21T00:00:03Z"),
      write,
      isFirst: true,
      is: "done",
    },
    {
      when: "the guest has accepted",
      answer: shown("Accepted", "2026-11-21T00:00:03Z"),
      write,
      is: "send again",
    },
  ],
  undone: [],
  notUndone: [
    {
      when: "only the guest can accept",
      done: done({ set }),
      says: /Only the guest can accept/,
    },
  ],
  live: {
    seed: async (directory) => ({
      user: await accepted(directory),
      sendInvitationMessage: "true",
    }),
    state: (directory, { user }) => directory.read(`/users/${user}?$select=externalUserState`),
    done: { externalUserState: "PendingAcceptance" },
    refusals: [
      {
        when: "the user is a member",
        seed: async (directory) => ({ user: (await directory.addUser()).userPrincipalName }),
        says: /was not invited/,
      },
      {
        when: "the guest has not accepted yet",
        seed: async (directory) => {
          const user = await accepted(directory);
          const values = { externalUserState: "PendingAcceptance" };
          await directory.control("update", { id: user, values });
          return { user };
        },
        verdict: "unchanged",
        says: /has not accepted yet/,
      },
      {
        when: "the tenant forbids invitations",
        seed: async (directory) => {
          await directory.control("conditions", { invitationsAllowed: false });
          return { user: await accepted(directory) };
        },
        afterwards: (directory) => directory.control("conditions", { invitationsAllowed: true }),
        says: /lets no application invite guests/,
      },
    ],
  },
} satisfies OperationRow;
