import { ann, answer, user } from "../../../../catalogue/answers.ts";
import { type OperationRow, done, found } from "../../../operation-row.ts";

/** A user whose sessions are valid from an instant on; the row's first intent was at midnight. */
const validFrom = (signInSessionsValidFromDateTime: string) =>
  answer(200, undefined, "", { id: ann, signInSessionsValidFromDateTime });

export default {
  written: {
    payload: { user: ann },
    found: { user: found(ann) },
    keys: [`object:${ann}`],
    request: { method: "POST", url: `/users/${ann}/revokeSignInSessions`, body: {} },
    guarded: { "session-revocations": 1 },
    touched: { before: {}, after: { sessions: "ended" } },
  },
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
      when: "sessions were ended after the intent",
      answer: validFrom("2026-11-21T00:00:01Z"),
      write: user,
      is: "done",
    },
    {
      when: "sessions were ended a second before the intent",
      answer: validFrom("2026-11-20T23:59:59Z"),
      write: user,
      is: "send again",
    },
    { when: "the user is gone", answer: answer(404), write: user, is: "send again" },
  ],
  undone: [],
  notUndone: [{ when: "sessions were ended", done: done(), says: /cannot be brought back/ }],
} satisfies OperationRow;
