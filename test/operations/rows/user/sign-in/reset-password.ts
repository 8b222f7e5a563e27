import { ann, answer, user as write } from "../../../../catalogue/answers.ts";
import { type OperationRow, done, found } from "../../../operation-row.ts";

const payload = { user: ann };

const LONG_AGO = "2020-01-01T00:00:00Z";

export default {
  written: {
    payload,
    found: { user: found(ann) },
    keys: [`object:${ann}`],
    request: {
      method: "PATCH",
      url: `/users/${ann}`,
      body: {
        passwordProfile: { password: "made-when-sent", forceChangePasswordNextSignIn: true },
      },
    },
    guarded: { "session-revocations": 1 },
    touched: { before: {}, after: { password: "reset" } },
  },
  refused: [
    {
      when: "the user does not exist",
      payload,
      found: { user: { state: "missing" } },
      says: /No object.*column user/,
    },
    {
      when: "an earlier row creates the user",
      payload,
      found: { user: { state: "coming", row: 2 } },
      says: /Row 2 of this batch creates the user/,
    },
    {
      when: "the user is synchronized",
      payload,
      found: { user: found(ann, { onPremisesSyncEnabled: true }) },
      says: /on-premises/,
    },
  ],
  looks: [
    {
      when: "the user is there, with one password or another",
      answer: answer(200, undefined, "", { id: ann }),
      write,
      is: "send again",
    },
  ],
  undone: [],
  notUndone: [{ when: "a password was reset", done: done(), says: /password before is not known/ }],
  live: {
    seed: async (directory) => ({
      user: (await directory.addUser({ lastPasswordChangeDateTime: LONG_AGO })).id,
    }),
    state: async (directory, { user }) => {
      const shown = await directory.read(`/users/${user}?$select=lastPasswordChangeDateTime`);
      return { isReset: shown?.["lastPasswordChangeDateTime"] !== LONG_AGO };
    },
    done: { isReset: true },
    mayRepeat: true,
    refusals: [
      {
        when: "the user is synchronized",
        seed: async (directory) => ({
          user: (await directory.addUser({ onPremisesSyncEnabled: true })).id,
        }),
        says: /on-premises/,
      },
      {
        when: "the user becomes an administrator after the plan",
        seed: async (directory) => ({ user: (await directory.addUser()).id }),
        meanwhile: (directory, { user = "" }) =>
          directory.control("addRole", { principal: user, role: "Global Administrator" }),
        says: /holds a directory role: Global Administrator/,
      },
    ],
  },
} satisfies OperationRow;
