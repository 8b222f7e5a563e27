import assert from "node:assert/strict";
import { describe, it } from "node:test";

import type { Office, Seen } from "./office.ts";
import { newName, type TestDirectory } from "./test-directory.ts";

/** What a story needs: it exists only once the tests run. */
interface Scene {
  readonly office: Office;
  readonly directory: TestDirectory;
}

const verdictsOf = ({ rows }: Seen) => rows.map(({ verdict }) => verdict);

/** Stories of groups with several rows in one batch, or with an answer that is lost. */
export function tellGroupStories(scene: () => Scene): void {
  const run = async (rows: readonly object[], batch = newName("story")): Promise<Seen> => {
    await scene().office.plan(batch, rows);
    return scene().office.run(batch);
  };
  const newUser = async () => (await scene().directory.addUser()).userPrincipalName;
  const groupsNamed = async (name: string, select: string) => {
    const filter = `/groups?$filter=displayName eq '${name}'&$select=id,${select}`;
    return (await scene().directory.read(filter))?.["value"] as readonly Record<string, string>[];
  };

  describe("rows of one batch about a group", () => {
    it("may fill a group that the batch creates, and hand it over in order; undo deletes it", async () => {
      const displayName = newName("Team");
      const [ann, bo, cy] = [await newUser(), await newUser(), await newUser()];
      const batch = newName("story");
      const ended = await run(
        [
          { operation: "group.create", displayName, owner: ann },
          { operation: "group.add-member", group: displayName, member: bo },
          { operation: "group.add-owner", group: `mailNickname:${displayName}`, owner: cy },
          { operation: "group.remove-owner", group: displayName, owner: ann },
          { operation: "group.update", group: displayName, description: "Handed over" },
          { operation: "group.create", displayName, owner: ann },
        ],
        batch,
      );
      const done = ["done", "done", "done", "done", "done"];
      assert.deepEqual(verdictsOf(ended), [...done, "skipped"], JSON.stringify(ended.rows));
      const [group, second] = await groupsNamed(displayName, "description");
      assert.equal(second, undefined);
      assert.equal(group?.["description"], "Handed over");
      const { directory, office } = scene();
      const linked = async (what: string) =>
        (await directory.read(`/groups/${group?.["id"]}/${what}?$select=userPrincipalName`))?.[
          "value"
        ];
      assert.deepEqual(await linked("owners"), [{ userPrincipalName: cy }]);
      assert.deepEqual(await linked("members"), [{ userPrincipalName: bo }]);
      await office.undo(batch);
      assert.deepEqual(await groupsNamed(displayName, "description"), []);
    });

    it("wait for a new group to replicate", async () => {
      const { directory } = scene();
      const displayName = newName("Team");
      const [ann, bo] = [await newUser(), await newUser()];
      await directory.control("conditions", {
        lag: { medianMs: 400, sigma: 0.1, staleShare: 1 },
      });
      const rows = [
        { operation: "group.create", displayName },
        { operation: "group.add-member", group: displayName, member: bo },
        { operation: "group.add-owner", group: displayName, owner: ann },
        { operation: "group.update", group: displayName, description: "New" },
      ];
      let ended: Seen;
      try {
        ended = await run(rows);
      } finally {
        await directory.control("conditions", { lag: undefined });
      }
      assert.deepEqual(
        verdictsOf(ended),
        ["done", "done", "done", "done"],
        JSON.stringify(ended.rows),
      );
      assert.equal((await groupsNamed(displayName, "description")).length, 1);
    });

    it("have the members of a list, whom an earlier batch adds while the list waits too", async () => {
      const { office, directory } = scene();
      const group = await directory.addGroup();
      const [ann, bo] = [await newUser(), await newUser()];
      const earlier = newName("earlier");
      const list = newName("list");
      const rows = [{ operation: "group.set-members", group, member: ann }];
      await office.plan(earlier, [{ operation: "group.add-member", group, member: bo }]);
      await assert.rejects(office.plan(list, rows), /has not finished a row about/);
      await office.run(earlier);
      await office.planAfterWaiting(list, rows);
      assert.deepEqual(verdictsOf(await office.run(list)), ["done"]);
      const members = await directory.read(`/groups/${group}/members?$select=userPrincipalName`);
      assert.deepEqual(members?.["value"], [{ userPrincipalName: ann }]);
    });

    it("cannot remove the last owner before another row adds one", async () => {
      const { directory } = scene();
      const group = await directory.addGroup();
      const [ann, bo] = [await directory.addUser(), await newUser()];
      await directory.control("link", { relation: "owners", from: group, to: ann.id });
      const ended = await run([
        { operation: "group.remove-owner", group, owner: ann.userPrincipalName },
        { operation: "group.add-owner", group, owner: bo },
      ]);
      assert.deepEqual(verdictsOf(ended), ["failed", "done"]);
      const again = await run([
        { operation: "group.remove-owner", group, owner: ann.userPrincipalName },
      ]);
      assert.deepEqual(verdictsOf(again), ["done"]);
    });

    it("update a group that a row deletes and another restores", async () => {
      const { directory } = scene();
      const displayName = newName("Team");
      const group = await directory.addGroup({ displayName, mailNickname: displayName });
      const ended = await run([
        { operation: "group.update", group, description: "Kept" },
        { operation: "group.delete", group },
        { operation: "group.update", group, description: "Lost" },
        { operation: "group.create", displayName },
      ]);
      assert.deepEqual(verdictsOf(ended), ["done", "done", "skipped", "skipped"]);
      const restored = await run([{ operation: "group.restore", group }]);
      assert.deepEqual(verdictsOf(restored), ["done"]);
      const { description } = (await directory.read(`/groups/${group}`)) ?? {};
      assert.equal(description, "Kept");
    });
  });

  describe("a group whose create is not answered", () => {
    const losses = [
      { when: "the connection breaks after the change", fault: { kind: "reset", committed: true } },
      {
        when: "the connection breaks before the change",
        fault: { kind: "reset", committed: false },
      },
      { when: "the answer leaves it out", fault: { kind: "drop-parts" } },
    ] as const;
    for (const { when, fault } of losses) {
      for (const more of [{}, { uniqueName: "" }, { groupTypes: "Unified" }]) {
        const what = Object.keys(more).join() || "security group";
        it(`is created once: ${when} (${what})`, async () => {
          const displayName = newName("Team");
          const row = { operation: "group.create", displayName, ...more };
          if ("uniqueName" in more) Object.assign(row, { uniqueName: displayName });
          const { office, directory } = scene();
          const batch = newName("lost");
          await office.plan(batch, [row]);
          await directory.control("addFault", {
            at: "request",
            path: "^/\\$batch",
            body: displayName,
            times: 1,
            fault,
          });
          const ended = await office.run(batch);
          await directory.control("clearFaults", {});
          // Graph would make a second security group, and none shows: nobody can tell whether the first is there.
          const isUnknown = what === "security group" && when.endsWith("before the change");
          const verdict = isUnknown ? "failed" : "done";
          assert.deepEqual(verdictsOf(ended), [verdict], JSON.stringify(ended.rows));
          const made = await groupsNamed(displayName, "description");
          assert.equal(made.length, isUnknown ? 0 : 1);
        });
      }
    }

    for (const { lagMs, is } of [
      { lagMs: 0, is: "done" },
      { lagMs: 600, is: "done" },
      { lagMs: 60_000, is: "failed" },
    ]) {
      it(`is never created twice, if Graph lists it after ${lagMs} ms`, async () => {
        const displayName = newName("Late");
        const { office, directory } = scene();
        const batch = newName("late");
        await office.plan(batch, [{ operation: "group.create", displayName }]);
        const lag = lagMs === 0 ? undefined : { medianMs: lagMs, sigma: 0.01, staleShare: 1 };
        await directory.control("conditions", { lag });
        const fault = { kind: "status", status: 503, committed: true } as const;
        await directory.control("addFault", { at: "part", times: 1, fault });
        const [row] = (await office.run(batch)).rows;
        await directory.control("clearFaults", {});
        await directory.control("conditions", { lag: undefined });
        assert.equal(row?.verdict, is, JSON.stringify(row));
        if (is === "failed") assert.match(row.reason ?? "", /^It is not known whether/);
        assert.equal((await groupsNamed(displayName, "description")).length, 1);
      });
    }
  });
}
