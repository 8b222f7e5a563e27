import { strict as assert } from "node:assert";
import { beforeEach, describe, it } from "node:test";

import type { Account } from "../../../shared/command/account/account.ts";
import { readDetail } from "../../../shared/command/batch/detail.ts";
import { knownRows } from "../../../shared/command/batch/rows.ts";
import { answer } from "../small-directory.ts";
import { openWorkshop, shardRows, type Workshop } from "../workshop.ts";

/** Microsoft 365 E3. */
const SKU = "05e9a617-0261-4cee-bb44-138d3ef5d965";

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
    const { directory } = workshop;
    const sales = groupOf("Sales");
    const ops = groupOf("Ops");
    const boss = directory.addUser("boss@contoso.com");
    const report = directory.addUser("report@contoso.com");
    directory.managers.set(ann, boss).set(report, ann);
    directory.users.set(ann, {
      ...directory.users.get(ann)!,
      licenseAssignmentStates: [
        { skuId: SKU, assignedByGroup: null, state: "Active" },
        { skuId: "b05e124f-c7cc-45a0-a6aa-8cf78c946968", assignedByGroup: sales, state: "Active" },
      ],
    });
    const product = { skuPartNumber: "SPE_E3", capabilityStatus: "Enabled", appliesTo: "User" };
    const seats = { consumedUnits: 1, prepaidUnits: { enabled: 5, suspended: 0, warning: 0 } };
    const value = [{ id: SKU, skuId: SKU, ...product, ...seats, servicePlans: [] }];
    directory.intercept = (url) =>
      url.startsWith("/subscribedSkus") ? answer(200, { value }) : undefined;
    const parts = await offboard({ user: "ann@contoso.com" });
    assert.deepEqual(
      parts.map(({ operation, write }) => [operation, write?.after?.at(-1), write?.target]),
      [
        ["user.disable", undefined, { user: ann }],
        ["user.revoke-sessions", 1, { user: ann }],
        ["group.remove-member", 2, { group: sales, member: ann }],
        ["group.remove-member", 3, { group: ops, member: ann }],
        ["user.remove-license", 4, { user: ann }],
        ["user.set-manager", 5, { user: report }],
        ["user.remove-manager", 6, { user: ann }],
      ],
    );
    assert.match(JSON.stringify(parts[4]?.write?.set), new RegExp(SKU));
    assert.doesNotMatch(JSON.stringify(parts[4]?.write?.set), /b05e124f/);
    assert.deepEqual(Object.values(parts[5]?.write?.set ?? {}), [{ id: boss }]);
  });

  it("leaves out steps whose names have blanks around them in JSON", async () => {
    groupOf("Sales");
    const parts = await offboard({ user: "ann@contoso.com", leave: ["groups ", " sessions"] });
    assert.deepEqual(
      parts.map(({ operation }) => operation),
      ["user.disable"],
    );
  });

  it("says of reports for whom there is no manager that they keep the user as theirs", async () => {
    const report = workshop.directory.addUser("report@contoso.com");
    workshop.directory.managers.set(report, ann);
    const parts = await offboard({ user: "ann@contoso.com", leave: ["sessions"] });
    assert.deepEqual(
      parts.map(({ operation, verdict }) => [operation, verdict]),
      [
        ["user.disable", undefined],
        ["offboard", "skipped"],
      ],
    );
    assert.match(parts[1]?.reason ?? "", /column handOver is empty/);
  });

  it("leaves groups alone that are dynamic, synced, role-assignable, of Exchange or listed", async () => {
    groupOf("Dynamic", { groupTypes: ["DynamicMembership"] });
    groupOf("Synced", { onPremisesSyncEnabled: true });
    groupOf("Roles", { isAssignableToRole: true });
    groupOf("Mail", { mailEnabled: true });
    groupOf("Kept");
    const team = groupOf("Team", { mailEnabled: true, groupTypes: ["Unified"] });
    const parts = await offboard({
      user: "ann@contoso.com",
      keepGroups: "Kept",
      leave: "sessions",
    });
    assert.deepEqual(
      parts.map(({ write }) => write?.target["group"]),
      [undefined, team],
    );
  });

  it("says in its reports what became of the row, and of each part below it", async () => {
    groupOf("Sales");
    workshop.directory.addUser("bo@contoso.com", { accountEnabled: false });
    const leave = "sessions";
    await offboard({ user: "ann@contoso.com", leave }, { user: "bo@contoso.com", leave });
    await workshop.runAll("leavers");
    const { batches } = workshop.blobs;
    const csv = batches.text("leavers/report.csv").trimEnd().split("\r\n");
    const heads = csv[0]!.split(",");
    const cells = csv.slice(1).map((line) => line.split(","));
    const column = (name: string) => cells.map((line) => line[heads.indexOf(name)]);
    assert.deepEqual(column("inputRow"), ["1", "1", "1", "2", "2"]);
    assert.deepEqual(column("part"), ["", "1", "2", "", "1"]);
    assert.deepEqual(column("verdict"), ["done", "done", "done", "unchanged", "unchanged"]);
    assert.deepEqual(column("operation")[0], "offboard");
    const { rows, plan } = batches.json("leavers/report.json") as unknown as {
      rows: { inputRow: number; verdict: string; parts: { row: number; part: number }[] }[];
      plan: { rows: number; inputRows: number };
    };
    assert.deepEqual(
      rows.map(({ verdict, parts }) => [verdict, parts.map(({ part }) => part)]),
      [
        ["done", [1, 2]],
        ["unchanged", [1]],
      ],
    );
    assert.deepEqual([plan.rows, plan.inputRows], [3, 2]);
    assert.match(batches.text("leavers/report.html"), /2 rows sent: 1 unchanged, 1 done/);
  });

  it("fails whole if a list of the user was not read to its end, and removes nothing", async () => {
    groupOf("Sales");
    workshop.directory.intercept = (url) =>
      url.includes("/memberOf") ? answer(403, {}, "Authorization_RequestDenied") : undefined;
    const parts = await offboard({ user: "ann@contoso.com" });
    assert.deepEqual(
      parts.map(({ operation, verdict, reason }) => ({ operation, verdict, reason })),
      [
        {
          operation: "offboard",
          verdict: "failed",
          reason:
            "What the user has could not be read to its end (Graph: 403 Authorization_RequestDenied), so nothing was planned for them: half a list does not say what else there is.",
        },
      ],
    );
  });

  it("fails whole if a group that the user is to keep is not found", async () => {
    groupOf("Sales");
    const [part] = await offboard({ user: "ann@contoso.com", keepGroups: "Sales|Nowhere" });
    assert.equal(part?.verdict, "failed");
    assert.match(part?.reason ?? "", /column keepGroups/);
  });

  it("is known to the operator's command by the name that was sent, above its parts", async () => {
    groupOf("Sales");
    await offboard({ user: "ann@contoso.com" });
    const account = { blobs: workshop.blobs } as unknown as Account;
    const seen: string[] = [];
    for await (const rows of knownRows(account, await readDetail(account, "leavers"))) {
      for (const { row, parts, operation, cells, objectId } of rows) {
        const kind = parts === undefined ? "part" : `row of ${parts} parts`;
        const about = objectId === ann ? "ann" : objectId;
        seen.push(
          `${kind} ${row} ${operation} ${String(cells["user"] === ann ? "id" : cells["user"])} ${about}`,
        );
      }
    }
    assert.deepEqual(seen, [
      "row of 3 parts 1 offboard ann@contoso.com ann",
      "part 1 user.disable id ann",
      "part 2 user.revoke-sessions id ann",
      "part 3 group.remove-member undefined ann",
    ]);
  });
});
