import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";

import type { PlannedRow } from "../../shared/batches/model.ts";
import { type Azurite, startAzurite } from "../storage/azurite.ts";
import { createRig, makeContainers } from "./rig.ts";
import { TinyDirectory } from "./tiny-directory.ts";

const disables = (directory: TinyDirectory, count: number): PlannedRow[] =>
  Array.from({ length: count }, (_, index) => {
    const user = directory.addUser({ userPrincipalName: `u${index}@example.com` });
    return {
      row: index + 1,
      operation: "user.disable",
      write: { target: { user }, set: { accountEnabled: false }, keys: [`object:${user}`] },
    };
  });

describe("a tenant's runner", () => {
  let azurite: Azurite;
  before(async () => {
    azurite = await startAzurite();
    await makeContainers(azurite);
  });
  after(() => azurite.stop());

  it("does every row once and says so", async () => {
    const rig = createRig(azurite);
    const directory = new TinyDirectory();
    const folder = await rig.submit({ rows: disables(directory, 130), rowsPerShard: 50 });
    assert.deepEqual(await rig.run(directory), {
      state: "ran",
      idle: true,
      waitMs: 0,
      problem: undefined,
    });
    assert.equal(rig.finished.get(folder)?.size, 130);
    assert.equal(rig.finished.get(folder)?.get(7)?.verdict, "done");
  });
});
