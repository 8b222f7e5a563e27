import { ann } from "../../../../catalogue/answers.ts";
import { privilegedRefusal, syncedRefusal } from "../../../live/profile-row.ts";
import { newName } from "../../../live/test-directory.ts";
import { type OperationRow, done } from "../../../operation-row.ts";
import { setsValues } from "./sets-values.ts";

const set = { userPrincipalName: "ann.lee@contoso.com", mail: "ann.lee@contoso.com" };
const before = { userPrincipalName: "ann@contoso.com", mail: "ann@contoso.com" };

export default {
  ...setsValues({
    set,
    before,
    keys: ["upn:ann.lee@contoso.com"],
    guarded: { renames: 1 },
  }),
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
