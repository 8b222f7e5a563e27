import { ann } from "../../../../catalogue/answers.ts";
import { privilegedRefusal, profileRow, syncedRefusal } from "../../../live/profile-row.ts";
import { type OperationRow, done } from "../../../operation-row.ts";
import { setsNothing, setsValues } from "./sets-values.ts";

const set = { businessPhones: ["+49 30 1"], mobilePhone: null };
const before = { businessPhones: [], mobilePhone: "+49 171 1" };

const common = setsValues({ set, before, guarded: { "cleared-values": 1 } });

export default {
  ...common,
  refused: [...common.refused, setsNothing],
  undone: [
    {
      done: done({ set, before }),
      inverse: { operation: "user.set-phones", cells: { user: ann, ...before }, onlyIf: set },
    },
  ],
  notUndone: [{ when: "the values before are gone", done: done({ set }), says: /not kept/ }],
  live: profileRow({
    before: { businessPhones: ["1"], mobilePhone: "2" },
    cells: { businessPhones: "+49 1", mobilePhone: "+49 2" },
    after: { businessPhones: ["+49 1"], mobilePhone: "+49 2" },
    refusals: [syncedRefusal({ mobilePhone: "1" }), privilegedRefusal({ mobilePhone: "1" })],
  }),
} satisfies OperationRow;
