import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { openVault, trouble } from "../played-vault.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

describe("the first look at the vault", () => {
  it("reads the newest version once for all callers", async () => {
    const vault = openVault();
    vault.add("v1");
    vault.add("v2");
    await Promise.all(Array.from({ length: 1000 }, () => vault.usable()));
    assert.equal(vault.reads(), "newest");
    assert.equal(await vault.usable(), "v2");
    assert.equal(vault.reads(), "");
  });

  it("uses the previous version if the newest is disabled, broken or not in force", async () => {
    for (const spoil of ["disabled", "broken", "early", "late"]) {
      const vault = openVault();
      vault.add("v1");
      const period = { early: { fromDays: 1 }, late: { fromDays: -9, toDays: -1 } }[spoil] ?? {};
      const newest = vault.add("v2", period);
      newest.enabled = spoil !== "disabled";
      newest.broken = spoil === "broken";
      assert.equal(await vault.usable(), "v1", spoil);
      assert.equal(vault.reads(), "newest list v1", spoil);
    }
  });

  it("passes the vault's error on, and looks again for the next caller", async () => {
    const vault = openVault();
    vault.add("v1");
    vault.failing(trouble("VAULT_UNREACHABLE"));
    await assert.rejects(vault.usable(), { code: "VAULT_UNREACHABLE" });
    vault.failing(undefined);
    assert.equal(await vault.usable(), "v1");
  });
});

describe("a new version", () => {
  it("is found within 66 minutes in the background by two reads, and is tried first", async () => {
    const vault = openVault();
    vault.add("v1");
    await vault.usable();
    vault.add("v2");
    await vault.clock.advance(HOUR);
    vault.reads();
    assert.equal(await vault.usable(), "v1");
    assert.equal(vault.reads(), "");
    await vault.clock.advance(HOUR / 10);
    assert.equal(await vault.usable(), "v1", "nobody waits for the look");
    await vault.clock.advance(0);
    assert.equal(await vault.usable(), "v2 v1");
    assert.equal(vault.reads(), "list v2");
  });

  it("costs one read an hour while there is none", async () => {
    const vault = openVault();
    vault.add("v1");
    await vault.usable();
    vault.reads();
    await vault.clock.advance(1.1 * HOUR);
    await vault.usable();
    await vault.clock.advance(0);
    assert.equal(vault.reads(), "list");
  });

  it("is found at once when it is announced", async () => {
    const vault = openVault();
    vault.add("v1");
    await vault.usable();
    vault.add("v2");
    await vault.kept.reread();
    assert.equal(await vault.usable(), "v2 v1");
  });

  it("that is broken is read only once", async () => {
    const vault = openVault();
    vault.add("v1");
    await vault.usable();
    vault.add("v2").broken = true;
    vault.reads();
    await vault.kept.reread();
    await vault.kept.reread();
    assert.equal(await vault.usable(), "v1");
    assert.equal(vault.reads(), "list v2 list");
    assert.deepEqual(vault.troubles, ["CERTIFICATE_UNUSABLE"]);
  });

  it("that is broken does not hide the one made before it", async () => {
    const vault = openVault();
    vault.add("v1");
    await vault.usable();
    vault.add("v2");
    vault.add("v3").broken = true;
    vault.reads();
    await vault.kept.reread();
    assert.equal(await vault.usable(), "v2 v1");
    assert.equal(vault.reads(), "list v3 v2");
  });

  it("is found by an identity that may read the secret but not list its versions", async () => {
    const vault = openVault();
    vault.failingToList(trouble("VAULT_REFUSED"));
    vault.add("v1");
    await vault.usable();
    vault.add("v2");
    await vault.kept.reread();
    assert.equal(await vault.usable(), "v2 v1");
  });
});

