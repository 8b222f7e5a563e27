import assert from "node:assert/strict";
import { beforeEach, describe, it } from "node:test";

import { runTenant } from "../../../shared/runner/slice/run.ts";
import { openTown } from "../../runner/town.ts";
import { runAndJournal } from "../undo/jobs.ts";
import { home, type Workshop } from "../workshop.ts";
import { add, list, openStory, type Story } from "./story.ts";

let story: Story;
let workshop: Workshop;
let once: Story["once"];
let afterwards: Story["afterwards"];

beforeEach(() => {
  story = openStory();
  ({ workshop, once, afterwards } = story);
});

describe("rows that are expanded beside work of which something is damaged", () => {
  it("do not wait for a batch that is damaged", async () => {
    await once("earlier", [add("dee")]);
    await workshop.blobs.batches.write("earlier/shards/00001.jsonl", "{");
    assert.equal(await once("list", list), "accepted");
  });

  for (const { what, blob, damage, by } of [
    { what: "plan", blob: "plan.json", damage: /sha256:[0-9a-f]{8}/, by: "sha256:00000000" },
    { what: "last shard", blob: "shards/00002.jsonl", damage: '"row":1001', by: '"row":"?"' },
  ]) {
    it(`do not wait for a batch of which the ${what} is damaged`, async () => {
      const fillers = Array.from({ length: 1_000 }, (_, at) => {
        workshop.directory.addUser(`filler${at}@contoso.com`);
        return `user.update,,,filler${at}@contoso.com,Oslo`;
      });
      const lines = ["group.add-member,Nurses,dee@contoso.com,,", ...fillers];
      const content = ["operation,group,member,user,city", ...lines, ""].join("\n");
      const path = `${await workshop.drop("earlier.csv", content)}/${blob}`;
      const { batches } = workshop.blobs;
      await batches.write(path, batches.text(path).replace(damage, by));
      assert.equal(await once("list", list), "accepted");
    });
  }

  for (const { what, blob } of [
    { what: "the decisions about it", blob: "control.json" },
    { what: "what its rows replace", blob: "before/00001.jsonl" },
  ]) {
    it(`do not wait for a batch that the runner cannot go on with because ${what} cannot be read`, async () => {
      await once("earlier", [add("dee")]);
      const { batches } = workshop.blobs;
      await batches.write(`earlier/${blob}`, "{");
      await runTenant({
        ...openTown().runnerPorts(),
        blobs: workshop.blobs,
        admit: () => Promise.resolve({ kind: "run" }),
      });
      const { reason, code } = batches.json("earlier/status.json");
      assert.deepEqual([code, String(reason).split(" ")[0]], ["BATCH_DAMAGED", `earlier/${blob}`]);
      assert.equal(await once("list", list), "accepted");
    });
  }

  it("take a state that cannot be read for none, as the runner does", async () => {
    for (const damaged of ["{", "", "null", '{"lagMs":"long"}', '{"lagMs":1e999}']) {
      await workshop.blobs.runner.write(`${home}/state.json`, damaged);
      const name = `${damaged.length}`;
      await once(`earlier-${name}`, [add("dee")]);
      await once(`list-${name}`, list);
      await runAndJournal(workshop, `earlier-${name}`);
      assert.equal(await afterwards(`list-${name}`, list), "accepted");
      await runAndJournal(workshop, `list-${name}`);
      story.passedMs += 1;
    }
  });
});
