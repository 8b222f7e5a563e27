import { unknowable } from "../../../../../shared/catalogue/unknowable.ts";
import { ann } from "../../../../catalogue/answers.ts";
import * as facts from "../../../license-facts.ts";
import { type OperationRow, done, found } from "../../../operation-row.ts";

const { annShown, annWith, annWrite, E3, O365, pack, spe } = facts;

const set = { [spe]: { assigned: true }, [pack]: null };

export default {
  written: {
    payload: { user: ann, licenses: ["SPE_E3"] },
    found: annWith("pack"),
    keys: facts.annKeys,
    request: facts.assign(`/users/${ann}`, [{ skuId: E3, disabledPlans: [] }], [O365]),
    guarded: { "license-removals": 1 },
    touched: { before: { [spe]: null, [pack]: { assigned: true, disabledPlans: [] } }, after: set },
  },
  // What a group gives is none of the user's own licenses.
  unchanged: { payload: { user: ann, licenses: null }, found: annWith("inherited") },
  refused: [
    {
      when: "an earlier row changes the user's licenses",
      payload: { user: ann, licenses: ["SPE_E3"] },
      found: { user: found(ann, unknowable), skus: facts.skus },
      says: /earlier row may change the licenses/,
    },
  ],
  looks: [
    { when: "the user has these", answer: annShown("spe"), write: annWrite(set), is: "done" },
    {
      when: "the user has one too many",
      answer: annShown("both"),
      write: annWrite(set),
      is: "send again",
    },
  ],
  undone: [
    {
      done: done({ set, before: { [spe]: null, [pack]: { assigned: true, disabledPlans: [] } } }),
      inverse: {
        operation: "user.swap-license",
        cells: { user: ann, remove: [E3], add: [O365], disabledPlans: null },
        onlyIf: set,
      },
    },
  ],
  live: {
    seed: async (directory) => ({
      user: await facts.licensedUser(directory, [facts.E1, facts.PREMIUM]),
      licenses: "ENTERPRISEPACK|AAD_PREMIUM",
    }),
    state: (directory, { user }) => facts.licensesOf(directory, `/users/${user}`),
    done: { [facts.PREMIUM]: [], [O365]: [] },
    refusals: [
      {
        when: "no user has the name",
        seed: async () => ({ user: "nobody@contoso.com", licenses: "(clear)" }),
        says: /No object has the id or name in column user/,
      },
    ],
  },
} satisfies OperationRow;
