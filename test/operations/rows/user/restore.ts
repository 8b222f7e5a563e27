import { ann, answer, user } from "../../../catalogue/answers.ts";
import { type OperationRow, done, found } from "../../operation-row.ts";

export default {
  written: {
    payload: { user: ann },
    found: {
      user: { state: "missing" },
      deleted: found(ann, { userPrincipalName: `${ann.replaceAll("-", "")}Ann@contoso.com` }),
    },
    keys: [`object:${ann}`, "upn:ann@contoso.com"],
    request: { method: "POST", url: `/directory/deletedItems/${ann}/restore`, body: {} },
    touched: { before: { deleted: true }, after: { deleted: false } },
  },
  unchanged: { payload: { user: ann }, found: { user: found(ann) } },
  refused: [
    {
      when: "no deleted user has the id",
      payload: { user: ann },
      found: { user: { state: "missing" }, deleted: { state: "missing" } },
      says: /No deleted user has this id/,
    },
  ],
  looks: [
    {
      when: "the user is back",
      answer: answer(200, undefined, "", { id: ann }),
      write: user,
      is: "done",
    },
    { when: "the user is still deleted", answer: answer(404), write: user, is: "send again" },
  ],
  undone: [{ done: done(), inverse: { operation: "user.delete", cells: { user: ann } } }],
} satisfies OperationRow;
