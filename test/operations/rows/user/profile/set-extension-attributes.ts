import { recordOf } from "../../../../../shared/core/record.ts";
import { ann } from "../../../../catalogue/answers.ts";
import { profileRow, syncedRefusal } from "../../../live/profile-row.ts";
import { type OperationRow, done } from "../../../operation-row.ts";
import { setsNothing, setsValues } from "./sets-values.ts";

const set = {
  onPremisesExtensionAttributes: { extensionAttribute1: "a", extensionAttribute2: null },
};
const before = {
  onPremisesExtensionAttributes: { extensionAttribute1: null, extensionAttribute2: "b" },
};

const common = setsValues({
  set,
  before,
  cells: { extensionAttribute1: "a", extensionAttribute2: null },
  guarded: { "cleared-values": 1 },
});

export default {
  ...common,
  refused: [...common.refused, setsNothing],
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
