import { team } from "../../../../catalogue/answers.ts";
import * as facts from "../../../license-facts.ts";
import { type OperationRow, done } from "../../../operation-row.ts";

const { O365, pack, teamShown, teamWith, teamWrite } = facts;

export default {
  written: {
    payload: { group: team, licenses: null },
    found: teamWith("pack"),
    keys: facts.teamKeys,
    request: facts.assign(`/groups/${team}`, [], [O365]),
    guarded: { "group-license-removals": 1 },
    touched: { before: { [pack]: { assigned: true, disabledPlans: [] } }, after: { [pack]: null } },
  },
  unchanged: { payload: { group: team, licenses: ["SPE_E3"] }, found: teamWith("spe") },
  refused: [
    {
      when: "no group has the name",
      payload: { group: "Team", licenses: null },
      found: { group: { state: "missing" }, skus: facts.skus },
      says: /No object/,
    },
  ],
  looks: [
    {
      when: "the group gives these",
      answer: teamShown("none"),
      write: teamWrite({ [pack]: null }),
      is: "done",
    },
    {
      when: "the group gives one too many",
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
      group: await facts.licensedGroup(directory, [facts.E1, facts.PREMIUM]),
      licenses: "ENTERPRISEPACK|AAD_PREMIUM",
    }),
    state: (directory, { group }) => facts.licensesOf(directory, `/groups/${group}`),
    done: { [facts.PREMIUM]: [], [O365]: [] },
    refusals: [
      {
        when: "no group has the name",
        seed: async () => ({ group: "No such group", licenses: "(clear)" }),
        says: /No object has the id or name in column group/,
      },
    ],
  },
} satisfies OperationRow;
