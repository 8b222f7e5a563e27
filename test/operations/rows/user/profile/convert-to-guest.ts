import { ann, answer } from "../../../../catalogue/answers.ts";
import { profileRow } from "../../../live/profile-row.ts";
import { type OperationRow, done, found } from "../../../operation-row.ts";

const set = { userType: "Guest" };
const before = { userType: "Member" };
const write = { target: { kind: "user", user: ann }, set, keys: [] } as const;

export default {
  written: {
    payload: { user: ann },
    found: { user: found(ann, before) },
    keys: [`object:${ann}`],
    request: { method: "PATCH", url: `/users/${ann}`, body: set },
    guarded: { "guest-conversions": 1 },
    touched: { before, after: set },
  },
  unchanged: { payload: { user: ann }, found: { user: found(ann, set) } },
  refused: [
    {
      when: "the user does not exist",
      payload: { user: ann },
      found: { user: { state: "missing" } },
      says: /No object.*column user/,
    },
  ],
  looks: [
    {
      when: "the user has the row's values",
      answer: answer(200, undefined, "", { id: ann, ...set }),
      write,
      is: "done",
    },
    {
      when: "the user has the values before",
      answer: answer(200, undefined, "", { id: ann, ...before }),
      write,
      is: "send again",
    },
  ],
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
