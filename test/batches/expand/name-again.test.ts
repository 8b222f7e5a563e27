import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { answer } from "../small-directory.ts";
import { openWorkshop, shardRows } from "../workshop.ts";

describe("a name whose batch was refused after its input had been expanded", () => {
  it("takes other rows, of which none is left from before", async () => {
    const workshop = openWorkshop();
    const { directory, blobs } = workshop;
    const users = ["ann", "bo", "cy"].map((name) => directory.addUser(`${name}@contoso.com`));
    const group = directory.addGroup("Nurses");
    for (const id of users) directory.members.get(group)!.add(id);
    const send = (...names: readonly string[]) => {
      const rows = names.map((name) => ({
        operation: "group.set-members",
        group: "Nurses",
        member: `${name}@contoso.com`,
      }));
      return workshop.deliver({ version: 1, batch: "nurses", mode: "apply", rows });
    };
    // Only the plan reads these.
    directory.intercept = (url) => (url.includes("groupTypes") ? answer(403, {}) : undefined);
    assert.equal((await send("ann")).outcome, "refused");
    assert.equal(workshop.refused("nurses")["code"], "PERMISSION_MISSING");
    directory.intercept = () => undefined;
    assert.equal((await send("bo", "cy")).outcome, "accepted");
    assert.deepEqual(
      shardRows(blobs.batches, "nurses").map(({ operation, objectId, write }) => [
        operation,
        objectId ?? write?.target["member"],
      ]),
      [
        ["group.add-member", users[1]],
        ["group.remove-member", users[0]],
        ["group.add-member", users[2]],
      ],
    );
  });
});
