import type { Cells, LiveRefusal, LiveRow } from "./live-row.ts";

type Values = Readonly<Record<string, unknown>>;

/** A row that sets properties of a user who has others before. */
export const profileRow = ({
  before,
  cells,
  after,
  refusals = [],
}: {
  readonly before: Values;
  readonly cells: Cells;
  readonly after: Values;
  /** What is refused beside what every such operation refuses. */
  readonly refusals?: readonly LiveRefusal[];
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
    ...refusals,
  ],
});

/** What Graph refuses if the user is mastered on premises. */
export const syncedRefusal = (cells: Cells): LiveRefusal => ({
  when: "the user is synchronized",
  seed: async (directory) => ({
    user: (await directory.addUser({ onPremisesSyncEnabled: true })).id,
    ...cells,
  }),
  says: /synchronized from on-premises/,
});

/** What Graph refuses of sensitive properties if the user outranks the application (resources/users). */
export const privilegedRefusal = (cells: Cells): LiveRefusal => ({
  when: "the user becomes an administrator after the plan",
  seed: async (directory) => ({ user: (await directory.addUser()).id, ...cells }),
  meanwhile: (directory, { user = "" }) =>
    directory.control("addRole", { principal: user, role: "Global Administrator" }),
  says: /holds a directory role: Global Administrator/,
});
