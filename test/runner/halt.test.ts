import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";

import { changeTenantControl, withDecision } from "../../shared/records/decisions/control.ts";
import { hasDueWork } from "../../shared/records/markers/marker.ts";
import { recorded } from "../records/decisions.ts";
import { type Azurite, startAzurite } from "../storage/azurite.ts";
import { ann, decideAs, reporting } from "./decided.ts";
import { createRig, makeContainers, quickSettings, type Rig } from "./rig.ts";
import { disables, userOf } from "./rows.ts";
import { noFaults, TinyDirectory } from "./tiny-directory.ts";

const disabled = (directory: TinyDirectory): number =>
  [...directory.users.values()].filter(({ accountEnabled }) => accountEnabled === false).length;

/** Graph answers slowly, so that there is a middle; `when` is called as the nth post arrives. */
const slowly = (nth: number, when: () => void): TinyDirectory => {
  const directory = new TinyDirectory({ faults: { ...noFaults, latencyMs: () => 30 } });
  directory.watch = () => {
    if (directory.posts === nth) when();
  };
  return directory;
};
const few = { settings: { ...quickSettings, postsInFlight: 1 } };
const markersOf = async (rig: Rig): Promise<string[]> => {
  const paths: string[] = [];
  for await (const { path } of rig.runner.list(`${rig.tenant}/queue/`)) paths.push(path);
  return paths;
};

