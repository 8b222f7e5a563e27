import { ann } from "../../../../catalogue/answers.ts";
import { privilegedRefusal, profileRow } from "../../../live/profile-row.ts";
import { type OperationRow, done } from "../../../operation-row.ts";
import { setsValues } from "./sets-values.ts";

const set = { otherMails: ["ann@example.com"] };
const before = { otherMails: [] };

export default {
  ...setsValues({ set, before }),
  undone: [
    {
      done: done({ set, before }),
      inverse: { operation: "user.set-mails", cells: { user: ann, ...before }, onlyIf: set },
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
  live: profileRow({
    before: { otherMails: ["ann@fabrikam.com"] },
    cells: { otherMails: "ann@proseware.com|lee@proseware.com" },
    after: { otherMails: ["ann@proseware.com", "lee@proseware.com"] },
    refusals: [privilegedRefusal({ otherMails: "ann@proseware.com" })],
  }),
} satisfies OperationRow;
