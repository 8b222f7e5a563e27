import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";

import { until } from "../core/until.ts";
import { setStage, type Stage } from "../stage/stage.ts";

/** More than a full bucket holds, so that the last row is far from its turn when the urgent one comes. */
const ROWS = 4_500;

describe("an urgent disable of an account that an earlier batch is to enable", () => {
  let stage: Stage;
  before(async () => {
    stage = await setStage({
      cloud: {
        latency: false,
        graph: { seed: { users: ROWS, guests: 0, disabled: 0, synced: 0 } },
      },
    });
  });
  after(() => stage.close());

  const send = (message: object): Promise<void> =>
    stage.send("accept", JSON.stringify({ version: 1, mode: "apply", ...message }));
  const isEnabled = async (id: string): Promise<unknown> => {
    const { users } = await stage.cloud.control.graph("snapshot", {
      properties: ["accountEnabled"],
    });
    return users.find((user) => user.id === id)?.values["accountEnabled"];
  };

  it("leaves the account disabled, after both were made, and does not wait for the whole batch", async () => {
    const { users } = await stage.cloud.control.graph("snapshot", {});
    const ids = users.map(({ id }) => id);
    const leaver = ids.at(-1)!;
    await send({ batch: "before", operation: "user.disable", rows: [{ user: leaver }] });
    assert.equal((await stage.settled("before")).verdicts.done, 1);

    const bulk = ids.slice(0, -1).map((user) => JSON.stringify({ user, jobTitle: "bulk" }));
    bulk.push(JSON.stringify({ user: leaver, accountEnabled: true }));
    await stage.upload("staged/bulk.jsonl", `${bulk.join("\n")}\n`);
    await send({ batch: "bulk", operation: "user.update", file: "staged/bulk.jsonl" });
    await until(async () => Boolean((await stage.status("bulk"))?.verdicts.done));

    const rows = [{ user: leaver }];
    await send({ batch: "urgent", operation: "user.disable", priority: "urgent", rows });
    const urgent = await stage.settled("urgent");
    assert.deepEqual([urgent.verdicts.done, urgent.verdicts.unchanged], [1, 0]);
    assert.equal(await isEnabled(leaver), false);
    const left = await stage.status("bulk");
    assert.equal(left?.state, "running", "the urgent row waited for the whole batch");

    assert.equal((await stage.settled("bulk")).verdicts.done, ROWS);
    assert.equal(await isEnabled(leaver), false);
  });
});
