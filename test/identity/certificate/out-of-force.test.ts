import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { openVault, trouble } from "../played-vault.ts";

describe("the versions of a certificate", () => {
  it("lets Entra decide if no version is in force, because our clock may be wrong", async () => {
    const vault = openVault();
    vault.add("v1", { fromDays: 2 });
    assert.equal(await vault.usable(), "v1");
    vault.tellTime();
    assert.equal(await vault.usable(), "v1");
    vault.failing(trouble("VAULT_UNREACHABLE"));
    await vault.clock.advance(30_000);
    assert.equal(await vault.usable(), "v1", "also while the vault does not answer");
  });

  it("looks for a version in force once in 30 s while none is", async () => {
    const vault = openVault();
    vault.add("v1", { toDays: -3 });
    await vault.usable();
    for (let call = 0; call < 10; call++) await vault.usable();
    vault.reads();
    for (let call = 0; call < 10; call++) await vault.usable();
    assert.equal(vault.reads(), "");
    vault.add("v2");
    await vault.clock.advance(30_000);
    assert.equal(await vault.usable(), "v2");
  });

  it("says why no version can be used", async () => {
    const vault = openVault();
    vault.tellTime();
    vault.add("v1", { toDays: -3 });
    await vault.usable();
    assert.equal(vault.kept.outOfForce()?.code, "CERTIFICATE_UNUSABLE");
    assert.match(vault.kept.outOfForce()?.message ?? "", /v1 .* expired at 2026-11-18T12:00:00/);
    const early = openVault();
    early.tellTime();
    early.add("v1", { fromDays: 2 });
    await early.usable();
    assert.match(early.kept.outOfForce()?.message ?? "", /not valid before 2026-11-23T12/);
    const broken = openVault();
    broken.add("v1").broken = true;
    await assert.rejects(broken.usable(), { message: /broken/ });
    const good = openVault();
    good.add("v1");
    await good.usable();
    assert.equal(good.kept.outOfForce(), undefined);
  });
});
