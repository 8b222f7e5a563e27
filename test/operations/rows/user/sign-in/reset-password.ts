import { ann, answer, user } from "../../../../catalogue/answers.ts";
import { type OperationRow, done, found } from "../../../operation-row.ts";

const payload = { user: ann };

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
      when: "the user is synchronised",
      payload,
      found: { user: found(ann, { onPremisesSyncEnabled: true }) },
      says: /on-premises/,
    },
  ],
  looks: [
    {
      when: "the user is there, with one password or another",
      answer: answer(200, undefined, "", { id: ann }),
      write: user,
      is: "send again",
    },
  ],
  undone: [],
  notUndone: [{ when: "a password was reset", done: done(), says: /password before is not known/ }],
} satisfies OperationRow;
