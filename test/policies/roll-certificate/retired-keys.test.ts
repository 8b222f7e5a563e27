import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";

import type { LocalCloud } from "../../cloud/local-cloud.ts";
import { openRig, type Rig, rollCloud } from "./roll-rig.ts";

let cloud: LocalCloud;
before(async () => {
  cloud = await rollCloud();
});
after(() => cloud.close());

const said = ({ notes }: Rig): string => notes.join("\n");

// Each test has its own application, so tests can run at the same time.
const beside = { concurrency: true };

describe("a key past its overlap", beside, () => {
  it("is removed with the new key's signature two days after that key was accepted", async () => {
    const rig = await openRig();
    await rig.make();
    await rig.rollThrough();
    await rig.make();
    await rig.rollThrough();
    const [first, second, third] = await rig.registered();
    rig.pass(47);
    await rig.rollThrough();
    assert.equal((await rig.registered()).length, 3);
    rig.pass(2);
    const later = rig.restart();
    await later.rollThrough();
    assert.deepEqual(await rig.registered(), [first, third], "the first has no id that is known");
    assert.match(said(later), /removed .* the key of version/);
    assert.match(said(later), /its id is not known, so it expires at \d{4}-/);
    await later.rollThrough();
    assert.deepEqual(await rig.registered(), [first, third]);
    assert.ok(second !== undefined);
  });

  it("is found by its thumbprint if the application may read itself", async () => {
    const rig = await openRig({ roles: ["Application.Read.All"] });
    const made = await rig.make();
    await rig.rollThrough();
    rig.pass(49);
    await rig.rollThrough();
    assert.deepEqual(await rig.registered(), [made.thumbprint]);
  });

  it("stays if the vault serves an older version again", async () => {
    const rig = await openRig();
    const made = await rig.make({ validityInMonths: 24 });
    await rig.rollThrough();
    const { version } = made;
    const name = rig.ports.certificate?.name ?? "";
    await cloud.control.setCertificateEnabled({
      vault: cloud.home.vaultName,
      name,
      version,
      enabled: false,
    });
    rig.pass(49);
    await rig.restart().rollThrough();
    assert.ok((await rig.registered()).includes(made.thumbprint));
  });

  it("that somebody already removed is recorded as removed", async () => {
    const rig = await openRig();
    const second = await rig.make();
    await rig.rollThrough();
    await rig.make();
    await rig.rollThrough();
    const { thumbprint } = second;
    await cloud.control.removeCertificate({ appId: rig.appId, thumbprint });
    rig.pass(49);
    await rig.rollThrough();
    const record = rig.records().find(({ version }) => version === second.version);
    assert.ok(record?.removedAt !== undefined);
  });
});

describe("a person is told what to do", beside, () => {
  it("if a key that was accepted before has been removed", async () => {
    const rig = await openRig();
    const made = await rig.make();
    await rig.rollThrough();
    await cloud.control.removeCertificate({ appId: rig.appId, thumbprint: made.thumbprint });
    assert.equal((await rig.roll()).state, "again", "one of Entra's machines may not know it yet");
    rig.pass(2);
    await rig.rollThrough();
    assert.ok(!(await rig.registered()).includes(made.thumbprint));
    assert.match(said(rig), /removed by somebody.*Make a new version/);
  });

  it("if APPLICATION_OBJECT_ID is not set", async () => {
    const rig = await openRig({ objectId: "" });
    const made = await rig.make();
    assert.deepEqual(await rig.roll(), { state: "done" });
    assert.match(said(rig), /without APPLICATION_OBJECT_ID.*az ad app show.*--register-key/);
    assert.ok(said(rig).includes(made.thumbprint));
  });

  it("if it is another application's, and the corrected setting works at once", async () => {
    const other = await openRig();
    const rig = await openRig({ objectId: other.ports.applicationObjectId });
    await rig.make();
    assert.deepEqual(await rig.roll(), { state: "done" });
    assert.match(said(rig), /Graph refuses addKey .*\(40[13] \w+\).*APPLICATION_OBJECT_ID/);
    assert.ok(rig.records().every(({ addingSince }) => addingSince === undefined));
  });

  it("if no version in the vault is registered", async () => {
    const rig = await openRig();
    const [first] = await rig.registered();
    await cloud.control.removeCertificate({ appId: rig.appId, thumbprint: first ?? "" });
    await rig.make();
    assert.deepEqual(await rig.roll(), { state: "done" });
    assert.match(said(rig), /none can sign the proof.*--register-key/);
  });
});
