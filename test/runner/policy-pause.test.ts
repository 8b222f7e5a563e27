import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";

import { toObjectId } from "../../shared/core/object-id.ts";
import type { Control } from "../../shared/records/decisions/control.ts";
import type { PlannedRow } from "../../shared/records/shard.ts";
import { type Azurite, startAzurite } from "../storage/azurite.ts";
import { type Rig, createRig, makeContainers, quickSettings } from "./rig.ts";
import { disables, userOf } from "./rows.ts";
import { type PartFault, TinyDirectory, noFaults } from "./tiny-directory.ts";

const hour = 3_600_000;
const later = (ms: number): string => new Date(Date.now() + ms).toISOString();

const controlOf = async (rig: Rig, folder: string): Promise<Control> =>
  JSON.parse(String((await rig.batches.read(`${folder}/control.json`))?.bytes));
const disabled = ({ users }: TinyDirectory): number =>
  [...users.values()].filter((user) => user["accountEnabled"] === false).length;
/** A directory in which the fault hits some of the writes, by their number. */
const directoryWith = (faultOf: (nth: number) => PartFault): TinyDirectory => {
  let nth = 0;
  return new TinyDirectory({ faults: { ...noFaults, part: () => faultOf(nth++) } });
};

const latency = (directory: TinyDirectory): void => {
  directory.faults = { ...directory.faults, latencyMs: () => 40 };
};

describe("the program pauses a batch that a person should look at first:", () => {
  let azurite: Azurite;
  before(async () => {
    azurite = await startAzurite();
    await makeContainers(azurite);
  });
  after(() => azurite.stop());

  /** At 200 writes a second a pause is seen long before 2,000 rows are through. */
  const slowly = { ...quickSettings, quotaPerSecond: 200, statusEveryMs: 20 };
  it("one of whose rows too many fail for one unexplained cause, and says which", async () => {
    const rig = createRig(azurite);
    const directory = directoryWith((nth) => (nth % 10 === 0 ? "denied" : "none"));
    latency(directory);
    const folder = await rig.submit({ rows: disables(directory, 2_000) });
    await rig.runOut(directory, { settings: slowly });
    const status = await rig.status(folder);
    assert.equal(status.state, "paused");
    assert.match(status.reason ?? "", /failed for one cause .*: 403 Authorization_RequestDenied/);
    const { done, failed, pending } = status.verdicts;
    assert.ok(failed >= 11 && pending > 0, JSON.stringify(status.verdicts));
    assert.equal(disabled(directory), done);
    const paused = rig.events.filter(({ event }) => event === "batch.paused");
    assert.equal(paused.length, 1);
    assert.deepEqual((await controlOf(rig, folder)).decisions[0]?.by, {
      kind: "policy",
      policy: "breaker",
    });
    assert.equal(rig.finished.get(folder), undefined);
  });

  // The directory shows whole seconds, and its clock is 20 s behind.
  for (const operation of ["user.revoke-sessions", "user.reset-password"]) {
    it(`but not because ${operation} can hardly be read back`, async () => {
      const rig = createRig(azurite);
      const directory = new TinyDirectory();
      const rows = disables(directory, 30).map((each): PlannedRow => {
        const user = toObjectId(userOf(each));
        const write = { target: { kind: "user", user }, keys: [`object:${user}`] } as const;
        return { row: each.row, operation, write };
      });
      const folder = await rig.submit({ rows });
      await rig.runOut(directory, { settings: { ...quickSettings, canaryRows: 20 } });
      const { state, verdicts } = await rig.status(folder);
      assert.deepEqual([state, verdicts.done], ["finished", 30]);
    });
  }

  it("but not for failures below the share", async () => {
    const rig = createRig(azurite);
    const directory = directoryWith((nth) => (nth % 40 === 0 ? "denied" : "none"));
    const folder = await rig.submit({ rows: disables(directory, 400) });
    await rig.runOut(directory);
    assert.equal((await rig.status(folder)).state, "finished");
  });

  it("one whose window has ended, once; a person may let it go on", async () => {
    const rig = createRig(azurite);
    const directory = new TinyDirectory();
    const notAfter = later(-hour);
    const folder = await rig.submit({ rows: disables(directory, 30), notAfter });
    await rig.runOut(directory, { settings: { ...slowly, quotaPerSecond: 20_000 } });
    const status = await rig.status(folder);
    assert.equal(status.state, "paused");
    assert.match(status.reason ?? "", /notAfter was/);
    assert.equal(disabled(directory), 0, "nothing is sent after the window");
    const control = await controlOf(rig, folder);
    const at = later(0);
    const resume = {
      decisionId: "r",
      decision: "resume",
      at,
      by: { kind: "queue" },
      outcome: "applied",
    };
    const resumed = { ...control, standing: "open", decisions: [...control.decisions, resume] };
    await rig.batches.write(`${folder}/control.json`, JSON.stringify(resumed));
    await rig.announce(folder, at);
    await rig.runOut(directory);
    assert.equal((await rig.status(folder)).state, "finished");
    assert.equal(disabled(directory), 30);
  });

  it("one whose first rows are not in the directory as they were written", async () => {
    const rig = createRig(azurite);
    const directory = directoryWith((nth) => (nth === 7 ? "pretended" : "none"));
    const folder = await rig.submit({ rows: disables(directory, 300) });
    const settings = { ...slowly, quotaPerSecond: 20_000, canaryRows: 20 };
    await rig.runOut(directory, { settings });
    const status = await rig.status(folder);
    assert.equal(status.state, "paused");
    assert.match(
      status.reason ?? "",
      /1 of the first 20 rows of user\.disable are not in the directory .*, row \d+ first/,
    );
    assert.equal(disabled(directory), 19, "only the first rows were sent");
  });

  it("and lets the rest go once the first rows were read back", async () => {
    const rig = createRig(azurite);
    const directory = new TinyDirectory();
    const sentAt: number[] = [];
    directory.watch = (requests) => void sentAt.push(requests.length);
    const folder = await rig.submit({ rows: disables(directory, 300) });
    await rig.runOut(directory, { settings: { ...quickSettings, canaryRows: 20 } });
    assert.equal((await rig.status(folder)).state, "finished");
    assert.equal(disabled(directory), 300);
    const looks = directory.looks;
    assert.ok(looks > 0, "they were read back");
  });
});
