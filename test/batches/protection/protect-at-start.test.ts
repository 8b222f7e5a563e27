import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { decide } from "../../../shared/batches/decisions/decide.ts";
import type { ProtectionSettings } from "../../../shared/batches/ports.ts";
import { OperatorError } from "../../../shared/core/errors.ts";
import { sent } from "../decisions/desk.ts";
import { openWorkshop, settings, shardRows, type Workshop } from "../workshop.ts";

/** A planned batch that disables two users, or does something else to them, of whom neither is protected. */
async function planned(rule: Partial<ProtectionSettings> = {}, operation = "user.disable") {
  const protection = { ...settings.protection, roleHolders: true, recheckAfterMs: 0, ...rule };
  const workshop = openWorkshop({ settings: { ...settings, protection } });
  const users = ["ann", "bob"].map((name) => workshop.directory.addUser(`${name}@contoso.com`));
  const rows = users.map((user) => ({ operation, user }));
  await workshop.deliver({ version: 1, batch: "b", mode: "apply", rows });
  assert.equal(status(workshop)["state"], "accepted");
  return { ...workshop, users };
}

const status = ({ blobs }: Pick<Workshop, "blobs">) => blobs.batches.json("b/status.json");

const digestOf = ({ blobs }: Pick<Workshop, "blobs">, file: "plan" | "status"): string =>
  String(blobs.batches.json(`b/${file}.json`)["digest"]);

const approve = async ({ ports }: Pick<Workshop, "ports">, plan: string, decisionId: string) => {
  const decision = sent({ batch: "b", plan, expects: "held", decisionId });
  return (await decide(ports, decision)).outcome;
};

describe("a batch of which a row is protected only since its plan", () => {
  it("is held when it would start, under a digest that is not the plan's", async () => {
    const workshop = await planned();
    workshop.directory.holders.add(workshop.users[1]!);
    assert.equal((await workshop.batches.admit("b")).kind, "held");
    assert.equal(status(workshop)["state"], "held");
    assert.match(
      String(status(workshop)["reason"]),
      /1 row would change protected objects \(row 2\): the user holds a directory role/,
    );
    const digest = digestOf(workshop, "status");
    assert.notEqual(digest, digestOf(workshop, "plan"));
    assert.ok(String(status(workshop)["fix"]).includes(`approve b --plan ${digest}`));
    const guards = workshop.events.flatMap((each) =>
      each.event === "batch.held" ? each.guard : [],
    );
    assert.deepEqual(guards, ["protected-objects"]);
    assert.equal((await workshop.batches.admit("b")).kind, "held", "however often it is asked");
    assert.equal(workshop.events.filter(({ event }) => event === "batch.held").length, 1);
  });

  it("is not released by an approval of the plan, and is by one of what was seen", async () => {
    const workshop = await planned();
    workshop.directory.holders.add(workshop.users[1]!);
    await workshop.batches.admit("b");
    assert.equal(await approve(workshop, digestOf(workshop, "plan"), "decision-first"), "ignored");
    assert.equal(
      await approve(workshop, digestOf(workshop, "status"), "decision-second"),
      "applied",
    );
    assert.equal((await workshop.batches.admit("b")).kind, "run");
  });

  it("is held again if a further row is protected since the approval", async () => {
    const workshop = await planned();
    workshop.directory.holders.add(workshop.users[1]!);
    await workshop.batches.admit("b");
    const seen = digestOf(workshop, "status");
    assert.equal(await approve(workshop, seen, "decision-first"), "applied");
    workshop.directory.eligible.add(workshop.users[0]!);
    assert.equal((await workshop.batches.admit("b")).kind, "held");
    assert.notEqual(digestOf(workshop, "status"), seen);
  });

  it("is released by no approval if the row must spare what is protected", async () => {
    const workshop = await planned({}, "user.reset-password");
    workshop.directory.holders.add(workshop.users[1]!);
    assert.equal((await workshop.batches.admit("b")).kind, "held");
    assert.match(String(status(workshop)["fix"]), /No approval releases it/);
    const seen = digestOf(workshop, "status");
    assert.equal(await approve(workshop, seen, "decision-first"), "applied");
    assert.equal((await workshop.batches.admit("b")).kind, "held");
    assert.equal(status(workshop)["state"], "held");
  });

  it("is held if nobody can tell any more who is protected", async () => {
    const workshop = await planned();
    workshop.directory.intercept = (url) =>
      url.includes("roleAssignments")
        ? { status: 403, headers: {}, body: {}, requestId: "r" }
        : undefined;
    assert.equal((await workshop.batches.admit("b")).kind, "held");
    assert.match(String(status(workshop)["reason"]), /2 rows .* nobody can tell/);
  });

  it("waits while that cannot be read", async () => {
    const workshop = await planned();
    workshop.directory.intercept = () => {
      const fix = "It is retried.";
      throw new OperatorError("READ_INCOMPLETE", "No answer.", { fix, disposition: "retry" });
    };
    assert.equal((await workshop.batches.admit("b")).kind, "wait");
    assert.equal(status(workshop)["state"], "accepted");
  });
});

describe("a batch starts without another look at what is protected", () => {
  it("if its plan is new", async () => {
    const workshop = await planned({ recheckAfterMs: 600_000 });
    workshop.directory.holders.add(workshop.users[1]!);
    workshop.directory.reads.length = 0;
    assert.equal((await workshop.batches.admit("b")).kind, "run");
    assert.ok(!workshop.directory.reads.some((url) => url.includes("role")));
  });

  it("if something of it was sent", async () => {
    const workshop = await planned();
    workshop.directory.holders.add(workshop.users[1]!);
    await workshop.blobs.batches.write("b/journal/00001.jsonl", "");
    assert.equal((await workshop.batches.admit("b")).kind, "run");
  });

  it("and runs if an approval saw what is protected", async () => {
    const workshop = openWorkshop({
      settings: {
        ...settings,
        protection: { ...settings.protection, roleHolders: true, recheckAfterMs: 0 },
      },
    });
    const user = workshop.directory.addUser("ann@contoso.com");
    workshop.directory.holders.add(user);
    const rows = [{ operation: "user.disable", user }];
    await workshop.deliver({ version: 1, batch: "b", mode: "apply", rows });
    assert.equal(status(workshop)["state"], "held");
    assert.equal(await approve(workshop, digestOf(workshop, "plan"), "decision-first"), "applied");
    assert.equal((await workshop.batches.admit("b")).kind, "run");
    assert.match(JSON.stringify(shardRows(workshop.blobs.batches, "b")), /holds a directory role/);
  });
});
