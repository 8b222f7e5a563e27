import { ann, answer } from "../../../catalogue/answers.ts";
import { type OperationRow, done, found } from "../../operation-row.ts";

const shown = (accountEnabled: boolean) => answer(200, undefined, "", { accountEnabled });

/** What is expected of the operation that enables accounts, and of the one that disables them. */
export function accountState(accountEnabled: boolean): Omit<OperationRow, "notUndone"> {
  const set = { accountEnabled };
  const before = { accountEnabled: !accountEnabled };
  const write = { target: { kind: "user", user: ann }, set, keys: [] } as const;
  return {
    written: {
      payload: { user: "ann@contoso.com" },
      found: { user: found(ann, before) },
      keys: [`object:${ann}`],
      request: { method: "PATCH", url: `/users/${ann}`, body: set },
      ...(!accountEnabled && { guarded: { disables: 1 } }),
      touched: { before, after: set },
    },
    unchanged: { payload: { user: ann }, found: { user: found(ann, set) } },
    refused: [
      {
        when: "the user is synchronized",
        payload: { user: ann },
        found: { user: found(ann, { ...before, onPremisesSyncEnabled: true }) },
        says: /on-premises/,
      },
    ],
    looks: [
      { when: "the account is so", answer: shown(accountEnabled), write, is: "done" },
      { when: "the account is not", answer: shown(!accountEnabled), write, is: "send again" },
    ],
    undone: [
      {
        done: done({ set, before }),
        inverse: {
          operation: accountEnabled ? "user.disable" : "user.enable",
          cells: { user: ann },
          onlyIf: set,
        },
      },
    ],
    live: {
      seed: async (directory) => ({ user: (await directory.addUser(before)).userPrincipalName }),
      state: (directory, { user }) => directory.read(`/users/${user}?$select=accountEnabled`),
      done: set,
      refusals: [
        {
          when: "no user has the name",
          seed: async () => ({ user: "nobody@contoso.com" }),
          says: /No object has the id or name in column user/,
        },
        {
          when: "the user is synchronized",
          seed: async (directory) => ({
            user: (await directory.addUser({ ...before, onPremisesSyncEnabled: true }))
              .userPrincipalName,
          }),
          says: /synchronized from on-premises/,
        },
        {
          when: "the user is deleted after the plan",
          seed: async (directory) => ({ user: (await directory.addUser(before)).id }),
          meanwhile: (directory, { user }) => directory.ask("DELETE", `/users/${user}`),
          says: /does not exist any more/,
        },
      ],
    },
  };
}
