import { ann, answer } from "../../../../catalogue/answers.ts";
import { privilegedRefusal, syncedRefusal } from "../../../live/profile-row.ts";
import { newName } from "../../../live/test-directory.ts";
import { type OperationRow, done, found } from "../../../operation-row.ts";

const set = { userPrincipalName: "ann.lee@contoso.com", mail: "ann.lee@contoso.com" };
const before = { userPrincipalName: "ann@contoso.com", mail: "ann@contoso.com" };
const write = { target: { kind: "user", user: ann }, set, keys: [] } as const;

export default {
  written: {
    payload: { user: ann, ...set },
    found: { user: found(ann, before) },
    keys: [`object:${ann}`, "upn:ann.lee@contoso.com"],
    request: { method: "PATCH", url: `/users/${ann}`, body: set },
    guarded: { renames: 1 },
    touched: { before, after: set },
  },
  unchanged: { payload: { user: ann, ...set }, found: { user: found(ann, set) } },
  refused: [
    {
      when: "the user does not exist",
      payload: { user: ann, ...set },
      found: { user: { state: "missing" } },
      says: /No object.*column user/,
    },
  ],
  looks: [
    {
      when: "the user has the row's values",
      answer: answer(200, undefined, "", { id: ann, ...set }),
      write,
      is: "done",
    },
    {
      when: "the user has the values before",
      answer: answer(200, undefined, "", { id: ann, ...before }),
      write,
      is: "send again",
    },
  ],
  undone: [
    {
      done: done({ set, before }),
      inverse: { operation: "user.rename", cells: { user: ann, ...before }, onlyIf: set },
    },
    {
      // Graph takes no empty mail, so that a new one stays.
      done: done({ set, before: { ...before, mail: null } }),
      inverse: {
        operation: "user.rename",
        cells: { user: ann, userPrincipalName: before.userPrincipalName },
        onlyIf: { userPrincipalName: set.userPrincipalName },
        kept: ["mail"],
      },
    },
    {
      // Only the mail changed, and user.rename asks for a name.
      done: done({ set, before: { ...set, mail: "ann@contoso.com" } }),
      inverse: {
        operation: "user.update",
        cells: { user: ann, mail: "ann@contoso.com" },
        onlyIf: { mail: set.mail },
      },
    },
  ],
  notUndone: [{ when: "the values before are gone", done: done({ set }), says: /not kept/ }],
  live: {
    seed: async (directory) => ({
      user: (await directory.addUser()).id,
      userPrincipalName: `${newName("renamed")}@${directory.domain}`,
    }),
    state: async (directory, { user, userPrincipalName }) => ({
      isRenamed: (await directory.read(`/users/${userPrincipalName}?$select=id`))?.["id"] === user,
    }),
    done: { isRenamed: true },
    refusals: [
      {
        when: "another user has the new name",
        seed: async (directory) => ({
          user: (await directory.addUser()).id,
          userPrincipalName: (await directory.addUser()).userPrincipalName,
        }),
        says: /Another object has this userPrincipalName: user-/,
      },
      {
        when: "the domain is not the tenant's",
        seed: async (directory) => ({
          user: (await directory.addUser()).id,
          userPrincipalName: `${newName("renamed")}@fabrikam.com`,
        }),
        says: /domain/,
      },
      {
        when: "the address is another user's",
        seed: async (directory) => {
          const mail = `${newName("taken")}@contoso.com`;
          await directory.addUser({ mail });
          const userPrincipalName = `${newName("renamed")}@${directory.domain}`;
          return { user: (await directory.addUser()).id, userPrincipalName, mail };
        },
        says: /proxyAddresses/,
      },
      syncedRefusal({ userPrincipalName: "synced.renamed@contoso.com" }),
      privilegedRefusal({ userPrincipalName: "admin.renamed@contoso.com" }),
    ],
  },
} satisfies OperationRow;
