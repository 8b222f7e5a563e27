import { recordOf } from "../../../../../shared/core/record.ts";
import { ann, answer } from "../../../../catalogue/answers.ts";
import { profileRow, syncedRefusal } from "../../../live/profile-row.ts";
import { type OperationRow, done, found } from "../../../operation-row.ts";

const set = {
  onPremisesExtensionAttributes: { extensionAttribute1: "a", extensionAttribute2: null },
};
const before = {
  onPremisesExtensionAttributes: { extensionAttribute1: null, extensionAttribute2: "b" },
};
const write = { target: { kind: "user", user: ann }, set, keys: [] } as const;

export default {
  written: {
    payload: { user: ann, extensionAttribute1: "a", extensionAttribute2: null },
    found: { user: found(ann, before) },
    keys: [`object:${ann}`],
    request: { method: "PATCH", url: `/users/${ann}`, body: set },
    guarded: { "cleared-values": 1 },
    touched: { before, after: set },
  },
  unchanged: {
    payload: { user: ann, extensionAttribute1: "a", extensionAttribute2: null },
    found: { user: found(ann, set) },
  },
  refused: [
    {
      when: "the user does not exist",
      payload: { user: ann, extensionAttribute1: "a", extensionAttribute2: null },
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
      inverse: {
        operation: "user.set-extension-attributes",
        cells: { user: ann, extensionAttribute1: null, extensionAttribute2: "b" },
        onlyIf: set,
      },
    },
  ],
  notUndone: [{ when: "the values before are gone", done: done({ set }), says: /not kept/ }],
  live: {
    ...profileRow({
      before: { onPremisesExtensionAttributes: { extensionAttribute1: "old" } },
      cells: { extensionAttribute1: "new", extensionAttribute2: "two" },
      after: { onPremisesExtensionAttributes: {} },
      refusals: [syncedRefusal({ extensionAttribute1: "new" })],
    }),
    state: async (directory, { user }) => {
      const shown = await directory.read(`/users/${user}?$select=onPremisesExtensionAttributes`);
      const { extensionAttribute1, extensionAttribute2 } = recordOf(
        shown?.["onPremisesExtensionAttributes"],
      );
      return { one: extensionAttribute1, two: extensionAttribute2 ?? null };
    },
    done: { one: "new", two: "two" },
  },
} satisfies OperationRow;
