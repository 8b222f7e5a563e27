import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";

import { setStage, type Stage } from "../stage/stage.ts";

const EMERGENCY = "e0e0e0e0-0000-4000-8000-000000000001";

describe("a batch that would change somebody who is protected", () => {
  let stage: Stage;
  let ids: string[];
  before(async () => {
    stage = await setStage({
      cloud: { latency: false, graph: { seed: { users: 60, groups: 2, disabled: 0, guests: 0 } } },
      settings: async () => ({ PROTECTED_GROUPS: EMERGENCY, MAX_DELETES_PER_BATCH: "20" }),
    });
    const { control } = stage.cloud;
    const { users } = await control.graph("snapshot", { properties: ["accountEnabled"] });
    ids = users.flatMap(({ id, values }) => (values["accountEnabled"] === true ? id : []));
    const values = { displayName: "Emergency accounts", securityEnabled: true, mailEnabled: false };
    await control.graph("create", { kind: "group", id: EMERGENCY, values });
    await control.graph("link", { relation: "members", from: EMERGENCY, to: ids[0]! });
    await control.graph("addRole", { principal: ids[1]!, role: "Helpdesk Administrator" });
    await control.graph("addEligible", { principal: ids[2]!, role: "Global Administrator" });
    const admins = { ...values, displayName: "Admins", isAssignableToRole: true };
    const { id: group } = await control.graph("create", { kind: "group", values: admins });
    await control.graph("addRole", { principal: group, role: "User Administrator" });
    await control.graph("link", { relation: "members", from: group, to: ids[3]! });
  });
  after(() => stage.close());

  const run = async (batch: string, rows: readonly Record<string, unknown>[]) => {
    await stage.send("accept", JSON.stringify({ version: 1, batch, mode: "apply", rows }));
    return stage.settled(batch);
  };
  const writesSoFar = async (): Promise<number> =>
    (await stage.cloud.control.graph("counters", {})).committedWrites;
  const disable = (at: number) => ({ operation: "user.disable", user: ids[at]! });

  const table: { who: string; row: () => Record<string, unknown>; says: RegExp }[] = [
    { who: "an emergency account", row: () => disable(0), says: /member of the protected group/ },
    { who: "a holder of a role", row: () => disable(1), says: /the user holds a directory role/ },
    { who: "somebody eligible", row: () => disable(2), says: /is eligible for a directory role/ },
    {
      who: "a member of a group that holds a role",
      row: () => disable(3),
      says: /is in a group that holds a directory role/,
    },
    {
      who: "the group of the emergency accounts",
      row: () => ({ operation: "group.add-member", group: EMERGENCY, member: ids[9]! }),
      says: /the group is in PROTECTED_GROUPS/,
    },
    {
      who: "a role-assignable group",
      row: () => ({ operation: "group.remove-member", group: "Admins", member: ids[3]! }),
      says: /the group (is role-assignable|holds a directory role)/,
    },
  ];
  for (const [at, { who, row, says }] of table.entries()) {
    it(`is held whole, without a write: ${who}`, async () => {
      const soFar = await writesSoFar();
      const { state, reason, verdicts } = await run(`protected-${at}`, [row(), disable(20 + at)]);
      assert.deepEqual([state, verdicts.held], ["held", 2]);
      assert.match(reason ?? "", says);
      assert.equal(await writesSoFar(), soFar, "a row of a held batch was written");
      const held = stage.events.filter(({ event }) => event === "batch.held").at(-1);
      assert.equal(held?.["guard"], "protected-objects");
    });
  }

  const incomplete: { when: string; path: string; emptyPages: number; says: RegExp }[] = [
    {
      when: "the first page of the role assignments is refused",
      path: "/roleAssignments",
      emptyPages: 0,
      says: /403.*RoleManagement\.Read\.Directory/,
    },
    {
      when: "the second page of the emergency group is refused",
      path: `^/groups/${EMERGENCY}/transitiveMembers\\?.*skiptoken`,
      emptyPages: 1,
      says: /is a member of the protected group .*Page 2 of a listing of groups was refused with 403/,
    },
  ];
  for (const [at, { when, path, emptyPages, says }] of incomplete.entries()) {
    it(`is held if nobody can tell who is protected, because ${when}`, async () => {
      const { control } = stage.cloud;
      const soFar = await writesSoFar();
      await control.graph("conditions", { emptyPages });
      const fault = { kind: "status", status: 403, code: "Authorization_RequestDenied" } as const;
      const { id } = await control.graph("addFault", { at: "part", method: "GET", path, fault });
      const { state, reason } = await run(`unknown-${at}`, [disable(30 + at)]);
      assert.ok(((await control.graph("struck", {}))[id] ?? 0) > 0, "the fault was met");
      await control.graph("removeFault", { id });
      await control.graph("conditions", { emptyPages: 0 });
      assert.equal(state, "held");
      assert.match(reason ?? "", says);
      assert.equal(await writesSoFar(), soFar);
    });
  }

  it("runs if nobody in it is protected", async () => {
    const rows = [
      disable(40),
      // The account itself does not change.
      { operation: "group.add-member", group: await ordinaryGroup(), member: ids[1]! },
    ];
    const { state, verdicts } = await run("ordinary", rows);
    assert.deepEqual([state, verdicts.done], ["finished", 2]);
    const plan = JSON.parse((await stage.read("ordinary/plan.json")) ?? "{}") as {
      guards: { guard: string; count: number; held: boolean }[];
    };
    const found = plan.guards.find(({ guard }) => guard === "protected-objects");
    assert.deepEqual([found?.count, found?.held], [0, false], "a plan shows the guard anyway");
  });

  const ordinaryGroup = async (): Promise<string> => {
    const values = { displayName: "Plain", securityEnabled: true, mailEnabled: false };
    return (await stage.cloud.control.graph("create", { kind: "group", values })).id;
  };
});
