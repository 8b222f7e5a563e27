import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { createBatches } from "../../../shared/app/batches.ts";
import { OperatorError } from "../../../shared/core/errors.ts";
import type { Ledger } from "../../../shared/records/ledger/ledger.ts";
import { capsWith } from "../../guards/caps.ts";
import { home, other, settings } from "../workshop.ts";
import {
  HOUR,
  begin,
  some,
  deletes,
  send,
  ledgerOf,
  statusOf,
  run,
  finish,
  dropMarker,
  approve,
} from "./ledger-workshop.ts";

describe("two files of 31 deletes, of which a tenant may have 60 a day", () => {
  const caps = capsWith({ deletes: { perBatch: 50, perDay: 60 } });

  it("run and hold: the second is held when it is planned, if the first has started", async () => {
    const begun = begin(caps);
    await send(begun, "one", deletes(0, 31));
    assert.equal(await run(begun, "one"), true);
    await send(begun, "two", deletes(31, 31));
    const { state, reason, fix } = statusOf(begun, "two");
    assert.equal(state, "held");
    assert.equal(
      reason,
      "Held, nothing was written: the batch's 31 deletes and those of the last 24 hours (31 in one) are 62, and MAX_DELETES_PER_DAY allows 60.",
    );
    assert.match(String(fix), /MAX_DELETES_PER_DAY leaves 29 deletes for now/);
    assert.match(String(fix), /npm run batch -- approve two --plan sha256:[0-9a-f]{64}$/);
    assert.doesNotMatch(String(fix), /raise/);
    assert.deepEqual(
      begun.events.filter(({ event }) => event === "batch.held"),
      [
        {
          event: "batch.held",
          batch: "two",
          tenant: home,
          guard: "deletes-per-day",
          count: 62,
          limit: 60,
          setting: "MAX_DELETES_PER_DAY",
        },
      ],
    );
  });

  it("are held by the runner if both were planned before either started", async () => {
    const begun = begin(caps);
    await send(begun, "one", deletes(0, 31));
    await send(begun, "two", deletes(31, 31));
    assert.equal(statusOf(begun, "two")["state"], "accepted");
    assert.equal((await begun.batches.admit("two")).kind, "run");
    assert.equal((await begun.batches.admit("one")).kind, "held");
    assert.match(String(statusOf(begun, "one")["reason"]), /31 in two/);
    assert.match(begun.blobs.batches.text("one/report.csv"), /,held,/);
  });

  it("stay two even if their names differ in nothing but capital letters", async () => {
    const begun = begin(caps);
    await send(begun, "leavers", deletes(0, 31));
    assert.equal(await run(begun, "leavers"), true);
    const message = { version: 1, batch: "LEAVERS", mode: "apply", rows: deletes(31, 31) };
    assert.equal((await begun.deliver(message)).outcome, "refused");
  });

  it("both run if somebody approves the second, and then a third of one row is held", async () => {
    const begun = begin(caps);
    await send(begun, "one", deletes(0, 31));
    await send(begun, "two", deletes(31, 31));
    assert.equal(await run(begun, "one"), true);
    assert.equal(await run(begun, "two"), false);
    await approve(begun, "two", `sha256:${"0".repeat(64)}`);
    assert.equal(await run(begun, "two"), false, "another plan was approved");
    await approve(begun, "two");
    assert.equal(await run(begun, "two"), true);
    await send(begun, "three", deletes(62, 1));
    assert.equal(statusOf(begun, "three")["state"], "held");
  });
});

