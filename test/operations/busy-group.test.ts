import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";

import { catalogue } from "../../shared/operations/list.ts";
import type { LocalCloud } from "../cloud/local-cloud.ts";
import { startCloud } from "../cloud/start-cloud.ts";
import { enterCloud } from "../stage/enter-cloud.ts";
import { Office } from "./live/office.ts";
import { newName, openDirectory, type TestDirectory } from "./live/test-directory.ts";

describe("members of one group who are removed at once", () => {
  let cloud: LocalCloud;
  let directory: TestDirectory;
  let office: Office;
  before(async () => {
    cloud = await startCloud({ storage: false, speed: 20 });
    enterCloud(cloud);
    directory = await openDirectory(cloud);
    office = await Office.open(cloud, catalogue["group.remove-member"].allPermissions);
  });
  after(() => cloud.close());

  for (const conflictAnswer of ["409", "503"] as const)
    it(`all go if Graph answers half of the writes to a busy group with ${conflictAnswer}`, async () => {
      await directory.control("conditions", {
        edgesPerGroup: 1,
        objectConflicts: 0.5,
        conflictAnswer,
      });
      const group = await directory.addGroup();
      const rows: Record<string, string>[] = [];
      for (let at = 0; at < 30; at++) {
        const { id: member } = await directory.addUser();
        await directory.addMember(group, member);
        rows.push({ operation: "group.remove-member", group, member });
      }
      const batch = newName("removals");
      await office.plan(batch, rows);
      const from = await directory.control("counters", {});
      const { rows: ended } = await office.run(batch);
      const to = await directory.control("counters", {});
      assert.deepEqual([...new Set(ended.map(({ verdict }) => verdict))], ["done"]);
      assert.ok(to.conflicts > from.conflicts, "no write met another");
      assert.equal(to.committedWrites - from.committedWrites, 30);
    });
});
