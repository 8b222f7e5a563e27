import { strict as assert } from "node:assert";
import { beforeEach, describe, it } from "node:test";

import { answer } from "../small-directory.ts";
import { openWorkshop, shardRows, type Workshop } from "../workshop.ts";

let workshop: Workshop;
let ann: string;

beforeEach(() => {
  workshop = openWorkshop();
  const { directory } = workshop;
  ann = directory.addUser("ann@contoso.com");
});

const groupOf = (name: string, properties: Record<string, unknown> = {}): string => {
  const group = workshop.directory.addGroup(name, properties);
  workshop.directory.members.get(group)?.add(ann);
  return group;
};

/** Accepts leavers, and returns the planned parts. */
async function offboard(...rows: readonly object[]) {
  const named = rows.map((row) => ({ operation: "offboard", ...row }));
  const message = { version: 1, batch: "leavers", mode: "apply", rows: named };
  const { outcome } = await workshop.deliver(message);
  assert.equal(outcome, "accepted");
  return shardRows(workshop.blobs.batches, "leavers");
}

describe("a row that names offboard", () => {
  it("becomes parts in the order of the recipe, each after the one before it", async () => {
    const sales = groupOf("Sales");
    const ops = groupOf("Ops");
    const parts = await offboard({ user: "ann@contoso.com" });
    assert.deepEqual(
      parts.map(({ row, operation, write }) => ({ row, operation, after: write?.after?.at(-1) })),
      [
        { row: 1, operation: "user.disable", after: undefined },
        { row: 2, operation: "group.remove-member", after: 1 },
        { row: 3, operation: "group.remove-member", after: 2 },
      ],
    );
    assert.deepEqual(
      parts.slice(1).map(({ write }) => write?.target["group"]),
      [sales, ops],
    );
  });

  it("leaves groups alone that are dynamic, synced, role-assignable, of Exchange or listed", async () => {
    groupOf("Dynamic", { groupTypes: ["DynamicMembership"] });
    groupOf("Synced", { onPremisesSyncEnabled: true });
    groupOf("Roles", { isAssignableToRole: true });
    groupOf("Mail", { mailEnabled: true });
    groupOf("Kept");
    const team = groupOf("Team", { mailEnabled: true, groupTypes: ["Unified"] });
    const parts = await offboard({ user: "ann@contoso.com", keepGroups: "Kept" });
    assert.deepEqual(
      parts.map(({ write }) => write?.target["group"]),
      [undefined, team],
    );
  });
});
