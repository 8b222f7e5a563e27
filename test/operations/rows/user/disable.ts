import { type OperationRow, done } from "../../operation-row.ts";
import { accountState } from "./account-state.ts";

export default {
  ...accountState(false),
  notUndone: [
    {
      when: "it is not known whether the account was enabled before",
      done: done({ set: { accountEnabled: false } }),
      says: /not kept/,
    },
  ],
} satisfies OperationRow;
