import { team } from "../../../../catalogue/answers.ts";
import * as facts from "../../../license-facts.ts";
import { type OperationRow, done } from "../../../operation-row.ts";

const { E3, O365, pack, spe, TEAMS, teamShown, teamWith, teamWrite } = facts;

export default {
  written: {
    payload: { group: "Team", licenses: [E3], disabledPlans: ["TEAMS1"] },
    found: teamWith("pack"),
    keys: facts.teamKeys,
    request: facts.assign(`/groups/${team}`, [{ skuId: E3, disabledPlans: [TEAMS] }]),
    touched: {
      before: { [spe]: null },
      after: { [spe]: { assigned: true, disabledPlans: [TEAMS] } },
    },
  },
  unchanged: { payload: { group: "Team", licenses: [E3] }, found: teamWith("spe") },
  refused: [
    {
      when: "the group is not security-enabled",
      payload: { group: "Team", licenses: ["SPE_E3"] },
      found: teamWith("none", false),
      says: /not security-enabled/,
    },
    {
      when: "the tenant does not have the product",
      payload: { group: "Team", licenses: ["SPE_E5"] },
      found: teamWith("none"),
      says: /no product .*SPE_E5\. Did you mean SPE_E3\?/,
    },
    {
      when: "an earlier row creates the group",
      payload: { group: "Team", licenses: ["SPE_E3"] },
      found: { ...teamWith("none"), group: { state: "coming", row: 7 } },
      says: /^Row 7 creates what column group names/,
    },
  ],
  looks: [
    {
      when: "the group gives the license",
      answer: teamShown("pack"),
      write: teamWrite({ [pack]: { assigned: true } }),
      is: "done",
    },
    {
      when: "the group does not give it",
      answer: teamShown("none"),
      write: teamWrite({ [pack]: { assigned: true } }),
      is: "send again",
    },
  ],
  undone: [
    {
      done: done({ object: team, set: { [pack]: { assigned: true } }, before: { [pack]: null } }),
      inverse: {
        operation: "group.remove-license",
        cells: { group: team, licenses: [O365] },
        onlyIf: { [pack]: { assigned: true } },
      },
    },
  ],
  live: {
    seed: async (directory) => ({
      group: await facts.licensedGroup(directory),
      licenses: "ENTERPRISEPACK",
      disabledPlans: "TEAMS1",
    }),
    state: (directory, { group }) => facts.licensesOf(directory, `/groups/${group}`),
    done: { [O365]: [TEAMS] },
    refusals: [
      {
        when: "the group is not security-enabled",
        seed: async (directory) => ({
          group: await facts.licensedGroup(directory, [], { securityEnabled: false }),
          licenses: "ENTERPRISEPACK",
        }),
        says: /not security-enabled/,
      },
    ],
  },
} satisfies OperationRow;
