import { ann, answer } from "../../../../catalogue/answers.ts";
import { privilegedRefusal, profileRow, syncedRefusal } from "../../../live/profile-row.ts";
import { type OperationRow, done, found } from "../../../operation-row.ts";

const set = { businessPhones: ["+49 30 1"], mobilePhone: null };
const before = { businessPhones: [], mobilePhone: "+49 171 1" };
const write = { target: { kind: "user", user: ann }, set, keys: [] } as const;

export default {
  written: {
    payload: { user: ann, ...set },
    found: { user: found(ann, before) },
    keys: [`object:${ann}`],
    request: { method: "PATCH", url: `/users/${ann}`, body: set },
    guarded: { "cleared-values": 1 },
    touched: { before, after: set },
  },
  unchanged: { payload: { user: ann, ...set }, found: { user: found(ann, set) } },
  refused: [
    {
      when: "the user does not exist",
      payload: { user: ann, ...set },
      found: { user: { state: "missing" } },
      says: /No object.*column user/,
    },
    {
      when: "it sets nothing",
      payload: { user: ann },
      found: { user: found(ann) },
      says: /sets no property/,
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
