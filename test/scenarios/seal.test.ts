import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";

import { verifySeal } from "../../shared/seal/verify-seal.ts";
import { MemoryBlobs } from "../batches/memory-blobs.ts";
import { setStage, type Stage } from "../stage/stage.ts";

const vaultRight = { role: "Key Vault Crypto User" } as const;

describe("a batch that has ended can be proven", () => {
  let stage: Stage;
  let user: string;
  before(async () => {
    stage = await setStage({
      cloud: { latency: false, graph: { seed: { users: 2, groups: 1, disabled: 0, guests: 0 } } },
    });
    const { users } = await stage.cloud.control.graph("snapshot", {
      properties: ["userPrincipalName"],
    });
    user = String(users[0]?.values["userPrincipalName"]);
  });
  after(() => stage.close());

  const run = async (batch: string): Promise<MemoryBlobs> => {
    const rows = [{ operation: "user.update", user, jobTitle: batch }];
    await stage.send("accept", JSON.stringify({ version: 1, batch, mode: "apply", rows }));
    assert.equal((await stage.settled(batch)).state, "finished");
    return download(batch);
  };
  /** The batch's folder as somebody keeps it who wants to prove it later. */
  const download = async (batch: string): Promise<MemoryBlobs> => {
    const kept = new MemoryBlobs();
    const container = stage.container("batches");
    for await (const { name } of container.listBlobsFlat({ prefix: `${batch}/` })) {
      await kept.write(name, await container.getBlobClient(name).downloadToBuffer());
    }
    return kept;
  };

  it("offline, by a signature of the vault's key and the root that was told when it ended", async () => {
    const kept = await run("sealed");
    const told = stage.events.find(({ event }) => event === "batch.finished");
    const verified = await verifySeal(kept, "sealed", { root: String(told?.["root"]) });
    assert.deepEqual(verified?.findings, []);
    assert.deepEqual([verified.isWhole, verified.signature], [true, "valid"]);
    const { keyVaultUri } = stage.cloud.home;
    assert.match(
      verified.seal.signature!.key,
      new RegExp(`^${keyVaultUri}keys/seal/[0-9a-f]{32}$`),
    );
    assert.equal(told?.["isSigned"], true);
    const report = kept.text("sealed/report.csv").replace("sealed", "Sealed");
    await kept.write("sealed/report.csv", report);
    const altered = await verifySeal(kept, "sealed");
    assert.deepEqual(
      altered?.findings.map(({ path, finding }) => [path, finding]),
      [["report.csv", "altered"]],
    );
  });

  it("but not by signature if the vault refuses it, and then the seal says which role is missing", async () => {
    const { vaultName: vault, managedIdentity } = stage.cloud.home;
    const { principalId } = managedIdentity;
    await stage.cloud.control.removeVaultRole({ vault, principalId, ...vaultRight });
    const kept = await run("unsigned");
    const verified = await verifySeal(kept, "unsigned");
    assert.deepEqual([verified?.isWhole, verified?.signature], [true, "unsigned"]);
    assert.match(verified!.seal.unsigned!, /signature by key seal .*"Key Vault Crypto User"/);
  });
});
