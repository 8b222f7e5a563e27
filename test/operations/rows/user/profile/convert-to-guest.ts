import { ann } from "../../../../catalogue/answers.ts";
import { profileRow } from "../../../live/profile-row.ts";
import { type OperationRow, done } from "../../../operation-row.ts";
import { setsValues } from "./sets-values.ts";

const set = { userType: "Guest" };
const before = { userType: "Member" };

export default {
  ...setsValues({ set, before, cells: {}, guarded: { "guest-conversions": 1 } }),
  undone: [
    {
      done: done({ set, before }),
      inverse: { operation: "user.convert-to-member", cells: { user: ann }, onlyIf: set },
    },
    {
      done: done({ set, before: { userType: null } }),
      inverse: { operation: "user.update", cells: { user: ann, userType: null }, onlyIf: set },
    },
  ],
  notUndone: [
    { when: "the values before are gone", done: done({ set }), says: /not kept/ },
    {
      when: "an earlier row had done its work",
      done: done({ set, before: set }),
      says: /changed no value/,
    },
  ],
  live: profileRow({ before: { userType: "Member" }, cells: {}, after: { userType: "Guest" } }),
} satisfies OperationRow;
