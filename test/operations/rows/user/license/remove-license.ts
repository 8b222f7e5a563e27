import { ann } from "../../../../catalogue/answers.ts";
import * as facts from "../../../license-facts.ts";
import { type OperationRow, done } from "../../../operation-row.ts";

const { annShown, annWith, annWrite, O365, pack, spe, TEAMS } = facts;

export default {
  written: {
    payload: { user: ann, licenses: ["ENTERPRISEPACK", "SPE_E3"] },
    found: annWith("packWithoutTeams", null),
    keys: facts.annKeys,
    request: facts.assign(`/users/${ann}`, [], [O365]),
    guarded: { "license-removals": 1 },
    touched: {
      before: { [pack]: { assigned: true, disabledPlans: [TEAMS] } },
      after: { [pack]: null },
    },
  },
  unchanged: { payload: { user: ann, licenses: [O365] }, found: annWith("spe") },
  refused: [
    {
      when: "the user has the license from a group only",
      payload: { user: ann, licenses: ["ENTERPRISEPACK"] },
      found: annWith("inherited"),
      says: /from a group only/,
    },
    {
      when: "no product of the tenant has the name",
      payload: { user: ann, licenses: ["ENTERPRISE"] },
      found: annWith("pack"),
      says: /no product .*ENTERPRISE\./,
    },
  ],
  looks: [
    {
      when: "the user does not have the license",
      answer: annShown("spe"),
      write: annWrite({ [pack]: null }),
      is: "done",
    },
    {
      when: "the user has it from a group only",
      answer: annShown("inherited"),
      write: annWrite({ [pack]: null }),
      is: "done",
    },
    {
      when: "the user has one of two",
      answer: annShown("spe"),
      write: annWrite({ [pack]: null, [spe]: null }),
      is: "send again",
    },
  ],
  undone: [
    {
      done: done({
        set: { [pack]: null },
        before: { [pack]: { assigned: true, disabledPlans: [TEAMS] } },
      }),
      inverse: {
        operation: "user.assign-license",
        cells: { user: ann, licenses: [O365], disabledPlans: [`${O365}/${TEAMS}`] },
        onlyIf: { [pack]: null },
      },
    },
  ],
  live: {
    seed: async (directory) => ({
      user: await facts.licensedUser(directory, [O365, facts.PREMIUM]),
      licenses: "ENTERPRISEPACK",
    }),
    state: (directory, { user }) => facts.licensesOf(directory, `/users/${user}`),
    done: { [facts.PREMIUM]: [] },
    refusals: [
      {
        when: "somebody took the license after the plan",
        seed: async (directory) => ({
          user: await facts.licensedUser(directory, [O365]),
          licenses: "ENTERPRISEPACK",
        }),
        meanwhile: (directory, { user }) => facts.give(directory, `/users/${user}`, [], [O365]),
        says: /Somebody took the license after the plan/,
        verdict: "unchanged",
      },
      {
        when: "somebody took one of two after the plan",
        seed: async (directory) => ({
          user: await facts.licensedUser(directory, [O365, facts.PREMIUM]),
          licenses: "ENTERPRISEPACK|AAD_PREMIUM",
        }),
        meanwhile: (directory, { user }) => facts.give(directory, `/users/${user}`, [], [O365]),
        says: /Somebody took one of the licenses to be removed after the plan/,
      },
      {
        when: "another license needs one of its plans",
        seed: async (directory) => ({
          user: await facts.licensedUser(directory, [O365, facts.PROJECT]),
          licenses: "ENTERPRISEPACK",
        }),
        says: /DependencyViolation/,
      },
    ],
  },
} satisfies OperationRow;
