import { ann, answer } from "../../../catalogue/answers.ts";
import { type OperationRow, done, found } from "../../operation-row.ts";

const write = {
  target: { kind: "user", user: ann },
  set: { accountEnabled: false },
  keys: [],
} as const;

export default {
  written: {
    payload: { user: "ann@contoso.com" },
    found: { user: found(ann, { accountEnabled: true }) },
    keys: [`object:${ann}`],
    request: { method: "PATCH", url: `/users/${ann}`, body: { accountEnabled: false } },
    guarded: { disables: 1 },
    touched: { before: { accountEnabled: true }, after: { accountEnabled: false } },
  },
  unchanged: { payload: { user: ann }, found: { user: found(ann, { accountEnabled: false }) } },
  refused: [
    {
      when: "the user is synchronised",
      payload: { user: ann },
      found: { user: found(ann, { accountEnabled: true, onPremisesSyncEnabled: true }) },
      says: /on-premises/,
    },
  ],
  looks: [
    {
      when: "the account is disabled",
      answer: answer(200, undefined, "", { accountEnabled: false }),
      write,
      is: "done",
    },
    {
      when: "the account is enabled",
      answer: answer(200, undefined, "", { accountEnabled: true }),
      write,
      is: "send again",
    },
  ],
  undone: [
    {
      done: done({ set: { accountEnabled: false }, before: { accountEnabled: true } }),
      inverse: {
        operation: "user.enable",
        cells: { user: ann },
        onlyIf: { accountEnabled: false },
      },
    },
  ],
  notUndone: [
    {
      when: "it is not known whether the account was enabled before",
      done: done({ set: { accountEnabled: false } }),
      says: /not kept/,
    },
  ],
  live: {
    seed: async (directory) => ({
      user: (await directory.addUser({ accountEnabled: true })).userPrincipalName,
    }),
    state: (directory, { user }) => directory.read(`/users/${user}?$select=accountEnabled`),
    done: { accountEnabled: false },
    refusals: [
      {
        when: "no user has the name",
        seed: async () => ({ user: "nobody@contoso.com" }),
        says: /No object has the id or name in column user/,
      },
      {
        when: "the user is synchronised",
        seed: async (directory) => ({
          user: (await directory.addUser({ accountEnabled: true, onPremisesSyncEnabled: true }))
            .userPrincipalName,
        }),
        says: /synchronised from on-premises/,
      },
      {
        when: "the user is deleted after the plan",
        seed: async (directory) => ({
          user: (await directory.addUser({ accountEnabled: true })).id,
        }),
        meanwhile: (directory, { user }) => directory.ask("DELETE", `/users/${user}`),
        says: /does not exist any more/,
      },
    ],
  },
} satisfies OperationRow;
