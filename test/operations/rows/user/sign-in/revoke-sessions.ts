import { ann, answer, user as write } from "../../../../catalogue/answers.ts";
import { type OperationRow, done, found } from "../../../operation-row.ts";

/** A user whose sessions are valid from an instant on; the row's first intent was at midnight. */
const validFrom = (signInSessionsValidFromDateTime: string) =>
  answer(200, undefined, "", { id: ann, signInSessionsValidFromDateTime });

const LONG_AGO = "2020-01-01T00:00:00Z";

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
      write,
      is: "done",
    },
    {
      when: "sessions were ended a second before the intent",
      answer: validFrom("2026-11-20T23:59:59Z"),
      write,
      is: "send again",
    },
    { when: "the user is gone", answer: answer(404), write, is: "send again" },
  ],
  undone: [],
  notUndone: [{ when: "sessions were ended", done: done(), says: /cannot be brought back/ }],
  live: {
    seed: async (directory) => ({
      user: (await directory.addUser({ signInSessionsValidFromDateTime: LONG_AGO })).id,
    }),
    state: async (directory, { user }) => {
      const shown = await directory.read(`/users/${user}?$select=signInSessionsValidFromDateTime`);
      return { isEnded: shown?.["signInSessionsValidFromDateTime"] !== LONG_AGO };
    },
    done: { isEnded: true },
    mayRepeat: true,
    refusals: [
      {
        when: "no user has the name",
        seed: async () => ({ user: "nobody@contoso.com" }),
        says: /column user/,
      },
      {
        when: "the user is deleted after the plan",
        seed: async (directory) => ({ user: (await directory.addUser()).id }),
        meanwhile: (directory, { user }) => directory.ask("DELETE", `/users/${user}`),
        says: /does not exist any more/,
      },
    ],
  },
} satisfies OperationRow;
