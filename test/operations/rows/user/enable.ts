import { ann, answer } from "../../../catalogue/answers.ts";
import { type OperationRow, done, found } from "../../operation-row.ts";

const write = {
  target: { kind: "user", user: ann },
  set: { accountEnabled: true },
  keys: [],
} as const;

export default {
  written: {
    payload: { user: "ann@contoso.com" },
    found: { user: found(ann, { accountEnabled: false }) },
    keys: [`object:${ann}`],
    request: { method: "PATCH", url: `/users/${ann}`, body: { accountEnabled: true } },
    touched: { before: { accountEnabled: false }, after: { accountEnabled: true } },
  },
  unchanged: { payload: { user: ann }, found: { user: found(ann, { accountEnabled: true }) } },
  refused: [
    {
      when: "the user is synchronised",
      payload: { user: ann },
      found: { user: found(ann, { accountEnabled: false, onPremisesSyncEnabled: true }) },
      says: /on-premises/,
    },
  ],
  looks: [
    {
      when: "the account is enabled",
      answer: answer(200, undefined, "", { accountEnabled: true }),
      write,
      is: "done",
    },
    {
      when: "the account is disabled",
      answer: answer(200, undefined, "", { accountEnabled: false }),
      write,
      is: "send again",
    },
  ],
  undone: [
    {
      done: done({ set: { accountEnabled: true }, before: { accountEnabled: false } }),
      inverse: {
        operation: "user.disable",
        cells: { user: ann },
        onlyIf: { accountEnabled: true },
      },
    },
  ],
  notUndone: [
    {
      when: "the account was enabled before by an earlier row",
      done: done({ set: { accountEnabled: true }, before: { accountEnabled: true } }),
      says: /changed no value/,
    },
  ],
  live: {
    seed: async (directory) => ({
      user: (await directory.addUser({ accountEnabled: false })).userPrincipalName,
    }),
    state: (directory, { user }) => directory.read(`/users/${user}?$select=accountEnabled`),
    done: { accountEnabled: true },
    refusals: [
      {
        when: "no user has the name",
        seed: async () => ({ user: "nobody@contoso.com" }),
        says: /No object has the id or name in column user/,
      },
      {
        when: "the user is synchronised",
        seed: async (directory) => ({
          user: (await directory.addUser({ accountEnabled: false, onPremisesSyncEnabled: true }))
            .userPrincipalName,
        }),
        says: /synchronised from on-premises/,
      },
      {
        when: "the user is deleted after the plan",
        seed: async (directory) => ({
          user: (await directory.addUser({ accountEnabled: false })).id,
        }),
        meanwhile: (directory, { user }) => directory.ask("DELETE", `/users/${user}`),
        says: /does not exist any more/,
      },
    ],
  },
} satisfies OperationRow;
