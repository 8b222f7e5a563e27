import { team } from "../../../../catalogue/answers.ts";
import * as facts from "../../../license-facts.ts";
import { type OperationRow, done } from "../../../operation-row.ts";

const { O365, pack, teamShown, teamWith, teamWrite } = facts;

export default {
  written: {
    payload: { group: team, licenses: ["ENTERPRISEPACK"] },
    found: teamWith("pack"),
    keys: facts.teamKeys,
    request: facts.assign(`/groups/${team}`, [], [O365]),
    guarded: { "group-license-removals": 1 },
    touched: { before: { [pack]: { assigned: true, disabledPlans: [] } }, after: { [pack]: null } },
  },
  unchanged: { payload: { group: team, licenses: ["ENTERPRISEPACK"] }, found: teamWith("spe") },
  refused: [
    {
      when: "two groups have the name",
      payload: { group: "Team", licenses: ["ENTERPRISEPACK"] },
      found: { group: { state: "ambiguous", count: 2 }, skus: facts.skus },
      says: /More than one/,
    },
  ],
  looks: [
    {
      when: "the group gives it no more",
      answer: teamShown("none"),
      write: teamWrite({ [pack]: null }),
      is: "done",
    },
    {
      when: "the group gives it still",
      answer: teamShown("pack"),
      write: teamWrite({ [pack]: null }),
      is: "send again",
    },
  ],
  undone: [
    {
      done: done({
        object: team,
        set: { [pack]: null },
        before: { [pack]: { assigned: true, disabledPlans: [] } },
      }),
      inverse: {
        operation: "group.assign-license",
        cells: { group: team, licenses: [O365], disabledPlans: null },
        onlyIf: { [pack]: null },
      },
    },
  ],
  live: {
    seed: async (directory) => ({
      group: await facts.licensedGroup(directory, [O365, facts.PREMIUM]),
      licenses: "ENTERPRISEPACK",
    }),
    state: (directory, { group }) => facts.licensesOf(directory, `/groups/${group}`),
    done: { [facts.PREMIUM]: [] },
    refusals: [
      {
        when: "the group is deleted after the plan",
        seed: async (directory) => ({
          group: await facts.licensedGroup(directory, [O365]),
          licenses: "ENTERPRISEPACK",
        }),
        meanwhile: (directory, { group }) => directory.ask("DELETE", `/groups/${group}`),
        says: /does not exist any more/,
      },
    ],
  },
} satisfies OperationRow;
