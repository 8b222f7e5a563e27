import { ann, answer, user as write } from "../../../catalogue/answers.ts";
import { deletedUser } from "../../live/test-directory.ts";
import { type OperationRow, done, found } from "../../operation-row.ts";

export default {
  written: {
    payload: { user: ann },
    found: {
      user: { state: "missing" },
      deleted: found(ann, { userPrincipalName: `${ann.replaceAll("-", "")}Ann@contoso.com` }),
    },
    keys: [`object:${ann}`, "upn:ann@contoso.com"],
    request: { method: "POST", url: `/directory/deletedItems/${ann}/restore`, body: {} },
    touched: { before: { deleted: true }, after: { deleted: false } },
  },
  unchanged: { payload: { user: ann }, found: { user: found(ann) } },
  refused: [
    {
      when: "no deleted user has the id",
      payload: { user: ann },
      found: { user: { state: "missing" }, deleted: { state: "missing" } },
      says: /No deleted user has this id/,
    },
  ],
  looks: [
    {
      when: "the user is back",
      answer: answer(200, undefined, "", { id: ann }),
      write,
      is: "done",
    },
    { when: "the user is still deleted", answer: answer(404), write, is: "send again" },
  ],
  undone: [{ done: done(), inverse: { operation: "user.delete", cells: { user: ann } } }],
  live: {
    seed: async (directory) => deletedUser(directory),
    state: (directory, { user }) => directory.read(`/users/${user}?$select=accountEnabled`),
    done: { accountEnabled: true },
    refusals: [
      {
        when: "no deleted user has the id",
        seed: async () => ({ user: ann }),
        says: /No deleted user has this id/,
      },
      {
        when: "another user has the name by now",
        seed: async (directory) => {
          const { id, userPrincipalName } = await directory.addUser();
          await directory.ask("DELETE", `/users/${id}`);
          await directory.addUser({ userPrincipalName });
          return { user: id };
        },
        says: /Another object has the user's name/,
      },
      {
        when: "the user is purged after the plan",
        seed: (directory) => deletedUser(directory),
        meanwhile: (directory, { user }) =>
          directory.ask("DELETE", `/directory/deletedItems/${user}`),
        says: /not among the deleted ones any more/,
      },
    ],
  },
} satisfies OperationRow;
