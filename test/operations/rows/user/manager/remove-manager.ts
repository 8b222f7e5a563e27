import { toObjectId } from "../../../../../shared/core/object-id.ts";
import { ann, answer } from "../../../../catalogue/answers.ts";
import { type OperationRow, done, found } from "../../../operation-row.ts";

const old = toObjectId("0b0e5c0e-3333-4222-a333-444455556666");
const set = { manager: null };
const before = { manager: { id: old } };
const payload = { user: ann };
const write = { target: { kind: "user", user: ann }, set, keys: [] } as const;

export default {
  written: {
    payload,
    found: { user: found(ann, before) },
    keys: [`object:${ann}`],
    request: { method: "DELETE", url: `/users/${ann}/manager/$ref` },
    guarded: { "cleared-values": 1 },
    touched: { before, after: set },
  },
  unchanged: { payload, found: { user: found(ann) } },
  refused: [
    {
      when: "the user does not exist",
      payload,
      found: { user: { state: "missing" } },
      says: /No object.*column user/,
    },
  ],
  looks: [
    {
      when: "the user has no manager",
      answer: answer(200, undefined, "", { id: ann }),
      write,
      is: "done",
    },
    {
      when: "the user has a manager",
      answer: answer(200, undefined, "", { id: ann, ...before }),
      write,
      is: "send again",
    },
  ],
  undone: [
    {
      done: done({ set, before }),
      inverse: { operation: "user.set-manager", cells: { user: ann, manager: old }, onlyIf: set },
    },
  ],
  notUndone: [
    { when: "the manager before is not known", done: done({ set }), says: /not kept/ },
    {
      when: "the user had no manager before",
      done: done({ set, before: set }),
      says: /changed no value/,
    },
  ],
  live: {
    seed: async (directory) => {
      const [user, manager] = [await directory.addUser(), await directory.addUser()];
      await directory.control("link", { relation: "manager", from: user.id, to: manager.id });
      return { user: user.id };
    },
    state: (directory, { user }) => directory.read(`/users/${user}/manager?$select=id`),
    done: null,
    refusals: [
      {
        when: "the user has no manager",
        seed: async (directory) => ({ user: (await directory.addUser()).id }),
        verdict: "unchanged",
        says: /no manager/,
      },
      {
        when: "the manager is removed after the plan",
        seed: async (directory) => {
          const [user, manager] = [await directory.addUser(), await directory.addUser()];
          await directory.control("link", { relation: "manager", from: user.id, to: manager.id });
          return { user: user.id };
        },
        meanwhile: (directory, { user }) => directory.ask("DELETE", `/users/${user}/manager/$ref`),
        verdict: "unchanged",
        says: /removed after the plan, not by this row/,
      },
      {
        when: "no user has the name",
        seed: async () => ({ user: "nobody@contoso.com" }),
        says: /column user/,
      },
    ],
  },
} satisfies OperationRow;
