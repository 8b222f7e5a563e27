import assert from "node:assert/strict";
import { describe, it } from "node:test";

import fc from "fast-check";

import {
  chooseNames,
  type Given,
  type NameWish,
} from "../../../shared/batches/mapping/choose-names.ts";
import { OperatorError } from "../../../shared/core/errors.ts";
import { answer, SmallDirectory } from "../small-directory.ts";
import { eventOf, openWorkshop, shardRows, type Workshop } from "../workshop.ts";

const wish = (row: number, base: string, person?: string): NameWish => ({ row, base, person });
const nobody = (): Given => ({ names: new Set(), persons: new Map() });

const mapping = (person: string, operation = "user.create") => ({
  version: 1,
  operation,
  columns: { first: "givenName", id: "employeeId" },
  templates: {
    displayName: "{givenName}",
    userPrincipalName: { text: "{givenName}@contoso.com", free: true, person },
  },
});

async function begin(person = "employeeId", operation?: string): Promise<Workshop> {
  const workshop = openWorkshop();
  await workshop.blobs.inbox.write("hr/mapping.json", JSON.stringify(mapping(person, operation)));
  return workshop;
}

const csv = (names: readonly string[], from = 1): string =>
  `first,id\n${names.map((name, at) => `${name},${from + at}\n`).join("")}`;

/** What each row would create, or why not. */
const namesOf = ({ blobs }: Workshop, folder: string, shard = 1) =>
  shardRows(blobs.batches, folder, shard).map(
    ({ write, reason }) => write?.set?.["userPrincipalName"] ?? reason,
  );