describe("a runner that sees what people decided", () => {
  let azurite: Azurite;
  before(async () => {
    azurite = await startAzurite();
    await makeContainers(azurite);
  });
  after(() => azurite.stop());

  it("stops in the middle of a batch that is cancelled: what was sent is settled, the rest is skipped", async () => {
    const rig = createRig(azurite);
    let folder = "";
    const reason = "wrong file";
    const directory = slowly(3, () => void decideAs(rig, folder, { decision: "cancel", reason }));
    const rows = disables(directory, 2_000);
    folder = await rig.submit({ rows });
    await rig.runOut(directory, { ...few, ...reporting(rig) });
    const status = await rig.status(folder);
    assert.equal(status.state, "cancelled");
    assert.match(status.reason ?? "", /cancelled by ann@contoso\.com \(a\) at .* wrong file\./);
    assert.deepEqual(status.by, ann);
    const { done, skipped, pending } = status.verdicts;
    assert.equal(done, disabled(directory));
    assert.ok(done > 0 && done < 1_000, `${done} of 2,000`);
    assert.deepEqual([skipped, pending], [2_000 - done, 0]);
    assert.deepEqual(await markersOf(rig), []);
  });

  it("looks at what is in doubt before a cancelled batch ends", async () => {
    const rig = createRig(azurite);
    let folder = "";
    const directory = slowly(2, () => void decideAs(rig, folder, { decision: "cancel" }));
    directory.faults = { ...directory.faults, post: () => "lose-after" };
    const rows = disables(directory, 200);
    folder = await rig.submit({ rows });
    await rig.runOut(directory, { ...few, ...reporting(rig) });
    const { verdicts, state } = await rig.status(folder);
    assert.equal(state, "cancelled");
    assert.equal(verdicts.done, disabled(directory));
    assert.equal(verdicts.done + verdicts.skipped, 200);
  });

  it("ends a cancelled batch that waits behind others at once, and another cancel ends nothing more", async () => {
    const rig = createRig(azurite);
    let second = "";
    let endedAt = 0;
    const directory = slowly(3, () => void decideAs(rig, second, { decision: "cancel" }));
    const rows = disables(directory, 1_500);
    const first = await rig.submit({ rows });
    second = await rig.submit({ rows: disables(directory, 3).map((row) => ({ ...row })) });
    const report = reporting(rig);
    await rig.runOut(directory, {
      ...few,
      finishBatch: async (folder, receipts) => {
        if (folder === second) endedAt = directory.posts;
        return report.finishBatch(folder, receipts);
      },
    });
    assert.equal((await rig.status(second)).state, "cancelled");
    assert.equal((await rig.status(first)).state, "finished");
    assert.ok(endedAt > 0 && endedAt < 70, `after ${endedAt} of ${directory.posts} posts`);
    assert.deepEqual(await markersOf(rig), []);
  });

  it("lays a paused batch aside and goes on with it when it is resumed, each row once", async () => {
    const rig = createRig(azurite);
    let folder = "";
    const directory = slowly(
      3,
      () => void decideAs(rig, folder, { decision: "pause", reason: "?" }),
    );
    const rows = disables(directory, 600);
    folder = await rig.submit({ rows, rowsPerShard: 100 });
    await rig.runOut(directory, { ...few, ...reporting(rig) });
    const paused = await rig.status(folder);
    assert.equal(paused.state, "paused");
    assert.deepEqual(paused.by, ann);
    assert.match(paused.fix ?? "", /npm run batch -- resume batch-/);
    assert.equal(paused.verdicts.done, disabled(directory));
    assert.ok(paused.verdicts.pending > 0);
    assert.deepEqual(await markersOf(rig), []);
    await decideAs(rig, folder, { decision: "resume", decisionId: "decision-2" });
    await rig.runOut(directory, reporting(rig));
    const { state, verdicts, by } = await rig.status(folder);
    assert.deepEqual([state, verdicts.done, by], ["finished", 600, undefined]);
    assert.deepEqual(
      [...directory.made.values()].filter((times) => times > 1),
      [],
    );
  });

  it("lets rows of other batches pass a paused one on the same object", async () => {
    const rig = createRig(azurite);
    const directory = new TinyDirectory();
    const rows = disables(directory, 3);
    const folder = await rig.submit({ rows });
    await decideAs(rig, folder, { decision: "pause" });
    const same = rows.map((row) => ({
      ...row,
      operation: "user.update",
      write: { ...row.write!, set: { jobTitle: "Nurse" } },
    }));
    const later = await rig.submit({ rows: same as typeof rows });
    await rig.runOut(directory, reporting(rig));
    assert.equal((await rig.status(folder)).state, "paused");
    assert.equal((await rig.status(later)).state, "finished");
    assert.equal(directory.users.get(userOf(rows[0]))?.["jobTitle"], "Nurse");
    assert.equal(disabled(directory), 0);
  });

  it("sends nothing of a paused tenant, keeps its order, and goes on when it is resumed", async () => {
    const rig = createRig(azurite);
    const pause = async (decision: "pause" | "resume", decisionId: string): Promise<void> => {
      const at = new Date().toISOString();
      const made = recorded({ at, by: ann, decision, decisionId });
      await changeTenantControl(rig.runner, rig.tenant, (was) => withDecision(was, made, at));
    };
    const directory = slowly(3, () => void pause("pause", "decision-1"));
    const rows = disables(directory, 600);
    const folder = await rig.submit({ rows });
    const waiting = await rig.submit({ rows: disables(directory, 2) });
    const end = await rig.run(directory, { ...few, ...reporting(rig) });
    assert.ok(end.state === "ran" && end.idle);
    assert.equal((await rig.status(folder)).state, "paused");
    assert.equal((await rig.status(waiting)).state, "accepted");
    assert.equal((await markersOf(rig)).length, 2);
    assert.equal(await hasDueWork(rig.runner, rig.tenant), false);
    const sent = directory.posts;
    const again = await rig.run(directory, reporting(rig));
    assert.ok(again.state === "ran" && again.idle);
    assert.equal(directory.posts, sent);
    await decideAs(rig, waiting, { decision: "cancel" });
    await rig.run(directory, reporting(rig));
    assert.equal((await rig.status(waiting)).state, "cancelled", "cancel works meanwhile");
    await pause("resume", "decision-2");
    assert.equal(await hasDueWork(rig.runner, rig.tenant), true);
    await rig.runOut(directory, reporting(rig));
    const { state, verdicts } = await rig.status(folder);
    assert.deepEqual([state, verdicts.done], ["finished", 600]);
    assert.deepEqual(
      [...directory.made.values()].filter((times) => times > 1),
      [],
    );
    assert.deepEqual(await markersOf(rig), []);
  });
});