describe("a charge", () => {
  const caps = capsWith({ deletes: { perDay: 10 } });

  it("is made once, however often the runner asks, and is the plan's upper bound while the batch is open", async () => {
    const begun = begin(caps);
    await send(begun, "one", deletes(0, 6));
    for (let times = 0; times < 3; times++) {
      assert.equal((await begun.batches.admit("one")).kind, "run");
    }
    const [charge, ...more] = ledgerOf(begun).charges;
    assert.deepEqual([charge?.batch, charge?.open?.counts, more], ["one", { deletes: 6 }, []]);
  });

  it("does not age while the batch is open, and afterwards ages from each write", async () => {
    const begun = begin(caps);
    await send(begun, "one", deletes(0, 6));
    assert.equal((await begun.batches.admit("one")).kind, "run");
    begun.wait(72 * HOUR);
    await send(begun, "two", deletes(10, 5));
    assert.equal(statusOf(begun, "two")["state"], "held");
    await finish(begun, "one");
    await dropMarker(begun, "one");
    begun.wait(24 * HOUR - 60_000);
    await send(begun, "three", deletes(20, 5));
    assert.equal(statusOf(begun, "three")["state"], "held");
    begun.wait(2 * 60_000);
    await send(begun, "four", deletes(30, 5));
    assert.equal(await run(begun, "four"), true);
  });

  it("becomes what was written: refused rows give back what they took, lost answers do not", async () => {
    const begun = begin(caps);
    await send(begun, "refused", deletes(0, 6));
    const reason = { verdict: "failed", reason: "-", fix: "-" } as const;
    assert.equal(await run(begun, "refused", { ...reason, status: 403 }), true);
    assert.deepEqual(ledgerOf(begun).charges, []);
    await send(begun, "lost", deletes(10, 6));
    assert.equal(await run(begun, "lost", { ...reason, status: undefined }), true);
    await send(begun, "more", deletes(20, 5));
    assert.equal(statusOf(begun, "more")["state"], "held");
  });

  it("is settled once, even if the runner is killed at any moment of finishing", async () => {
    for (let killAt = 1; killAt < 12; killAt++) {
      const begun = begin(caps);
      await send(begun, "one", deletes(0, 6));
      assert.equal((await begun.batches.admit("one")).kind, "run");
      let changes = 0;
      const kill = (): void => {
        changes += 1;
        if (changes === killAt) throw new Error("killed");
      };
      begun.blobs.batches.before = kill;
      begun.blobs.runner.before = kill;
      await finish(begun, "one").catch(() => undefined);
      begun.blobs.batches.before = () => undefined;
      begun.blobs.runner.before = () => undefined;
      begun.wait(48 * HOUR);
      assert.equal((await begun.batches.admit("one")).kind, "run");
      await finish(begun, "one");
      await dropMarker(begun, "one");
      const open = ledgerOf(begun).charges.filter((each) => each.open !== undefined);
      assert.deepEqual(open, [], `killed at change ${killAt}`);
    }
  });

  it("of a batch that was deleted is closed, as if all of it had been written", async () => {
    const begun = begin(caps);
    await send(begun, "one", deletes(0, 6));
    assert.equal((await begun.batches.admit("one")).kind, "run");
    for (const path of begun.blobs.batches.blobs.keys()) await begun.blobs.batches.delete(path);
    await send(begun, "four", deletes(10, 4));
    assert.equal(await run(begun, "four"), true);
    await send(begun, "five", deletes(20, 1));
    assert.equal(statusOf(begun, "five")["state"], "held");
    begun.wait(25 * HOUR);
    await send(begun, "later", deletes(30, 10));
    assert.equal(await run(begun, "later"), true);
  });

  it("of a batch that ended without being settled becomes what its journal shows", async () => {
    const begun = begin(caps);
    await send(begun, "one", deletes(0, 6));
    await send(begun, "two", deletes(10, 10));
    assert.equal((await begun.batches.admit("one")).kind, "run");
    const status = { ...statusOf(begun, "one"), state: "cancelled" };
    await begun.blobs.batches.write("one/status.json", JSON.stringify(status));
    assert.equal((await begun.batches.admit("two")).kind, "run", "nothing of one was sent");
  });

  it("of a batch without a marker stays while the batch may go on", async () => {
    for (const state of ["paused", "held", "running"]) {
      const begun = begin(caps);
      await send(begun, "one", deletes(0, 6));
      assert.equal((await begun.batches.admit("one")).kind, "run");
      await dropMarker(begun, "one");
      const status = { ...statusOf(begun, "one"), state };
      await begun.blobs.batches.write("one/status.json", JSON.stringify(status));
      await send(begun, "two", deletes(10, 5));
      assert.equal((await begun.batches.admit("two")).kind, "held");
    }
  });

  it("belongs to one batch of the name: another of it, after the first was deleted, is charged anew", async () => {
    const begun = begin(caps);
    await send(begun, "one", deletes(0, 6));
    assert.equal(await run(begun, "one"), true);
    for (const path of begun.blobs.batches.blobs.keys()) await begun.blobs.batches.delete(path);
    begun.wait(1000);
    await send(begun, "one", deletes(10, 6));
    assert.equal(statusOf(begun, "one")["state"], "held");
  });

  it("counts a batch as it is allowed when it starts: a raised cap lets it run, a lowered one holds it", async () => {
    for (const [perDay, kind] of [
      [5, "held"],
      [6, "run"],
    ] as const) {
      const begun = begin(caps);
      await send(begun, "one", deletes(0, 6));
      const changed = { ...settings, capsFor: () => capsWith({ deletes: { perDay } }) };
      const again = createBatches({ ...begun.ports, settings: changed });
      assert.equal((await again.admit("one")).kind, kind);
    }
  });

  it("of a plan of an earlier release is what its guards found", async () => {
    const begun = begin(caps);
    await send(begun, "one", deletes(0, 6));
    const { charge: _charge, ...plan } = begun.blobs.batches.json("one/plan.json");
    const guards = [{ guard: "deletes", count: 6, limit: 10, setting: "x", held: false }];
    await begun.blobs.batches.write("one/plan.json", JSON.stringify({ ...plan, guards }));
    assert.equal((await begun.batches.admit("one")).kind, "run");
    assert.deepEqual(ledgerOf(begun).charges[0]?.open?.counts, { deletes: 6 });
  });

  it("is not made over a damaged ledger: the batch waits, and the error says what to restore", async () => {
    const begun = begin(caps);
    await send(begun, "one", deletes(0, 6));
    await begun.blobs.runner.write(`${home}/ledger.json`, "{");
    await assert.rejects(
      begun.batches.admit("one"),
      /ledger\.json is damaged .*Fix: Restore the blob from an earlier version/,
    );
  });

  it("waits if Graph does not answer how many users there are", async () => {
    const begun = begin(caps);
    await send(begun, "one", deletes(0, 6));
    begun.directory.intercept = () => {
      throw new OperatorError("READ_INCOMPLETE", "x", { fix: "x", disposition: "retry" });
    };
    const untilMs = begun.now() + 60_000;
    assert.deepEqual(await begun.batches.admit("one"), { kind: "wait", untilMs });
    begun.directory.intercept = () => undefined;
    assert.equal(await run(begun, "one"), true);
  });

  it("is not made for a batch that guards count nothing of", async () => {
    const begun = begin(caps);
    await send(
      begun,
      "one",
      some(0, 3, (user) => ({ operation: "user.update", user, city: "Oslo" })),
    );
    assert.equal(await run(begun, "one"), true);
    assert.equal(begun.blobs.runner.blobs.has(`${home}/ledger.json`), false);
  });
});

