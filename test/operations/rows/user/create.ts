import type { GraphAnswer } from "../../../../shared/core/graph-request.ts";
import { ann, answer, bo } from "../../../catalogue/answers.ts";
import { newName } from "../../live/test-directory.ts";
import { type OperationRow, done, found, make } from "../../operation-row.ts";

const created = (createdDateTime: string, displayName = "Bo"): GraphAnswer =>
  answer(200, undefined, "", {
    id: ann,
    createdDateTime,
    displayName,
    userPrincipalName: "bo@contoso.com",
  });

export default {
  written: {
    payload: { userPrincipalName: "bo@contoso.com", displayName: "Bo" },
    found: { user: { state: "missing" } },
    keys: ["upn:bo@contoso.com"],
    touched: {
      before: {},
      after: {
        userPrincipalName: "bo@contoso.com",
        displayName: "Bo",
        accountEnabled: true,
        mailNickname: "bo",
      },
    },
    request: {
      method: "POST",
      url: "/users",
      body: {
        userPrincipalName: "bo@contoso.com",
        displayName: "Bo",
        accountEnabled: true,
        mailNickname: "bo",
        passwordProfile: { password: make.password(), forceChangePasswordNextSignIn: true },
      },
    },
  },
  unchanged: {
    payload: { userPrincipalName: "a@b.c", displayName: "A" },
    found: {
      user: found(ann, {
        userPrincipalName: "a@b.c",
        displayName: "A",
        mailNickname: "a",
        accountEnabled: true,
      }),
    },
  },
  refused: [
    {
      when: "the name is another user's",
      payload: { userPrincipalName: "a@b.c", displayName: "A" },
      found: { user: found(ann, { displayName: "Z" }) },
      says: /exists, with other values/,
    },
  ],
  looks: [
    {
      when: "a user created since, with the row's values",
      answer: created("2026-11-21T00:00:03Z"),
      write: bo,
      is: "done",
    },
    {
      when: "a user created long before",
      answer: created("2020-01-01T00:00:00Z"),
      write: bo,
      is: "failed",
    },
    {
      when: "a user created since, with other values",
      answer: created("2026-11-21T00:00:03Z", "Zoe"),
      write: bo,
      is: "failed",
    },
    { when: "no user of that name", answer: answer(404), write: bo, is: "send again" },
  ],
  undone: [
    {
      done: done({ set: { userPrincipalName: "bo@contoso.com", department: "Sales" } }),
      inverse: {
        operation: "user.delete",
        cells: { user: ann },
        onlyIf: { userPrincipalName: "bo@contoso.com", department: "Sales" },
      },
    },
  ],
  live: {
    seed: async ({ domain }) => ({
      userPrincipalName: `${newName("bo")}@${domain}`,
      displayName: "Bo Berg",
      department: "Sales",
    }),
    state: (directory, { userPrincipalName }) =>
      directory.read(`/users/${userPrincipalName}?$select=displayName,department,accountEnabled`),
    done: { displayName: "Bo Berg", department: "Sales", accountEnabled: true },
    refusals: [
      {
        when: "the name is another user's",
        seed: async (directory) => ({
          userPrincipalName: (await directory.addUser()).userPrincipalName,
          displayName: "Bo",
        }),
        says: /exists, with other values/,
      },
      {
        when: "somebody else creates the user after the plan",
        seed: async ({ domain }) => ({
          userPrincipalName: `${newName("bo")}@${domain}`,
          displayName: "Bo",
        }),
        meanwhile: (directory, { userPrincipalName }) => directory.addUser({ userPrincipalName }),
        says: /Another object has this userPrincipalName/,
      },
      {
        when: "the domain is not the tenant's",
        seed: async () => ({ userPrincipalName: "bo@fabrikam.com", displayName: "Bo" }),
        says: /domain/,
      },
    ],
  },
} satisfies OperationRow;
