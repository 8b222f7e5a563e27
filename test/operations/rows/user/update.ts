import { ann, answer } from "../../../catalogue/answers.ts";
import { type OperationRow, done, found } from "../../operation-row.ts";

const write = {
  target: { kind: "user", user: ann },
  set: { jobTitle: "Engineer" },
  keys: [],
} as const;

export default {
  written: {
    payload: { user: ann, jobTitle: "Engineer", mobilePhone: null },
    found: { user: found(ann, { jobTitle: "Student", mobilePhone: null }) },
    keys: [`object:${ann}`],
    request: {
      method: "PATCH",
      url: `/users/${ann}`,
      body: { jobTitle: "Engineer", mobilePhone: null },
    },
    touched: {
      before: { jobTitle: "Student", mobilePhone: null },
      after: { jobTitle: "Engineer", mobilePhone: null },
    },
  },
  unchanged: {
    payload: { user: ann, businessPhones: ["1"], employeeHireDate: "2026-01-01T00:00:00Z" },
    found: {
      user: found(ann, { businessPhones: ["1"], employeeHireDate: "2026-01-01T00:00:00.000Z" }),
    },
  },
  refused: [
    {
      when: "it sets nothing",
      payload: { user: ann },
      found: { user: found(ann) },
      says: /sets no property/,
    },
  ],
  looks: [
    {
      when: "the user has the row's values",
      answer: answer(200, undefined, "", { id: ann, jobTitle: "Engineer" }),
      write,
      is: "done",
    },
    {
      when: "the user has another value",
      answer: answer(200, undefined, "", { id: ann, jobTitle: "Student" }),
      write,
      is: "send again",
    },
  ],
  undone: [
    {
      done: done({
        set: { department: "Sales", city: null, businessPhones: ["1"], companyName: "Contoso" },
        before: { department: null, city: "Ulm", businessPhones: [], companyName: "Contoso" },
      }),
      inverse: {
        operation: "user.update",
        cells: { user: ann, department: null, city: "Ulm", businessPhones: [] },
        onlyIf: { department: "Sales", city: null, businessPhones: ["1"] },
      },
    },
    {
      done: done({
        set: { onPremisesExtensionAttributes: { extensionAttribute2: "x" } },
        before: {
          onPremisesExtensionAttributes: { extensionAttribute1: "a", extensionAttribute2: null },
        },
      }),
      inverse: {
        operation: "user.update",
        cells: { user: ann, onPremisesExtensionAttributes: { extensionAttribute2: null } },
        onlyIf: { onPremisesExtensionAttributes: { extensionAttribute2: "x" } },
      },
    },
    {
      done: done({
        set: { mail: "ann@contoso.com", city: "Ulm" },
        before: { mail: null, city: "Bonn" },
      }),
      inverse: {
        operation: "user.update",
        cells: { user: ann, city: "Bonn" },
        onlyIf: { city: "Ulm" },
        kept: ["mail"],
      },
    },
  ],
  notUndone: [
    {
      when: "the values before are gone",
      done: done({ set: { city: "Ulm" } }),
      says: /not kept/,
    },
    {
      when: "no property can be empty again",
      done: done({ set: { mail: "ann@contoso.com" }, before: { mail: null } }),
      says: /mail had no value/,
    },
  ],
  live: {
    seed: async (directory) => ({
      user: (await directory.addUser({ jobTitle: "Student", mobilePhone: "1" })).userPrincipalName,
      jobTitle: "Engineer",
      mobilePhone: "(clear)",
    }),
    state: (directory, { user }) =>
      directory.read(`/users/${user}?$select=jobTitle,mobilePhone,city`),
    done: { jobTitle: "Engineer", mobilePhone: null, city: null },
    refusals: [
      {
        when: "the user is synchronized",
        seed: async (directory) => ({
          user: (await directory.addUser({ onPremisesSyncEnabled: true })).userPrincipalName,
          jobTitle: "Engineer",
        }),
        says: /synchronized from on-premises/,
      },
      {
        when: "the new name is another user's",
        seed: async (directory) => ({
          user: (await directory.addUser()).id,
          userPrincipalName: (await directory.addUser()).userPrincipalName,
        }),
        says: /same value for property userPrincipalName/,
      },
    ],
  },
} satisfies OperationRow;
