import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";

import type { Snapshot } from "../cloud/graph/app/snapshot.ts";
import { offboardRound, setLeaversStage } from "../offboard/offboard-round.ts";
import { partsOutOfOrder } from "../offboard/parts-in-order.ts";
import type { Stage } from "../stage/stage.ts";
import { differences, fingerprintOf } from "../undo/fingerprint.ts";
import { decide } from "../undo/undo-round.ts";

const LEAVERS = 12;

interface Reported {
  readonly verdict: string;
  readonly reason?: string;
  readonly parts: readonly { readonly operation: string; readonly verdict: string }[];
}

const managersOf = ({ users }: Snapshot) => users.map(({ id, manager }) => [id, manager]);

describe("recipes", () => {
  let stage: Stage;
  before(async () => {
    stage = await setLeaversStage(LEAVERS, 5);
  });
  after(() => stage.close());

  it("offboard leavers as the oracle predicts, and an undo takes the parts back in reverse", async () => {
    const { control } = stage.cloud;
    const was = await control.graph("snapshot", {});
    const round = await offboardRound(stage, { leavers: LEAVERS, seed: 5, kills: [] });
    assert.deepEqual(round.wrong, []);
    assert.equal(round.inputRows, LEAVERS);
    assert.ok(round.parts > 4 * LEAVERS);

    await decide(stage, { decision: "undo", batch: "leavers-5", made: "leavers-5-undo-1" });
    const undone = await stage.settled("leavers-5-undo-1");
    assert.equal(undone.verdicts.failed, 0);
    const is = await control.graph("snapshot", {});
    assert.deepEqual(differences(fingerprintOf(was), fingerprintOf(is)), []);
    assert.deepEqual(managersOf(is), managersOf(was));
    assert.deepEqual(await partsOutOfOrder(stage, "leavers-5-undo-1"), []);
  });

  it("onboard joiners, and skip what builds on a create that failed", async () => {
    const { control, home } = stage.cloud;
    const { users, groups } = await control.graph("snapshot", { properties: ["displayName"] });
    const group = groups.find(({ values }) => String(values["displayName"]).endsWith("001"))!;
    const joiner = (name: string, domain: string) => ({
      userPrincipalName: `${name}@${domain}`,
      displayName: name,
      manager: users[0]!.id,
      groups: [group.id],
    });
    const rows = [joiner("good", home.domain), joiner("bad", "elsewhere.example")];
    const message = { version: 1, batch: "joiners", mode: "apply", operation: "onboard", rows };
    await stage.send("accept", JSON.stringify(message));
    const status = await stage.settled("joiners");
    assert.deepEqual([status.rows, status.inputRows], [6, 2]);
    const report = JSON.parse((await stage.read("joiners/report.json")) ?? "{}") as {
      rows: readonly Reported[];
    };
    assert.deepEqual(
      report.rows.map(({ verdict, parts }) => [verdict, parts.map((part) => part.verdict)]),
      [
        ["done", ["done", "done", "done"]],
        ["failed", ["failed", "skipped", "skipped"]],
      ],
    );
    assert.match(report.rows[1]?.reason ?? "", /^1 of 3 parts failed; part 1 \(user\.create\): /);
    const is = await control.graph("snapshot", {});
    const created = is.users.find(({ values }) => values["displayName"] === "good");
    assert.equal(created?.manager, users[0]!.id);
    const members = is.groups.find(({ id }) => id === group.id)?.members ?? [];
    assert.ok(members.includes(created.id));
  });

  it("set the members of a group to a list, and touch nobody else", async () => {
    const { control } = stage.cloud;
    const { users, groups } = await control.graph("snapshot", { properties: ["displayName"] });
    const group = groups.find(({ values }) => String(values["displayName"]).endsWith("002"))!;
    const kept = group.members!.slice(0, 2);
    const added = users.find(({ id }) => !group.members!.includes(id))!.id;
    const rows = [...kept, added].map((member) => ({ group: group.id, member }));
    const operation = "group.set-members";
    await stage.send(
      "accept",
      JSON.stringify({ version: 1, batch: "list", mode: "apply", operation, rows }),
    );
    const { state, verdicts } = await stage.settled("list");
    assert.equal(state, "finished");
    assert.deepEqual(
      [verdicts.unchanged, verdicts.done, verdicts.failed],
      [2, group.members!.length - 2 + 1, 0],
    );
    const is = await control.graph("snapshot", { properties: ["displayName"] });
    const members = is.groups.find(({ id }) => id === group.id)?.members ?? [];
    assert.deepEqual(members.toSorted(), [...kept, added].toSorted());
  });
});
