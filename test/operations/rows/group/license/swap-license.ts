import { team } from "../../../../catalogue/answers.ts";
import * as facts from "../../../license-facts.ts";
import { type OperationRow, done } from "../../../operation-row.ts";

const { E3, O365, pack, spe, teamShown, teamWith, teamWrite } = facts;

const row = { group: team, remove: ["ENTERPRISEPACK"], add: ["SPE_E3"] };
const swapped = { [spe]: { assigned: true }, [pack]: null };
const before = { [spe]: null, [pack]: { assigned: true, disabledPlans: [] } };

export default {
  written: {
    payload: row,
    found: teamWith("pack"),
    keys: facts.teamKeys,
    request: facts.assign(`/groups/${team}`, [{ skuId: E3, disabledPlans: [] }], [O365]),
    guarded: { "group-license-removals": 1 },
    touched: { before, after: swapped },
  },
  unchanged: { payload: row, found: teamWith("spe") },
  refused: [
    {
      when: "the group does not give the license to be replaced",
      payload: row,
      found: teamWith("none"),
      says: /does not have ENTERPRISEPACK, which the row replaces/,
    },
  ],
  looks: [
    {
      when: "the group gives the new license only",
      answer: teamShown("spe"),
      write: teamWrite(swapped),
      is: "done",
    },
    {
      when: "the group gives the old one",
      answer: teamShown("pack"),
      write: teamWrite(swapped),
      is: "send again",
    },
  ],
  undone: [
    {
      done: done({ object: team, set: swapped, before }),
      inverse: {
        operation: "group.swap-license",
        cells: { group: team, remove: [E3], add: [O365], disabledPlans: null },
        onlyIf: swapped,
      },
    },
  ],
  live: {
    seed: async (directory) => ({
      group: await facts.licensedGroup(directory, [facts.E1]),
      remove: "STANDARDPACK",
      add: "ENTERPRISEPACK",
    }),
    state: (directory, { group }) => facts.licensesOf(directory, `/groups/${group}`),
    done: { [O365]: [] },
    refusals: [
      {
        when: "the group does not give the license to be replaced",
        seed: async (directory) => ({
          group: await facts.licensedGroup(directory),
          remove: "STANDARDPACK",
          add: "ENTERPRISEPACK",
        }),
        says: /does not have STANDARDPACK/,
      },
    ],
  },
} satisfies OperationRow;
