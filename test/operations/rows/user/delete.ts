import { ann, answer, user as write } from "../../../catalogue/answers.ts";
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
    { when: "the user is gone", answer: answer(404), write, is: "done" },
    {
      when: "the user is there",
      answer: answer(200, undefined, "", { id: ann }),
      write,
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
  live: {
    seed: async (directory) => ({ user: (await directory.addUser()).id }),
    state: (directory, { user }) => directory.read(`/users/${user}?$select=id`),
    done: null,
    refusals: [
      {
        when: "no user has the id",
        seed: async () => ({ user: ann }),
        says: /No object has the id or name in column user/,
      },
      {
        when: "the user is deleted after the plan",
        seed: async (directory) => ({ user: (await directory.addUser()).id }),
        meanwhile: (directory, { user }) => directory.ask("DELETE", `/users/${user}`),
        verdict: "unchanged",
        says: /deleted after the plan/,
      },
    ],
  },
} satisfies OperationRow;
