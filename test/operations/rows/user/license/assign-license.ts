import { ann } from "../../../../catalogue/answers.ts";
import * as facts from "../../../license-facts.ts";
import { type OperationRow, done } from "../../../operation-row.ts";

const { annShown, annWith, annWrite, E3, MFA, O365, pack, spe, TEAMS } = facts;

export default {
  written: {
    payload: {
      user: ann,
      licenses: ["spe_e3", O365],
      disabledPlans: ["Teams1", "SPE_E3/MFA_PREMIUM"],
    },
    found: annWith("none"),
    keys: facts.annKeys,
    request: facts.assign(`/users/${ann}`, [
      { skuId: E3, disabledPlans: [TEAMS, MFA] },
      { skuId: O365, disabledPlans: [TEAMS] },
    ]),
    touched: {
      before: { [spe]: null, [pack]: null },
      after: {
        [spe]: { assigned: true, disabledPlans: [TEAMS, MFA] },
        [pack]: { assigned: true, disabledPlans: [TEAMS] },
      },
    },
  },
  // An empty cell leaves the disabled plans as they are.
  unchanged: {
    payload: { user: ann, licenses: ["ENTERPRISEPACK"] },
    found: annWith("packWithoutTeams"),
  },
  refused: [
    {
      when: "the tenant does not have the product",
      payload: { user: ann, licenses: ["SPE_E33"] },
      found: annWith("none"),
      says: /no product .*SPE_E33\. Did you mean SPE_E3\?/,
    },
    {
      when: "the subscription has ended",
      payload: { user: ann, licenses: ["POWER_BI_STANDARD"] },
      found: annWith("none"),
      says: /POWER_BI_STANDARD cannot be given to anybody/,
    },
    {
      when: "no product of the row has the service plan",
      payload: { user: ann, licenses: ["ENTERPRISEPACK"], disabledPlans: ["TEAMS"] },
      found: annWith("none"),
      says: /service plan TEAMS that can be disabled\. Did you mean TEAMS1\?/,
    },
    {
      when: "the service plan is the whole company's",
      payload: { user: ann, licenses: ["SPE_E3"], disabledPlans: ["EXCHANGE_S_FOUNDATION"] },
      found: annWith("none"),
      says: /service plan EXCHANGE_S_FOUNDATION that can be disabled/,
    },
    {
      when: "the user has no usage location",
      payload: { user: ann, licenses: ["SPE_E3"] },
      found: annWith("none", null),
      says: /no usageLocation/,
    },
  ],
  looks: [
    {
      when: "the user has the license",
      answer: annShown("pack"),
      write: annWrite({ [pack]: { assigned: true } }),
      is: "done",
    },
    {
      when: "the user has it with other plans",
      answer: annShown("pack"),
      write: annWrite({ [pack]: { assigned: true, disabledPlans: [TEAMS] } }),
      is: "send again",
    },
    {
      when: "the user has it from a group only",
      answer: annShown("inherited"),
      write: annWrite({ [pack]: { assigned: true } }),
      is: "send again",
    },
  ],
  undone: [
    {
      done: done({ set: { [pack]: { assigned: true } }, before: { [pack]: null } }),
      inverse: {
        operation: "user.remove-license",
        cells: { user: ann, licenses: [O365] },
        onlyIf: { [pack]: { assigned: true } },
      },
    },
    {
      done: done({
        set: { [pack]: { assigned: true, disabledPlans: [] } },
        before: { [pack]: { assigned: true, disabledPlans: [TEAMS] } },
      }),
      inverse: {
        operation: "user.assign-license",
        cells: { user: ann, licenses: [O365], disabledPlans: [`${O365}/${TEAMS}`] },
        onlyIf: { [pack]: { assigned: true, disabledPlans: [] } },
      },
    },
  ],
  notUndone: [
    {
      when: "it is not known which licenses the user had",
      done: done({ set: { [pack]: { assigned: true } } }),
      says: /not kept/,
    },
    {
      when: "an earlier row had assigned the license",
      done: done({
        set: { [pack]: { assigned: true } },
        before: { [pack]: { assigned: true, disabledPlans: [] } },
      }),
      says: /changed no value/,
    },
  ],
  live: {
    seed: async (directory) => ({
      user: await facts.licensedUser(directory),
      licenses: "ENTERPRISEPACK|AAD_PREMIUM",
      disabledPlans: "TEAMS1",
    }),
    state: (directory, { user }) => facts.licensesOf(directory, `/users/${user}`),
    done: { [O365]: [TEAMS], [facts.PREMIUM]: [] },
    refusals: [
      {
        when: "the tenant has no such product",
        seed: async (directory) => ({
          user: await facts.licensedUser(directory),
          licenses: "ENTERPRISEPACKS",
        }),
        says: /Did you mean ENTERPRISEPACK\?/,
      },
      {
        when: "the user has no usage location",
        seed: async (directory) => ({
          user: await facts.licensedUser(directory, [], { usageLocation: null }),
          licenses: "ENTERPRISEPACK",
        }),
        says: /no usageLocation/,
      },
      {
        when: "the usage location is gone after the plan",
        seed: async (directory) => ({
          user: (await directory.addUser({ usageLocation: "DE" })).id,
          licenses: "ENTERPRISEPACK",
        }),
        meanwhile: (directory, { user = "" }) =>
          directory.control("update", { id: user, values: { usageLocation: null } }),
        says: /no usage location, or one where the license may not be used/,
      },
      {
        when: "no seat is left",
        seed: async (directory) => {
          await directory.control("seats", { sku: facts.E1, enabled: 0 });
          return { user: await facts.licensedUser(directory), licenses: "STANDARDPACK" };
        },
        afterwards: (directory) => directory.control("seats", { sku: facts.E1, enabled: 10_000 }),
        says: /No seat of STANDARDPACK .* is left/,
      },
      {
        when: "somebody takes the last seat after the plan",
        seed: async (directory) => ({
          user: await facts.licensedUser(directory),
          licenses: "PROJECTPROFESSIONAL|ENTERPRISEPACK",
        }),
        meanwhile: (directory) => directory.control("seats", { sku: facts.PROJECT, enabled: 0 }),
        afterwards: (directory) =>
          directory.control("seats", { sku: facts.PROJECT, enabled: 10_000 }),
        says: /No seat of the product PROJECTPROFESSIONAL .* is left: 0 of 0 are taken, and 1 row/,
      },
      {
        when: "the user has a license whose plans exclude those of the row",
        seed: async (directory) => {
          const user = await facts.licensedUser(directory, [facts.E1]);
          return { user, licenses: "ENTERPRISEPACK" };
        },
        says: /exclude each other \(MutuallyExclusiveViolation\)/,
      },
      {
        when: "a plan needs another one",
        seed: async (directory) => ({
          user: await facts.licensedUser(directory),
          licenses: "PROJECTPROFESSIONAL",
        }),
        says: /needs another one that the user would not have \(DependencyViolation\)/,
      },
    ],
  },
} satisfies OperationRow;
