import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { changeControl } from "../../shared/records/decisions/control.ts";
import { readManifest } from "../../shared/records/manifest.ts";
import { summonRunner, workMarker } from "../../shared/records/markers/marker.ts";
import type { RunnerPorts } from "../../shared/runner/ports.ts";
import { runTenant } from "../../shared/runner/slice/run.ts";
import { settings } from "../batches/workshop.ts";
import { type Death, mortal } from "./mortal.ts";
import { openPasswords } from "./story.ts";
import { noFaults, TinyDirectory } from "./tiny-directory.ts";
import { openTown, type Town } from "./town.ts";

const ann = "ann@contoso.com";
/** Every row is looked at before it is sent, and held if it finds something else than was planned. */
const always = { planFreshMs: 0 };
const message = {
  version: 1,
  batch: "b",
  mode: "plan",
  rows: [{ operation: "user.reset-password", user: ann }],
};

const sealedIn = (town: Town): unknown =>
  (town.report("b").get(1) as { sealedPassword?: unknown } | undefined)?.sealedPassword;

/** Plans and approves a reset, and kills its first runner once its answer is lost. */
async function killedReset(when: Death["when"] = "after", key = { isSet: false }) {
  const town = openTown(new TinyDirectory({ timeoutMs: 30, faults: noFaults }), {
    settings: {
      ...settings,
      get keepsPasswordsOf() {
        return key.isSet ? ["user.reset-password"] : [];
      },
    },
  });
  const id = town.users.addUser({ userPrincipalName: ann });
  await town.deliver(message);
  await town.approve("b");
  const secrets = openPasswords();
  const life = mortal({ ...town.runnerPorts(always), ...secrets }, { on: "post", at: 1, when });
  assert.equal(await Promise.race([runTenant(life.ports), life.died]), "died");
  town.blobs.runner.expireLeases();
  const goOn = (kept: object = secrets) => runTenant({ ...town.runnerPorts(always), ...kept });
  return { town, id, goOn };
}

const given = ({ users }: Town, id: string) => `1|${users.passwords.get(id)}`;

describe("a reset of a password whose answer was lost", () => {
  it("is not held for what somebody changed since, and the report has the password that counts", async () => {
    const { town, id, goOn } = await killedReset();
    assert.ok(town.users.passwords.has(id), "Graph had made the change");
    Object.assign(town.users.users.get(id) ?? {}, { userPrincipalName: "ann.old@contoso.com" });
    await goOn();
    assert.equal(town.blobs.batches.json("b/status.json")["state"], "finished");
    assert.equal(town.report("b").get(1)?.verdict, "done");
    assert.equal(sealedIn(town), given(town, id));
  });

  it("keeps the password that the user may have, if its batch is cancelled before it is sent again", async () => {
    const { town, id, goOn } = await killedReset();
    await changeControl(town.blobs.batches, "b", (control) => ({
      ...control,
      standing: "cancelled",
    }));
    await goOn();
    const row = town.report("b").get(1);
    assert.equal(town.blobs.batches.json("b/status.json")["state"], "cancelled");
    assert.equal(row?.verdict, "failed");
    assert.match(row?.reason ?? "", /^It is not known whether the change was made/);
    assert.equal(sealedIn(town), given(town, id));
  });

  it("keeps it too if the batch was paused in between", async () => {
    const { town, id, goOn } = await killedReset();
    const { batches, runner } = town.blobs;
    await changeControl(batches, "b", (control) => ({ ...control, standing: "paused" }));
    await goOn();
    assert.equal(batches.json("b/status.json")["state"], "paused");
    await changeControl(batches, "b", (control) => ({ ...control, standing: "cancelled" }));
    const manifest = (await readManifest(batches, "b"))!.value;
    await summonRunner(runner, manifest, "b", new Date().toISOString());
    await goOn();
    const row = town.report("b").get(1);
    assert.equal(batches.json("b/status.json")["state"], "cancelled");
    assert.match(row?.reason ?? "", /^It is not known whether the change was made/);
    assert.equal(sealedIn(town), given(town, id));
  });
});

describe("a batch of which the passwords are kept", () => {
  const withoutKey = { sealPassword: undefined };

  /** Its runner was killed with the reset under way, and the key is gone since. */
  async function keyGone(when: Death["when"]) {
    const key = { isSet: true };
    const killed = await killedReset(when, key);
    key.isSet = false;
    await killed.goOn(withoutKey);
    return { ...killed, key };
  }

  for (const when of ["before", "after"] as const) {
    it(`is paused if the key is gone, and gives nobody a password that is lost: killed ${when} its post`, async () => {
      const { town, id, goOn, key } = await keyGone(when);
      const { batches, runner } = town.blobs;
      const { state, reason, by } = batches.json("b/status.json");
      assert.deepEqual([state, by], ["paused", { kind: "policy", policy: "passwords" }]);
      assert.match(String(reason), /PASSWORD_KEY is gone.+resume the batch; or cancel it/);
      assert.equal(town.events.filter(({ event }) => event === "batch.paused").length, 1);
      key.isSet = true;
      await changeControl(batches, "b", (control) => ({ ...control, standing: "open" }));
      const manifest = (await readManifest(batches, "b"))!.value;
      await runner.write(workMarker(manifest, new Date().toISOString()), '{"folder":"b"}');
      await goOn();
      assert.equal(town.report("b").get(1)?.verdict, "done");
      assert.equal(sealedIn(town), given(town, id));
    });
  }

  it("is paused again if somebody resumes it at once while the key is gone", async () => {
    const key = { isSet: true };
    const { town, id, goOn } = await killedReset("before", key);
    const { batches } = town.blobs;
    key.isSet = false;
    let pauses = 0;
    const emit: RunnerPorts["emit"] = ({ event }) => {
      if (event !== "batch.paused" || (pauses += 1) > 1) return;
      const control = { ...batches.json("b/control.json"), standing: "open" };
      void batches.write("b/control.json", JSON.stringify(control));
    };
    await goOn({ ...withoutKey, emit });
    assert.equal(town.users.passwords.get(id), undefined, "nobody would learn it");
    assert.equal(batches.json("b/status.json")["state"], "paused");
    assert.equal(pauses, 2);
  });

  it("keeps in its report what was sealed before the key was gone", async () => {
    const { town, id, goOn } = await keyGone("after");
    const { batches, runner } = town.blobs;
    await changeControl(batches, "b", (control) => ({ ...control, standing: "cancelled" }));
    const manifest = (await readManifest(batches, "b"))!.value;
    await summonRunner(runner, manifest, "b", new Date().toISOString());
    await goOn(withoutKey);
    assert.equal(sealedIn(town), given(town, id));
    assert.ok(batches.text("b/report.csv").includes(given(town, id)));
  });
});
