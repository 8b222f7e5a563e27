import assert from "node:assert/strict";
import { describe, it } from "node:test";

import fc from "fast-check";

import { createSeats } from "../../../shared/batches/plan/traces/seats.ts";
import { planFacts } from "../../../shared/command/batch/describe.ts";
import type { Plan } from "../../../shared/records/plan.ts";
import { answer } from "../../catalogue/answers.ts";
import { E3, O365, pack, spe } from "../../operations/license-facts.ts";
import { openWorkshop, planRows, shardRows, type ShardRow, type Workshop } from "../workshop.ts";

/** A workshop whose tenant has these seats of each product left. */
function withSeats(left: number): Workshop {
  const workshop = openWorkshop();
  const sku = (skuId: string, skuPartNumber: string) => ({
    skuId,
    skuPartNumber,
    appliesTo: "User",
    capabilityStatus: "Enabled",
    consumedUnits: 20,
    prepaidUnits: { enabled: 20 + left, warning: 0 },
    servicePlans: [],
  });
  const skus = [sku(E3, "SPE_E3"), sku(O365, "ENTERPRISEPACK")];
  workshop.directory.intercept = (url) =>
    url.startsWith("/subscribedSkus") ? answer(200, undefined, "", { value: skus }) : undefined;
  return workshop;
}

const state = (skuId: string, assignedByGroup: string | null = null) => ({
  skuId,
  assignedByGroup,
  disabledPlans: [],
  state: "Active",
});

/** A user with licenses of its own. */
const addUser = (workshop: Workshop, name: string, skuIds: readonly string[] = []): string => {
  const licenseAssignmentStates = skuIds.map((id) => state(id));
  const properties = { usageLocation: "DE", licenseAssignmentStates };
  workshop.directory.addUser(`${name}@contoso.com`, properties);
  return `${name}@contoso.com`;
};

const assigned = (user: string, licenses = "SPE_E3") => ({
  operation: "user.assign-license",
  user,
  licenses,
});
const removed = (user: string, licenses = "SPE_E3") => ({
  operation: "user.remove-license",
  user,
  licenses,
});
const endings = (rows: readonly ShardRow[]) =>
  rows.map(({ verdict, write }) => verdict ?? write?.after ?? "write");

describe("a license that its user has", () => {
  const plan = "11111111-2222-4333-8444-555555555555";
  const ann = "ann@contoso.com";
  const withPlan = (): Workshop => {
    const workshop = withSeats(9);
    workshop.directory.addUser(ann, {
      usageLocation: "DE",
      licenseAssignmentStates: [{ ...state(E3), disabledPlans: [plan] }],
    });
    return workshop;
  };

  it("keeps its disabled plans if an earlier row gives the user another", async () => {
    const rows = await planRows(withPlan(), [
      assigned(ann, "ENTERPRISEPACK"),
      assigned(ann, "SPE_E3"),
    ]);
    assert.deepEqual(endings(rows), ["write", "unchanged"]);
  });

  it("is not set again by a row that an earlier one makes give another", async () => {
    const rows = await planRows(withPlan(), [
      assigned(ann, "ENTERPRISEPACK"),
      removed(ann, "ENTERPRISEPACK"),
      assigned(ann, "SPE_E3|ENTERPRISEPACK"),
    ]);
    assert.deepEqual(rows[2]?.write?.set, { [pack]: { assigned: true } });
  });

  it("is assigned again after an earlier row that removes it", async () => {
    const rows = await planRows(withPlan(), [removed(ann), assigned(ann)]);
    assert.deepEqual(rows[1]?.write?.set, { [spe]: { assigned: true } });
  });
});

