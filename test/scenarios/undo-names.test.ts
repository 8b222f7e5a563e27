import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";

import { until } from "../core/until.ts";
import type { Stage } from "../stage/stage.ts";
import { differences, fingerprintOf } from "../undo/fingerprint.ts";
import { decide, setUndoStage } from "../undo/undo-round.ts";

type Row = Readonly<Record<string, unknown>>;

let stage: Stage;
let domain: string;
/** Users of the cloud only, each used once. */
let free: { id: string; name: string }[];
before(async () => {
  stage = await setUndoStage(2);
  domain = stage.cloud.home.domain;
  const { users } = await stage.cloud.control.graph("snapshot", {});
  free = users
    .filter(({ values }) => values["onPremisesSyncEnabled"] !== true && values["accountEnabled"])
    .map(({ id, values }) => ({ id, name: String(values["userPrincipalName"]) }));
});
after(() => stage.close());

const look = async () => fingerprintOf(await stage.cloud.control.graph("snapshot", {}));
const some = () => free.pop()!;
const rename = (user: string, userPrincipalName: string): Row => ({
  operation: "user.update",
  user,
  userPrincipalName,
});
const set = (user: string, values: Row): Row => ({ operation: "user.update", user, ...values });

/** Runs batches one after the other, and undoes them from the last to the first: all is as it was. */
async function thereAndBack(batch: string, ...batches: readonly (readonly Row[])[]): Promise<void> {
  const states = [await look()];
  for (const [at, rows] of batches.entries()) {
    const name = `${batch}-${at}`;
    await stage.send("accept", JSON.stringify({ version: 1, batch: name, mode: "apply", rows }));
    const { verdicts } = await stage.settled(name);
    assert.equal(verdicts.done, rows.length, `${name}: ${await stage.read(`${name}/report.csv`)}`);
    states.push(await look());
  }
  for (let at = batches.length - 1; at >= 0; at--) {
    const made = `${batch}-${at}-undo-1`;
    await decide(stage, { decision: "undo", batch: `${batch}-${at}`, made });
    await stage.settled(made);
    const report = await stage.read(`${made}/report.csv`);
    assert.deepEqual(differences(states[at]!, await look()), [], report);
  }
}

describe("an undo", () => {
  it("gives back names that two users swapped over a third name", async () => {
    const [a, b] = [some(), some()];
    const between = rename(a.id, `between@${domain}`);
    await thereAndBack("swap", [between, rename(b.id, a.name)], [rename(a.id, b.name)]);
  });

  it("gives back a name that passed to another user in the same batch", async () => {
    const [a, b] = [some(), some()];
    await thereAndBack("heir", [{ operation: "user.delete", user: a.id }, rename(b.id, a.name)]);
  });

  it("gives back a name under which a later batch created a new user", async () => {
    const a = some();
    await thereAndBack(
      "again",
      [{ operation: "user.delete", user: a.id }],
      [{ operation: "user.create", userPrincipalName: a.name, displayName: "New" }],
    );
  });

  it("sets back values that several rows set, and others that were cleared", async () => {
    const [a, b] = [some(), some()];
    await thereAndBack("values", [
      set(a.id, { city: "One" }),
      set(a.id, { city: "Two", jobTitle: null }),
      set(a.id, { city: "One", department: "Legal" }),
      set(a.name, { accountEnabled: false }),
      { operation: "user.enable", user: a.id },
      { operation: "user.disable", user: a.id },
      set(b.id, { businessPhones: ["+49 9"], otherMails: ["x@example.com", "y@example.com"] }),
      set(b.id, { businessPhones: [], otherMails: [] }),
    ]);
  });

  it("leaves alone whom a person renamed or restored meanwhile", async () => {
    const [a] = [some()];
    const name = `fresh@${domain}`;
    const rows = [
      { operation: "user.create", userPrincipalName: name, displayName: "Fresh" },
      { operation: "user.delete", user: a.id },
    ];
    await stage.send("accept", JSON.stringify({ version: 1, batch: "met", mode: "apply", rows }));
    assert.equal((await stage.settled("met")).verdicts.done, 2);
    const { control } = stage.cloud;
    const { users } = await control.graph("snapshot", {});
    const { id } = users.find(({ values }) => values["userPrincipalName"] === name)!;
    await control.graph("update", { id, values: { userPrincipalName: `kept@${domain}` } });
    const rows2 = [{ operation: "user.restore", user: a.id }];
    await stage.send(
      "accept",
      JSON.stringify({ version: 1, batch: "restored", mode: "apply", rows: rows2 }),
    );
    assert.equal((await stage.settled("restored")).verdicts.done, 1);
    const start = await look();
    await decide(stage, { decision: "undo", batch: "met", made: "met-undo-1" });
    const status = await stage.settled("met-undo-1");
    assert.deepEqual(differences(start, await look()), [], JSON.stringify(status));
    assert.deepEqual([status.verdicts.skipped, status.verdicts.unchanged], [1, 1]);
  });

  it("does nothing a second time to the same batch", async () => {
    const a = some();
    const rows = [set(a.id, { city: "Here" }), { operation: "user.disable", user: a.id }];
    const start = await look();
    await stage.send("accept", JSON.stringify({ version: 1, batch: "twice", mode: "apply", rows }));
    await stage.settled("twice");
    await decide(stage, { decision: "undo", batch: "twice", made: "twice-undo-1" });
    await stage.settled("twice-undo-1");
    const expires = new Date(Date.now() + 600_000).toISOString();
    const more = { decisionId: "another-undo", tenant: stage.cloud.home.tenantId, expires };
    await stage.send(
      "decisions",
      JSON.stringify({ version: 1, decision: "undo", batch: "twice", expects: "ended", ...more }),
    );
    await until(() => stage.status("twice-undo-2"));
    const { verdicts } = await stage.settled("twice-undo-2");
    assert.equal(verdicts.done, 0);
    assert.deepEqual(differences(start, await look()), []);
  });
});
