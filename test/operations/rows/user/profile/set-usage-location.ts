import { ann } from "../../../../catalogue/answers.ts";
import { profileRow } from "../../../live/profile-row.ts";
import { type OperationRow, done } from "../../../operation-row.ts";
import { setsValues } from "./sets-values.ts";

const set = { usageLocation: "DE" };
const before = { usageLocation: "FR" };

export default {
  ...setsValues({ set, before }),
  undone: [
    {
      done: done({ set, before }),
      inverse: {
        operation: "user.set-usage-location",
        cells: { user: ann, ...before },
        onlyIf: set,
      },
    },
  ],
  notUndone: [
    { when: "the values before are gone", done: done({ set }), says: /not kept/ },
    {
      when: "there was none before",
      done: done({ set, before: { usageLocation: null } }),
      says: /usageLocation had no value/,
    },
  ],
  live: profileRow({
    before: { usageLocation: "DE" },
    cells: { usageLocation: "AT" },
    after: { usageLocation: "AT" },
  }),
} satisfies OperationRow;
