import type { Cells, LiveRow } from "./live-row.ts";

type Values = Readonly<Record<string, unknown>>;

/** A row that sets properties of a user who has others before. */
export const profileRow = ({
  before,
  cells,
  after,
}: {
  readonly before: Values;
  readonly cells: Cells;
  readonly after: Values;
}): LiveRow => ({
  seed: async (directory) => ({ user: (await directory.addUser(before)).id, ...cells }),
  state: (directory, { user }) =>
    directory.read(`/users/${user}?$select=${Object.keys(after).join(",")}`),
  done: after,
  refusals: [
    {
      when: "no user has the name",
      seed: async () => ({ user: "nobody@contoso.com", ...cells }),
      says: /No object has the id or name in column user/,
    },
    {
      when: "the user is deleted after the plan",
      seed: async (directory) => ({ user: (await directory.addUser(before)).id, ...cells }),
      meanwhile: (directory, { user }) => directory.ask("DELETE", `/users/${user}`),
      says: /does not exist any more/,
    },
  ],
});
