import assert from "node:assert/strict";
import { constants, generateKeyPairSync, sign } from "node:crypto";
import { describe, it } from "node:test";

import fc from "fast-check";

import { OperatorError } from "../../shared/core/errors.ts";
import type { Seal, SealKey, Signer } from "../../shared/seal/seal.ts";
import { thumbprintOf, verifySeal } from "../../shared/seal/verify-seal.ts";
import { type Workshop, openWorkshop } from "../batches/workshop.ts";

/** A key such as the vault's. */
function makeKey(): SealKey {
  const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const padding = constants.RSA_PKCS1_PSS_PADDING;
  const signer: Signer = {
    sign: async (text) => ({
      key: "https://vault.example/keys/seal/1",
      algorithm: "PS256",
      value: sign("sha256", Buffer.from(text), {
        key: privateKey,
        padding,
        saltLength: constants.RSA_PSS_SALTLEN_DIGEST,
      }).toString("base64url"),
      publicKey: publicKey.export({ format: "jwk" }),
    }),
  };
  return { open: () => Promise.resolve(signer) };
}

/** A batch of three rows that has finished. */
async function finished(sealKey?: SealKey): Promise<Workshop> {
  const workshop = openWorkshop({ sealKey });
  for (const name of ["ann", "bob", "cem"]) workshop.directory.addUser(`${name}@contoso.com`);
  const rows = ["ann", "bob", "cem"].map((name) => ({
    operation: "user.update",
    user: `${name}@contoso.com`,
    city: "Oslo",
  }));
  await workshop.deliver({ version: 1, batch: "movers", mode: "apply", rows });
  await workshop.runAll("movers");
  return workshop;
}

const sealOf = ({ blobs }: Workshop): Seal =>
  blobs.batches.json("movers/seal.json") as unknown as Seal;

const refuse = (): Promise<never> =>
  Promise.reject(
    new OperatorError("VAULT_REFUSED", "Key Vault refuses access to key seal.", {
      fix: "Grant the role.",
      disposition: "stop",
    }),
  );

