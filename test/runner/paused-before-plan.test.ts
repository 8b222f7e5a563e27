import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { decide } from "../../shared/batches/decisions/decide.ts";
import { OperatorError } from "../../shared/core/errors.ts";
import type { Decision } from "../../shared/records/decisions/decision.ts";
import { home, settings } from "../batches/workshop.ts";
import { openTown, type Town } from "./town.ts";

const away = () => new OperatorError("READ_INCOMPLETE", "x", { fix: "", disposition: "retry" });

let decisions = 0;
const decisionOf = (parts: Partial<Decision>) => ({
  version: 1,
  decisionId: `decision-${++decisions}`,
  tenant: home,
  batch: "b",
  expires: new Date(Date.now() + 30 * 60_000).toISOString(),
  ...parts,
});

/**
 * Pauses a batch before its plan is made; the message is delivered again once the plan is made, because the
 * first delivery stopped halfway. Then resumes the batch.
 */
async function pauseAndResume(mode: string, rows: readonly object[], town: Town): Promise<void> {
  const message = { version: 1, batch: "b", mode, rows };
  const readAll = town.users.readAll.bind(town.users);
  town.users.readAll = () => Promise.reject(away());
  await assert.rejects(town.deliver(message));
  town.users.readAll = readAll;
  const pause = decisionOf({ decision: "pause", expects: "accepted" });
  const stopped = { ...town.ports, acceptQueue: { send: () => Promise.reject(away()) } };
  await assert.rejects(decide(stopped, pause));
  await town.deliver(message);
  assert.equal((await decide(town.ports, pause)).outcome, "applied");
  await town.run();
  assert.equal(state(town), "paused");
  const resume = decisionOf({ decision: "resume", expects: "paused" });
  assert.equal((await decide(town.ports, resume)).outcome, "applied");
  await town.run();
}

const state = (town: Town) => town.blobs.batches.json("b/status.json")["state"];

describe("a batch that is paused before its plan is made, and then resumed", () => {
  it("is not written if it was only to be planned", async () => {
    const town = openTown();
    const id = town.users.addUser({ userPrincipalName: "u@contoso.com", city: "Rome" });
    const rows = [{ operation: "user.update", user: "u@contoso.com", city: "Oslo" }];
    await pauseAndResume("plan", rows, town);
    assert.equal(town.users.users.get(id)?.["city"], "Rome");
    assert.equal(state(town), "planned");
    await town.approve("b");
    await town.run();
    assert.equal(state(town), "finished");
    assert.equal(town.users.users.get(id)?.["city"], "Oslo");
  });

  it("is held again if a guard held it", async () => {
    const town = openTown();
    const id = town.users.addUser({ userPrincipalName: "u@contoso.com", city: "Rome" });
    const protection = { ...settings.protection, objects: [id] };
    Object.assign(town.ports, { settings: { ...settings, protection } });
    const rows = [{ operation: "user.update", user: "u@contoso.com", city: "Oslo" }];
    await pauseAndResume("apply", rows, town);
    assert.equal(town.users.users.get(id)?.["city"], "Rome");
    assert.equal(state(town), "held");
    await town.approve("b");
    await town.run();
    assert.equal(town.users.users.get(id)?.["city"], "Oslo");
  });
});
