import { type OperationRow, done } from "../../operation-row.ts";
import { accountState } from "./account-state.ts";

export default {
  ...accountState(true),
  notUndone: [
    {
      when: "the account was enabled before by an earlier row",
      done: done({ set: { accountEnabled: true }, before: { accountEnabled: true } }),
      says: /changed no value/,
    },
  ],
} satisfies OperationRow;
