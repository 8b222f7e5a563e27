import { ann } from "../../../../catalogue/answers.ts";
import * as facts from "../../../license-facts.ts";
import { type OperationRow, done } from "../../../operation-row.ts";

const { annShown, annWith, annWrite, E3, O365, pack, spe, TEAMS } = facts;

const row = { user: ann, remove: ["ENTERPRISEPACK"], add: ["SPE_E3"] };
const swapped = { [spe]: { assigned: true }, [pack]: null };

export default {
  written: {
    payload: row,
    found: annWith("packWithoutTeams"),
    keys: facts.annKeys,
    request: facts.assign(`/users/${ann}`, [{ skuId: E3, disabledPlans: [] }], [O365]),
    guarded: { "license-removals": 1 },
    touched: {
      before: { [spe]: null, [pack]: { assigned: true, disabledPlans: [TEAMS] } },
      after: swapped,
    },
  },
  unchanged: { payload: row, found: annWith("spe") },
  refused: [
    {
      when: "the user does not have the license to be replaced",
      payload: row,
      found: annWith("none"),
      says: /does not have ENTERPRISEPACK, which the row replaces/,
    },
    {
      when: "the license to be replaced is a group's",
      payload: row,
      found: annWith("inherited"),
      says: /from a group only/,
    },
    {
      when: "a license is to be replaced by itself",
      payload: { ...row, add: [O365] },
      found: annWith("pack"),
      says: /both adds and removes ENTERPRISEPACK/,
    },
  ],
  looks: [
    {
      when: "the user has the new license only",
      answer: annShown("spe"),
      write: annWrite(swapped),
      is: "done",
    },
    {
      when: "the user has both",
      answer: annShown("both"),
      write: annWrite(swapped),
      is: "send again",
    },
  ],
  undone: [
    {
      done: done({
        set: swapped,
        before: { [spe]: null, [pack]: { assigned: true, disabledPlans: [] } },
      }),
      inverse: {
        operation: "user.swap-license",
        cells: { user: ann, remove: [E3], add: [O365], disabledPlans: null },
        onlyIf: swapped,
      },
    },
  ],
  live: {
    seed: async (directory) => ({
      user: await facts.licensedUser(directory, [facts.E1]),
      remove: "STANDARDPACK",
      add: "ENTERPRISEPACK",
      disabledPlans: "TEAMS1",
    }),
    state: (directory, { user }) => facts.licensesOf(directory, `/users/${user}`),
    done: { [O365]: [TEAMS] },
    refusals: [
      {
        when: "the user does not have the license to be replaced",
        seed: async (directory) => ({
          user: await facts.licensedUser(directory, [facts.PREMIUM]),
          remove: "STANDARDPACK",
          add: "ENTERPRISEPACK",
        }),
        says: /does not have STANDARDPACK, which the row replaces/,
      },
    ],
  },
} satisfies OperationRow;