describe("the seats of a product", () => {
  it("are taken in the order of the file; a row beyond them fails and says how many are short", async () => {
    const workshop = withSeats(2);
    const users = ["a", "b", "c", "d"].map((name) => addUser(workshop, name));
    const rows = await planRows(
      workshop,
      users.map((user) => assigned(user)),
    );
    assert.deepEqual(endings(rows), ["write", "write", "failed", "failed"]);
    assert.match(rows[3]?.reason ?? "", /^No seat of SPE_E3 .* is left.*batch's 2\. row without/);
    assert.deepEqual(workshop.blobs.batches.json("b/plan.json")["seats"], [
      { license: spe, needed: 4, freed: 0, short: 2, left: 0 },
    ]);
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the product wrote it
    const plan = workshop.blobs.batches.json("b/plan.json") as unknown as Plan;
    assert.equal(planFacts(plan)["seats"], `${spe}: 4 needed, 0 freed, 2 SHORT`);
  });

  it("are taken from earlier rows that free them, which a row then waits for", async () => {
    const workshop = withSeats(0);
    const [ann, bob] = [addUser(workshop, "ann", [E3]), addUser(workshop, "bob", [E3])];
    const [eve, fay] = [addUser(workshop, "eve"), addUser(workshop, "fay")];
    const swap = {
      operation: "user.swap-license",
      user: bob,
      remove: "SPE_E3",
      add: "ENTERPRISEPACK",
    };
    const rows = await planRows(workshop, [assigned(eve), removed(ann), swap, assigned(fay)]);
    assert.deepEqual(rows[3]?.write?.needs, [2]);
    // The swap needs a seat of the other product, so it frees none.
    assert.deepEqual(endings(rows), ["failed", "write", "failed", [2]]);
  });

  it("are not taken by who has one already, nor freed by who keeps one from a group", async () => {
    const workshop = withSeats(0);
    const both = workshop.directory.addUser("both@contoso.com", {
      usageLocation: "DE",
      licenseAssignmentStates: [state(E3), state(E3, O365)],
    });
    const inherited = workshop.directory.addUser("inherited@contoso.com", {
      usageLocation: "DE",
      licenseAssignmentStates: [state(E3, O365)],
    });
    const rows = await planRows(workshop, [
      removed(both),
      assigned(inherited),
      assigned(addUser(workshop, "eve")),
    ]);
    assert.deepEqual(endings(rows), ["write", "write", "failed"]);
  });

  it("are counted the same if planning stops in between and goes on (property)", () => {
    const seats = fc.record({ by: fc.constantFrom(1, -1), other: fc.constantFrom(0, 1, -1) });
    fc.assert(
      fc.property(fc.array(seats, { maxLength: 40 }), fc.nat(5), fc.nat(40), (all, free, cut) => {
        const needs = all.map(({ by, other }) => ({
          [spe]: { by, free } as const,
          ...(other !== 0 && { [pack]: { by: other, free } as const }),
        })) as readonly Readonly<Record<string, { by: 1 | -1; free: number }>>[];
        const whole = createSeats();
        const taken = needs.map((each, at) => whole.take(at + 1, each));
        const resumed = createSeats();
        for (const [at, each] of needs.entries()) {
          const row = at + 1;
          const is = taken[at]!;
          const planned = { row, operation: "x" };
          const write = { target: { kind: "new" }, keys: [], seats: each } as const;
          if (at >= cut) assert.deepEqual(resumed.take(row, each), is);
          else resumed.replay("short" in is ? { ...planned, ...is.short } : { ...planned, write });
        }
        assert.deepEqual(resumed.value(), whole.value());
        // Never more than there are: what was taken is at most what was free, or freed before.
        for (const { needed, freed, short, left } of whole.value()) {
          assert.equal(needed - short + left, free + freed);
        }
      }),
    );
  });
});

/** Plans a batch of two shards, one delivery a shard if it is interrupted; the second one's rows. */
async function secondShard(
  workshop: Workshop,
  first: readonly object[],
  second: readonly object[],
  deadlineMs: number,
): Promise<ShardRow[]> {
  const filler = Array.from({ length: 1_000 - first.length }, (_, at) => {
    workshop.directory.addUser(`filler${at}@contoso.com`);
    return { operation: "user.update", user: `filler${at}@contoso.com`, city: "Oslo" };
  });
  const rows = [...first, ...filler, ...second];
  const lines = rows.map((row) => `${JSON.stringify(row)}\n`).join("");
  await workshop.blobs.inbox.write("staged/x.jsonl", lines);
  const message = { version: 1, batch: "b", mode: "apply", file: "staged/x.jsonl" };
  for (;;) {
    const result = await workshop.batches.accept(message, { messageId: "1", deadlineMs });
    if (result.state === "done") return shardRows(workshop.blobs.batches, "b", 2);
  }
}

describe("a plan of two shards", () => {
  it("knows after an interruption which seats are taken, and which an earlier row frees", async () => {
    const workshop = withSeats(1);
    const ann = addUser(workshop, "ann", [E3]);
    const others = ["b", "c", "d"].map((name) => assigned(addUser(workshop, name)));
    const rows = await secondShard(workshop, [removed(ann), others[0]!], others.slice(1), 0);
    assert.deepEqual(endings(rows), [[1], "failed"]);
    assert.deepEqual(workshop.blobs.batches.json("b/plan.json")["seats"], [
      { license: spe, needed: 3, freed: 1, short: 1, left: 0 },
    ]);
  });

  it("reads a group again of which an earlier shard did not read the licenses", async () => {
    const workshop = withSeats(5);
    const assignedLicenses = [{ skuId: O365, disabledPlans: [] }];
    const sales = workshop.directory.addGroup("Sales", { assignedLicenses });
    const add = { operation: "group.add-member", group: sales, member: addUser(workshop, "ann") };
    const set = { operation: "group.set-licenses", group: sales, licenses: "SPE_E3" };
    const [row] = await secondShard(workshop, [add], [set], Infinity);
    assert.deepEqual(row?.write?.set, { [spe]: { assigned: true }, [pack]: null });
  });
});

describe("a row about licenses", () => {
  it("may follow one that sets the usage location", async () => {
    const workshop = withSeats(5);
    workshop.directory.addUser("ann@contoso.com", {
      usageLocation: null,
      licenseAssignmentStates: [],
    });
    const ann = "ann@contoso.com";
    const rows = await planRows(workshop, [
      assigned(ann),
      { operation: "user.update", user: ann, usageLocation: "DE" },
      assigned(ann),
    ]);
    assert.deepEqual(endings(rows), ["failed", "write", [2]]);
  });

  it("knows what the user has although an earlier row disables it", async () => {
    const workshop = withSeats(5);
    const ann = addUser(workshop, "ann", [O365]);
    const rows = await planRows(workshop, [
      { operation: "user.disable", user: ann },
      removed(ann, "SPE_E3|ENTERPRISEPACK"),
      removed(ann, "SPE_E3"),
    ]);
    assert.deepEqual(rows[1]?.write?.set, { [pack]: null });
    assert.deepEqual(rows[1]?.write?.guarded, { "license-removals": 1 });
    // Only Graph can tell what the second row leaves.
    assert.deepEqual(rows[2]?.write?.set, { [spe]: null });
    assert.deepEqual(rows[2]?.write?.after, [2]);
  });

  it("assigns to a user whom the batch creates", async () => {
    const workshop = withSeats(1);
    const ann = { userPrincipalName: "new@contoso.com", displayName: "New", usageLocation: "DE" };
    const rows = await planRows(workshop, [
      { operation: "user.create", ...ann },
      assigned("new@contoso.com"),
      assigned("new@contoso.com", "SPE_E3"),
      removed("new@contoso.com", "ENTERPRISEPACK"),
    ]);
    assert.deepEqual(endings(rows), ["write", [1], "skipped", "failed"]);
    assert.deepEqual(rows[1]?.write?.set, { [spe]: { assigned: true } });
  });

  it("reads the tenant's products once, and of a group what each operation needs", async () => {
    const workshop = withSeats(5);
    const sales = workshop.directory.addGroup("Sales", { assignedLicenses: [] });
    const ann = addUser(workshop, "ann");
    const rows = await planRows(workshop, [
      { operation: "group.add-member", group: sales, member: ann },
      { operation: "group.assign-license", group: sales, licenses: "SPE_E3" },
      { operation: "group.remove-license", group: "Sales", licenses: "ENTERPRISEPACK" },
      assigned(ann),
    ]);
    assert.deepEqual(endings(rows).slice(0, 2), ["write", "write"]);
    const reads = workshop.directory.reads.filter((url) => url.startsWith("/subscribedSkus"));
    assert.equal(reads.length, 1);
  });
});
