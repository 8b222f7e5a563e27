import { ann, answer, user } from "../../../catalogue/answers.ts";
import { type OperationRow, done, found } from "../../operation-row.ts";

export default {
  written: {
    payload: { user: ann },
    found: { user: found(ann, { id: ann, userPrincipalName: "ann@contoso.com" }) },
    keys: [`object:${ann}`],
    request: { method: "DELETE", url: `/users/${ann}` },
    guarded: { deletes: 1 },
    touched: { before: { userPrincipalName: "ann@contoso.com" }, after: {} },
  },
  refused: [
    {
      when: "the user does not exist",
      payload: { user: ann },
      found: { user: { state: "missing" } },
      says: /No object.*column user/,
    },
  ],
  looks: [
    { when: "the user is gone", answer: answer(404), write: user, is: "done" },
    {
      when: "the user is there",
      answer: answer(200, undefined, "", { id: ann }),
      write: user,
      is: "send again",
    },
  ],
  undone: [
    {
      done: done({ daysAgo: 29 }),
      inverse: { operation: "user.restore", cells: { user: ann } },
    },
  ],
  notUndone: [
    { when: "the user was deleted 30 days ago", done: done({ daysAgo: 30 }), says: /30 days ago/ },
  ],
} satisfies OperationRow;