describe("a version that Entra refuses", () => {
  it("is tried after the others for an hour, then first again", async () => {
    const vault = openVault();
    vault.add("v1");
    await vault.usable();
    vault.add("v2");
    await vault.kept.reread();
    vault.kept.refused(await vault.key("v2"));
    assert.equal(await vault.usable(), "v1 v2");
    await vault.clock.advance(HOUR);
    assert.equal(await vault.usable(), "v2 v1");
  });

  it("is tried first again after it was accepted", async () => {
    const vault = openVault();
    vault.add("v1");
    await vault.usable();
    vault.kept.refused(await vault.key("v1"));
    vault.add("v2");
    await vault.kept.reread();
    vault.kept.refused(await vault.key("v2"));
    vault.kept.accepted(await vault.key("v1"));
    assert.equal(await vault.usable(), "v1 v2");
  });

  it("is replaced by the previous version with two reads", async () => {
    const vault = openVault();
    vault.add("v1");
    vault.add("v2");
    await vault.usable();
    vault.reads();
    assert.equal(await vault.further(), "v1");
    assert.equal(vault.reads(), "list v1");
    assert.equal(await vault.usable(), "v1 v2", "and what works is remembered");
  });

  it("is replaced by a newer, unknown version with two reads", async () => {
    const vault = openVault();
    vault.add("v1");
    await vault.usable();
    vault.add("v2");
    vault.reads();
    assert.equal(await vault.further(), "v2");
    assert.equal(vault.reads(), "list v2");
  });

  it("is replaced by older versions, one per look, until one works", async () => {
    const vault = openVault();
    for (const name of ["v1", "v2", "v3", "v4", "v5"]) vault.add(name);
    await vault.usable();
    for (const name of ["v4", "v3", "v2", "v1"]) {
      assert.equal(await vault.further(), name);
      await vault.clock.advance(30_000);
    }
    vault.kept.accepted(await vault.key("v1"));
    assert.equal((await vault.usable()).split(" ")[0], "v1");
  });

  it("does not delay a look after the clock was corrected by a day", async () => {
    const vault = openVault();
    vault.add("v1");
    await vault.usable();
    await vault.further();
    vault.tellTime(-86_400_000);
    await vault.clock.advance(30_000);
    vault.reads();
    await vault.further();
    assert.equal(vault.reads(), "list");
  });

  it("causes one look in 30 s for all callers together", async () => {
    const vault = openVault();
    vault.add("v1");
    await vault.usable();
    vault.reads();
    await Promise.all([vault.further(), vault.further(), vault.further()]);
    assert.equal(await vault.further(), "");
    assert.equal(vault.reads(), "list");
    await vault.clock.advance(30_000);
    await vault.further();
    assert.equal(vault.reads(), "list");
  });

  it("stays in use if the vault does not answer", async () => {
    const vault = openVault();
    vault.add("v1");
    await vault.usable();
    vault.failing(trouble("VAULT_UNREACHABLE"));
    assert.equal(await vault.further(), "");
    assert.equal(await vault.usable(), "v1");
    assert.deepEqual(vault.troubles, ["VAULT_UNREACHABLE"]);
    // After a failed look the next one comes sooner, but not at once.
    vault.reads();
    await vault.clock.advance(9_999);
    assert.equal(await vault.further(), "");
    assert.equal(vault.reads(), "");
    vault.failing(undefined);
    vault.add("v2");
    await vault.clock.advance(1);
    assert.equal(await vault.further(), "v2");
  });
});

describe("a version that was held", () => {
  it("is dropped after it was disabled, if another one works", async () => {
    const vault = openVault();
    vault.add("v1");
    const newest = vault.add("v2");
    await vault.usable();
    newest.enabled = false;
    vault.reads();
    await vault.kept.reread();
    assert.equal(await vault.usable(), "v1");
    assert.equal(vault.reads(), "list v1");
  });

  it("stays if no other one works", async () => {
    const vault = openVault();
    const only = vault.add("v1");
    await vault.usable();
    only.enabled = false;
    await vault.kept.reread();
    assert.equal(await vault.usable(), "v1");
  });

  it("is replaced when it expires, by one look that callers wait for", async () => {
    const vault = openVault();
    vault.add("v1", { toDays: 1 });
    await vault.usable();
    vault.add("v2");
    await vault.clock.advance(DAY);
    vault.reads();
    assert.equal(await vault.usable(), "v2");
    assert.equal(vault.reads(), "list v2");
  });

  it("is used through five hours of a silent vault, with few requests", async () => {
    const vault = openVault();
    vault.add("v1");
    await vault.usable();
    vault.failing(trouble("VAULT_UNREACHABLE"));
    vault.reads();
    for (let minute = 0; minute < 300; minute++) {
      await vault.clock.advance(60_000);
      assert.equal(await vault.usable(), "v1");
    }
    assert.ok(vault.reads().split(" ").length < 45);
  });
});
