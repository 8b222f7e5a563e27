import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { capsWith } from "../../guards/caps.ts";
import { answer } from "../small-directory.ts";
import { begin, some, send, statusOf, run } from "./ledger-workshop.ts";

const removals = (from: number, count: number): object[] =>
  some(from, count, (member) => ({ operation: "group.remove-member", group: "Team", member }));

describe("a group", () => {
  const caps = capsWith({}, { percentPerDay: 25, fromMembers: 20 });

  const team = (members: number) => {
    const begun = begin(caps, members);
    const id = begun.directory.addGroup("Team");
    for (const user of begun.directory.users.keys()) begun.directory.members.get(id)?.add(user);
    const write = (count: number): void => {
      const set = begun.directory.members.get(id)!;
      for (const user of [...set].slice(0, count)) set.delete(user);
    };
    return { begun, id, write };
  };

  it("that loses more than a quarter of its members in a day holds the batch", async () => {
    const { begun, id } = team(40);
    await send(begun, "eleven", removals(0, 11));
    assert.equal(
      statusOf(begun, "eleven")["reason"],
      `Held, nothing was written: group ${id} would lose 11 members in 24 hours, and MAX_GROUP_LOSS_PERCENT_PER_DAY allows 10, which is 25 % of 40.`,
    );
    await send(begun, "ten", removals(0, 10));
    assert.equal(await run(begun, "ten"), true);
  });

  it("cannot be emptied in steps, not even once it has fallen below the size that counts", async () => {
    const { begun, write } = team(21);
    await send(begun, "five", removals(0, 5));
    assert.equal(await run(begun, "five"), true);
    write(5);
    await send(begun, "more", removals(5, 1));
    assert.equal(statusOf(begun, "more")["state"], "held");
  });

  it("of few members may lose all of them", async () => {
    const { begun } = team(19);
    await send(begun, "all", removals(0, 19));
    assert.equal(await run(begun, "all"), true);
  });

  it("whose members cannot be counted holds the batch", async () => {
    const { begun } = team(40);
    begun.directory.intercept = (url) =>
      url.includes("/members?$count") ? answer(403, {}, "Authorization_RequestDenied") : undefined;
    await send(begun, "eight", removals(0, 8));
    assert.match(String(statusOf(begun, "eight")["reason"]), /could not be counted \(Graph: 403/);
  });
});
