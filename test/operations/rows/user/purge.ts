import { ann, answer, user as write } from "../../../catalogue/answers.ts";
import { deletedUser } from "../../live/test-directory.ts";
import { type OperationRow, done, found } from "../../operation-row.ts";

const payload = { user: ann };

export default {
  written: {
    payload,
    found: { user: { state: "missing" }, deleted: found(ann) },
    keys: [`object:${ann}`],
    request: { method: "DELETE", url: `/directory/deletedItems/${ann}` },
    guarded: { deletes: 1 },
    touched: { before: { deleted: true }, after: { purged: true } },
  },
  refused: [
    {
      when: "the user is not deleted",
      payload,
      found: { user: found(ann), deleted: { state: "missing" } },
      says: /not deleted/,
    },
    {
      when: "no deleted user has the id",
      payload,
      found: { user: { state: "missing" }, deleted: { state: "missing" } },
      says: /No deleted user has this id/,
    },
  ],
  looks: [
    {
      when: "the user is neither among the deleted ones nor there",
      answer: answer(404),
      write,
      is: "done",
    },
    {
      when: "the user is among the deleted ones",
      answer: answer(200, undefined, "", { id: ann, deletedDateTime: "2026-11-20T00:00:00Z" }),
      write,
      is: "send again",
    },
    {
      when: "the user is there, because somebody restored them",
      answer: answer(200, undefined, "", { id: ann, deletedDateTime: null }),
      write,
      is: "failed",
    },
  ],
  undone: [],
  notUndone: [{ when: "the user was purged", done: done(), says: /cannot be brought back/ }],
  live: {
    seed: (directory) => deletedUser(directory),
    state: (directory, { user }) => directory.read(`/directory/deletedItems/${user}?$select=id`),
    done: null,
    refusals: [
      {
        when: "the user is not deleted",
        seed: async (directory) => ({ user: (await directory.addUser()).id }),
        says: /not deleted/,
      },
      {
        when: "the user is restored after the plan",
        seed: (directory) => deletedUser(directory),
        meanwhile: (directory, { user }) =>
          directory.ask("POST", `/directory/deletedItems/${user}/restore`, {}),
        says: /not among the deleted ones any more/,
      },
      {
        when: "the user is restored while its answer is lost",
        seed: (directory) => deletedUser(directory),
        meanwhile: async (directory, { user }) => {
          await directory.ask("POST", `/directory/deletedItems/${user}/restore`, {});
          const fault = { kind: "status", status: 503, committed: false } as const;
          await directory.control("addFault", { at: "part", method: "DELETE", times: 1, fault });
        },
        afterwards: (directory) => directory.control("clearFaults", {}),
        says: /Somebody restored the user/,
      },
      {
        when: "no deleted user has the id",
        seed: async () => ({ user: ann }),
        says: /No deleted user has this id/,
      },
      {
        when: "the user had a directory role",
        seed: (directory) => deletedUser(directory),
        meanwhile: (directory, { user = "" }) =>
          directory.control("addRole", { principal: user, role: "Global Administrator" }),
        says: /Authorization_RequestDenied/,
      },
    ],
  },
} satisfies OperationRow;
