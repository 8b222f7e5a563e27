import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { capsWith } from "../../guards/caps.ts";
import { answer } from "../small-directory.ts";
import { HOUR, begin, deletes, send, statusOf, run } from "./ledger-workshop.ts";

describe("a percentage of the tenant's users", () => {
  const caps = capsWith({ deletes: { percentPerDay: 5 } });

  it("holds from 20 users on, and says of how many", async () => {
    const begun = begin(caps, 100);
    await send(begun, "five", deletes(0, 5));
    assert.equal(await run(begun, "five"), true);
    await send(begun, "one", deletes(10, 1));
    assert.match(
      String(statusOf(begun, "one")["reason"]),
      /1 delete and those of the last 24 hours \(5 in five\) are 6, and MAX_DELETES_PERCENT_PER_DAY allows 5, which is 5 % of 100 users/,
    );
    const small = begin(caps, 19);
    await send(small, "all", deletes(0, 19));
    assert.equal(await run(small, "all"), true);
  });

  it("holds on once deletes have made the tenant smaller than that", async () => {
    const begun = begin(caps, 20);
    await send(begun, "one", deletes(0, 1));
    assert.equal(await run(begun, "one"), true);
    const [gone] = begun.directory.users.keys();
    begun.directory.users.delete(gone!);
    await send(begun, "two", deletes(1, 1));
    assert.equal(statusOf(begun, "two")["state"], "held");
  });

  it("is of the lowest count of the day: users who come later do not raise it", async () => {
    const begun = begin(caps, 100);
    await send(begun, "one", deletes(0, 1));
    assert.equal(await run(begun, "one"), true);
    for (let at = 0; at < 1_000; at++) begun.directory.addUser(`new${at}@contoso.com`);
    await send(begun, "five", deletes(1, 5));
    assert.equal(statusOf(begun, "five")["state"], "held");
    begun.wait(25 * HOUR);
    await send(begun, "later", deletes(10, 50));
    assert.equal(await run(begun, "later"), true);
  });

  it("holds if Graph does not let the users be counted, and waits if it does not answer", async () => {
    const begun = begin(caps, 100);
    begun.directory.intercept = (url) =>
      url.startsWith("/users?$count") ? answer(403, {}, "Authorization_RequestDenied") : undefined;
    await send(begun, "one", deletes(0, 1));
    assert.match(
      String(statusOf(begun, "one")["reason"]),
      /users of the tenant could not be counted \(Graph: 403 Authorization_RequestDenied\)/,
    );
  });
});
