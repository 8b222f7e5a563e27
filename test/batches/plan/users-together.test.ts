import assert from "node:assert/strict";
import { describe, it } from "node:test";

import fc from "fast-check";

import { answer, type SmallDirectory } from "../small-directory.ts";
import { openWorkshop, planRows } from "../workshop.ts";

const name = (at: number): string => `u${at}@contoso.com`;
const update = (user: string, more: object = { department: "Sales" }) => ({
  operation: "user.update",
  user,
  ...more,
});

const isList = (url: string): boolean => url.startsWith("/users?") && url.includes("%20in%20");
const lists = (directory: SmallDirectory): string[] =>
  directory.reads.filter((url) => isList(url) && !url.includes("filler"));
const alone = (directory: SmallDirectory): string[] =>
  directory.reads.filter((url) => url.startsWith("/users/") && !url.includes("filler"));

describe("users are read together while a batch is planned", () => {
  it("15 with one read, by id and by name apart, and none of them alone", async () => {
    const workshop = openWorkshop();
    const { directory } = workshop;
    const ids = Array.from({ length: 30 }, (_, at) => directory.addUser(name(at)));
    const rows = ids.map((id, at) => update(at < 15 ? id : name(at).toUpperCase()));
    const planned = await planRows(workshop, rows);
    assert.deepEqual(
      planned.map(({ write }) => write?.target["user"]),
      ids,
    );
    assert.deepEqual([lists(directory).length, alone(directory).length], [2, 0]);
  });

  it("apart if their rows need other properties", async () => {
    const workshop = openWorkshop();
    const ids = Array.from({ length: 4 }, (_, at) => workshop.directory.addUser(name(at)));
    await planRows(
      workshop,
      ids.map((id, at) => update(id, at < 2 ? { department: "Sales" } : { jobTitle: "Clerk" })),
    );
    const selected = lists(workshop.directory).map((url) => url.split("$select=")[1]);
    assert.deepEqual(new Set(selected), new Set(["id,department", "id,jobTitle"]));
  });

  it("and who is not listed alone, since only that says that a user is missing", async () => {
    const workshop = openWorkshop();
    const there = Array.from({ length: 3 }, (_, at) => workshop.directory.addUser(name(at)));
    const gone = "99999999-0000-4000-8000-000000000001";
    const planned = await planRows(workshop, [...there.map((id) => update(id)), update(gone)]);
    assert.deepEqual(
      planned.map(({ verdict }) => verdict),
      [undefined, undefined, undefined, "failed"],
    );
    assert.deepEqual(alone(workshop.directory), [`/users/${gone}?$select=id,department`]);
  });

  it("with the same plan as alone, whatever the rows are, if Graph refuses to list them", () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.record({
            user: fc.nat(5),
            byName: fc.boolean(),
            more: fc.constantFrom<object>({ department: "A" }, { jobTitle: "B" }, { city: "C" }),
          }),
          { minLength: 1, maxLength: 12 },
        ),
        async (wanted) => {
          const plan = async (refuses: boolean) => {
            const workshop = openWorkshop();
            // Users 4 and 5 are not there.
            const ids = [0, 1, 2, 3].map((at) => workshop.directory.addUser(name(at)));
            if (refuses) {
              workshop.directory.intercept = (url) =>
                isList(url) ? answer(400, {}, "Request_UnsupportedQuery") : undefined;
            }
            const idOf = (at: number): string =>
              ids[at] ?? `99999999-0000-4000-8000-00000000000${at}`;
            return planRows(
              workshop,
              wanted.map(({ user, byName, more }) =>
                update(byName ? name(user) : idOf(user), more),
              ),
            );
          };
          assert.deepEqual(await plan(false), await plan(true));
        },
      ),
      { numRuns: 30 },
    ));
});