describe("a free name", () => {
  it("is the name, or the next number that neither a user nor an earlier row has, in any case", async () => {
    const workshop = await begin();
    for (const name of ["ann", "Ann2", "ann5"]) workshop.directory.addUser(`${name}@contoso.com`);
    const folder = await workshop.drop("hr/x.csv", csv(["Ann", "Bo", "ann", "ÄNN", "Bo", "ann"]));
    assert.deepEqual(namesOf(workshop, folder), [
      "ann3@contoso.com",
      "bo@contoso.com",
      "ann4@contoso.com",
      "aenn@contoso.com",
      "bo2@contoso.com",
      "ann6@contoso.com",
    ]);
  });

  it("is different in every row of the batch, also in different shards", async () => {
    const workshop = await begin();
    const folder = await workshop.drop(
      "hr/x.csv",
      csv(Array.from({ length: 1_002 }, (_, at) => (at < 999 ? `u${at}` : "Ann"))),
    );
    assert.deepEqual(
      [...namesOf(workshop, folder).slice(998), ...namesOf(workshop, folder, 2)],
      ["u998@contoso.com", "ann@contoso.com", "ann2@contoso.com", "ann3@contoso.com"],
    );
  });

  it("stays what was chosen if the plan is made again after a crash, whatever has happened meanwhile", async () => {
    const workshop = await begin();
    const { etag } = (await workshop.blobs.inbox.write("hr/x.csv", csv(["Ann", "Bo"])))!;
    const { batches } = workshop.blobs;
    batches.before = (_change, path) => {
      if (!path.endsWith("/shards/00001.jsonl")) return;
      batches.before = () => undefined;
      throw new OperatorError("STORAGE_UNAVAILABLE", "gone", { fix: "wait", disposition: "retry" });
    };
    const delivery = { messageId: "m", deadlineMs: Date.now() + 60_000 };
    assert.equal(
      (await workshop.batches.accept(eventOf("hr/x.csv", etag), delivery)).state,
      "again",
    );
    workshop.directory.addUser("bo@contoso.com", { employeeId: "2" });
    const { folder = "" } = await workshop.deliver(eventOf("hr/x.csv", etag));
    assert.match(batches.text(`${folder}/names/00001.jsonl`), /"row":2,"name":"bo@contoso\.com"/);
    assert.deepEqual(namesOf(workshop, folder), [
      "ann@contoso.com",
      "A user with this userPrincipalName exists, with other values.",
    ]);
  });

  it("is not given to a person who has an account or an earlier row", async () => {
    const workshop = await begin();
    workshop.directory.addUser("ann@contoso.com", { employeeId: "p-1" });
    const text = "first,id\nAnn,P-1\nBo,p-2\nBosse,P-2\nCi,p'3\n";
    const folder = await workshop.drop("hr/x.csv", text);
    assert.deepEqual(namesOf(workshop, folder), [
      "The person has an account: a user with this employeeId exists.",
      "bo@contoso.com",
      "Row 2 is about the same person (employeeId).",
      "ci@contoso.com",
    ]);
    const none = await begin("none");
    const again = await none.drop("hr/x.csv", text.replace("Bosse", "Bo"));
    assert.deepEqual(namesOf(none, again).slice(1, 3), ["bo@contoso.com", "bo2@contoso.com"]);
  });

  it("is for users whom a recipe creates, too, and once for each person", async () => {
    const workshop = await begin("employeeId", "onboard");
    workshop.directory.addUser("ann@contoso.com");
    const folder = await workshop.drop("hr/x.csv", `${csv(["Ann", "Bo", "Ann"])}Ann,1\n`);
    assert.deepEqual(namesOf(workshop, folder), [
      "ann2@contoso.com",
      "bo@contoso.com",
      "ann3@contoso.com",
      "Row 1 is about the same person (employeeId).",
    ]);
  });

  it("is not for users who have a name", async () => {
    const workshop = await begin("employeeId", "user.update");
    const folder = await workshop.drop("hr/x.csv", csv(["Ann"]));
    const refused = JSON.stringify(workshop.blobs.batches.json(`${folder}/refused.json`));
    assert.match(refused, /user\.update takes no free name.*such as onboard/);
  });

  it("is not chosen for rows that fail or are left out", async () => {
    const workshop = await begin();
    const rest = Array.from({ length: 20 }, (_, at) => `u${at},${at + 9},\n`).join("");
    const text = `first,id,skip\nAnn,1,later\nAnn,${"x".repeat(99)},\nAnn,2,\n${rest}`;
    const folder = await workshop.drop("hr/x.csv", text);
    assert.equal(namesOf(workshop, folder)[2], "ann@contoso.com");
  });

  it("fails a row whose names cannot be read, and goes on with the others", async () => {
    const workshop = await begin("none");
    workshop.directory.intercept = (url) =>
      url.startsWith("/users/ann%40contoso.com")
        ? answer(403, { error: { code: "Denied" } })
        : undefined;
    const folder = await workshop.drop("hr/x.csv", csv(["Bo", "Ann"]));
    const [bo, ann] = namesOf(workshop, folder);
    assert.equal(bo, "bo@contoso.com");
    assert.match(
      JSON.stringify(ann),
      /userPrincipalName could not be chosen: Graph refused to read users/,
    );
  });

  it("fails the rows that are left when every number is taken", async () => {
    const directory = new SmallDirectory();
    for (let at = 2; at < 1_000; at++) directory.addUser(`a${at}@b.cd`);
    const chosen = await chooseNames(directory, [wish(1, "a@b.cd"), wish(2, "a@b.cd")], nobody());
    assert.deepEqual(chosen.get(1), { name: "a@b.cd" });
    assert.match(JSON.stringify(chosen.get(2)), /every number up to 999/);
  });

  it("is nobody else's, whatever the rows want and others have", async () => {
    const name = fc
      .tuple(fc.constantFrom("a", "b", "A"), fc.constantFrom("", "2", "3", "4"))
      .map((parts) => `${parts.join("")}@c.de`);
    await fc.assert(
      fc.asyncProperty(
        fc.array(name, { maxLength: 9 }),
        fc.array(name, { maxLength: 9 }),
        fc.nat(9),
        async (users, bases, cutAt) => {
          const directory = new SmallDirectory();
          for (const each of new Set(users.map((one) => one.toLowerCase())))
            directory.addUser(each);
          const wishes = bases.map((base, at) => wish(at + 1, base));
          const given = nobody();
          const chosen = new Map([
            ...(await chooseNames(directory, wishes.slice(0, cutAt), given)),
            ...(await chooseNames(directory, wishes.slice(cutAt), given)),
          ]);
          const taken = new Set(users.map((each) => each.toLowerCase()));
          const found = wishes.map(({ row }) =>
            (chosen.get(row) as { name: string }).name.toLowerCase(),
          );
          assert.equal(new Set(found).size, found.length, "no name twice");
          assert.deepEqual(
            found.filter((each) => taken.has(each)),
            [],
          );
          for (const [at, { base }] of wishes.entries()) {
            const [, local = "", number = "1"] = /^([a-z0-9]+?)(\d*)@/.exec(found[at] ?? "") ?? [];
            assert.ok(
              base.toLowerCase().startsWith(local.slice(0, 1)),
              `${base} → ${found[at]} ${number}`,
            );
          }
        },
      ),
    );
  });
});