describe("the seal of a batch that has ended", () => {
  it("lists every blob that does not change any more, and is told with the end of the batch", async () => {
    const workshop = await finished(makeKey());
    const { blobs, root } = sealOf(workshop);
    const paths = [...workshop.blobs.batches.blobs.keys()]
      .filter((path) => path.startsWith("movers/"))
      .map((path) => path.slice("movers/".length))
      .filter((path) => !["seal.json", "status.json", "lock"].includes(path));
    assert.deepEqual(
      blobs.map(({ path }) => path),
      paths.toSorted(),
    );
    for (const path of ["batch.json", "input", "plan.json", "report.csv", "shards/00001.jsonl"]) {
      assert.ok(paths.includes(path), path);
    }
    const told = workshop.events.find(({ event }) => event === "batch.finished");
    assert.deepEqual(told && "root" in told && [told.root, told.isSigned], [root, true]);
  });

  it("is right as long as nothing was changed", async () => {
    const { blobs } = await finished(makeKey());
    const verified = await verifySeal(blobs.batches, "movers");
    assert.equal(verified?.isWhole, true);
    assert.equal(verified.signature, "valid");
    assert.deepEqual(verified.findings, []);
  });

  it("shows whichever byte of whichever listed blob is altered", async () => {
    const workshop = await finished(makeKey());
    const stored = workshop.blobs.batches.blobs;
    const listed = sealOf(workshop).blobs.map(({ path }) => path);
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...listed),
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        async (path, index, flip) => {
          const blob = stored.get(`movers/${path}`)!;
          const bytes = Buffer.from(blob.bytes);
          bytes[index % bytes.length]! ^= flip;
          stored.set(`movers/${path}`, { ...blob, bytes });
          const verified = await verifySeal(workshop.blobs.batches, "movers");
          stored.set(`movers/${path}`, blob);
          assert.equal(verified?.isWhole, false);
          assert.ok(verified.findings.some((each) => each.path === path));
        },
      ),
      { numRuns: 300 },
    );
  });

  it("shows what was removed and what was added", async () => {
    const { blobs } = await finished();
    const { batches } = blobs;
    await batches.delete("movers/report.csv");
    await batches.write("movers/shards/00002.jsonl", "");
    const { findings = [] } = (await verifySeal(batches, "movers")) ?? {};
    assert.deepEqual(
      findings.map(({ path, finding }) => [path, finding]),
      [
        ["report.csv", "missing"],
        ["shards/00002.jsonl", "added"],
      ],
    );
  });

  it("knows what is kept for a limited time only, and finds no fault if it is gone", async () => {
    const { blobs } = await finished();
    await blobs.batches.delete("movers/before/00001.jsonl");
    const early = await verifySeal(blobs.batches, "movers");
    assert.deepEqual([early?.isWhole, early?.findings[0]?.finding], [false, "missing"]);
    const nowMs = Date.now() + 25 * 60 * 60_000;
    const verified = await verifySeal(blobs.batches, "movers", { nowMs });
    assert.deepEqual(
      verified?.findings.map(({ path, finding }) => [path, finding]),
      [["before/00001.jsonl", "expired"]],
    );
    assert.equal(verified.isWhole, true);
  });

  it("shows that its list was altered, by its root", async () => {
    const workshop = await finished(makeKey());
    const seal = sealOf(workshop);
    const forged = { ...seal, verdicts: { ...seal.verdicts, failed: 1 } };
    await workshop.blobs.batches.write("movers/seal.json", JSON.stringify(forged));
    const verified = await verifySeal(workshop.blobs.batches, "movers");
    assert.deepEqual(verified?.findings, [
      {
        path: "seal.json",
        finding: "altered",
        words: "its root does not follow from what it lists",
      },
    ]);
  });

  it("is wrong without a signature if one by a known key is asked for", async () => {
    const { blobs } = await finished();
    const unsigned = await verifySeal(blobs.batches, "movers");
    assert.equal(unsigned?.signature, "unsigned");
    const asked = await verifySeal(blobs.batches, "movers", { thumbprint: "the vault's" });
    assert.equal(asked?.signature, "wrong");
  });

  it("shows that the folder of another batch was put in its place", async () => {
    const { blobs } = await finished(makeKey());
    const own = await verifySeal(blobs.batches, "movers", { batch: "movers" });
    assert.equal(own?.isWhole, true);
    const verified = await verifySeal(blobs.batches, "movers", { batch: "leavers" });
    assert.equal(verified?.isWhole, false);
    assert.equal(verified.findings[0]?.words, "it is the seal of batch movers");
  });

  it("shows another signer, and another root than the one that was told", async () => {
    const key = makeKey();
    const workshop = await finished(key);
    const { batches } = workshop.blobs;
    const seal = sealOf(workshop);
    const thumbprint = thumbprintOf(seal.signature!);
    assert.equal((await verifySeal(batches, "movers", { thumbprint }))?.signature, "valid");
    const other = await (await makeKey().open()).sign(seal.root);
    await batches.write("movers/seal.json", JSON.stringify({ ...seal, signature: other }));
    assert.equal((await verifySeal(batches, "movers"))?.signature, "valid");
    assert.equal((await verifySeal(batches, "movers", { thumbprint }))?.signature, "wrong");
    const swapped = { ...seal.signature!, publicKey: other.publicKey };
    await batches.write("movers/seal.json", JSON.stringify({ ...seal, signature: swapped }));
    assert.equal((await verifySeal(batches, "movers"))?.signature, "wrong");
    const verified = await verifySeal(batches, "movers", { root: `sha256:${"0".repeat(64)}` });
    assert.equal(verified?.isWhole, false);
  });

  it("keeps no batch from ending if the vault does not tell its key or does not sign, and says why", async () => {
    for (const open of [refuse, () => Promise.resolve({ sign: refuse })]) {
      const workshop = await finished({ open });
      const seal = sealOf(workshop);
      assert.equal(seal.unsigned, "Key Vault refuses access to key seal. Grant the role.");
      const verified = await verifySeal(workshop.blobs.batches, "movers");
      assert.deepEqual([verified?.isWhole, verified?.signature], [true, "unsigned"]);
      const told = workshop.events.find(({ event }) => event === "batch.finished");
      assert.equal(told && "isSigned" in told && told.isSigned, false);
    }
  });

  it("is of the blobs as they are at the end, if the end was prepared before and one has changed since", async () => {
    for (const change of ["", "\n"]) {
      const workshop = openWorkshop({ sealKey: makeKey() });
      workshop.directory.addUser("ann@contoso.com");
      const rows = [{ operation: "user.update", user: "ann@contoso.com", city: "Oslo" }];
      await workshop.deliver({ version: 1, batch: "movers", mode: "apply", rows });
      await workshop.batches.prepareEnd("movers");
      const { batches } = workshop.blobs;
      const input = (await batches.read("movers/input"))?.bytes.toString("utf8") ?? "";
      if (change !== "") await batches.write("movers/input", input + change);
      await workshop.runAll("movers");
      const verified = await verifySeal(batches, "movers");
      assert.deepEqual([verified?.isWhole, verified?.signature], [true, "valid"]);
    }
  });

  it("is not made for a batch that can still go on", async () => {
    const workshop = openWorkshop();
    workshop.directory.addUser("ann@contoso.com");
    const rows = [{ operation: "user.disable", user: "ann@contoso.com" }];
    await workshop.deliver({ version: 1, batch: "leavers", mode: "plan", rows });
    assert.equal(workshop.blobs.batches.blobs.has("leavers/seal.json"), false);
    assert.equal(await verifySeal(workshop.blobs.batches, "leavers"), undefined);
  });
});