const capsFor = (tenant: string) =>
  capsWith({ deletes: { perBatch: tenant === home ? 3 : 2, perDay: 3 } });

describe("the ledgers of two tenants", () => {
  it("know nothing of each other, and each has its own caps", async () => {
    const begun = begin(capsWith());
    const both = createBatches({ ...begun.ports, settings: { ...settings, capsFor } });
    const sendTo = async (tenant: string, batch: string, rows: readonly object[]) => {
      const message = { version: 1, batch, tenant, mode: "apply", rows };
      await both.accept(message, { messageId: "m-1", deadlineMs: Infinity });
    };
    await sendTo(home, "a", deletes(0, 3));
    await sendTo(other, "a", deletes(10, 3));
    await sendTo(other, "b", deletes(20, 2));
    assert.deepEqual(await both.admit("a"), { kind: "run" });
    assert.equal(statusOf(begun, `${other}/a`)["state"], "held");
    assert.deepEqual(await both.admit(`${other}/b`), { kind: "run" });
    for (const [tenant, batch] of [
      [home, "a"],
      [other, "b"],
    ]) {
      const { charges } = begun.blobs.runner.json(`${tenant}/ledger.json`) as unknown as Ledger;
      assert.deepEqual(
        charges.map((each) => each.batch),
        [batch],
      );
    }
  });
});
