import assert from "node:assert/strict";
import { beforeEach, describe, it } from "node:test";

import { decide } from "../../../shared/batches/decisions/decide.ts";
import { OperatorError } from "../../../shared/core/errors.ts";
import type { SignedDecision } from "../../../shared/records/decisions/decision.ts";
import { type Desk, openDesk, other } from "./desk.ts";

let desk: Desk;
beforeEach(() => {
  desk = openDesk();
});

const cancel = (parts: Partial<SignedDecision> = {}): SignedDecision =>
  other({ decision: "cancel", expects: "unfinished", ...parts });

describe("cancel", () => {
  it("calls the runner to a held batch, and what it ends is skipped by whom and why", async () => {
    await desk.submit();
    const made = await desk.say(cancel({ expects: "held", reason: "wrong file" }));
    assert.equal(made.outcome, "applied");
    assert.equal(desk.summons().length, 1);
    await desk.batches.finishBatch("leavers", async () => new Map());
    const status = desk.status();
    assert.equal(status["state"], "cancelled");
    assert.match(String(status["reason"]), /cancelled by somebody .* Reason: wrong file\.$/);
    assert.deepEqual(status["by"], { kind: "queue" });
    assert.equal((status["verdicts"] as Record<string, number>)["skipped"], 11);
    assert.match(desk.blobs.batches.text("leavers/report.csv"), /skipped,"?Not sent\. The batch/);
    assert.deepEqual(desk.notes(), []);
    const [finished] = desk.named("batch.finished");
    assert.ok(finished?.event === "batch.finished" && finished.state === "cancelled");
  });

  it("reaches a batch that is being planned, wherever that is: it is ended once it has a plan", async () => {
    for (let at = 0, isPast = false; !isPast; at++) {
      desk = openDesk();
      let left = at;
      let told: Promise<unknown> | undefined;
      const interrupt = (): void => {
        if (left-- === 0) told = desk.say(cancel());
      };
      desk.blobs.batches.before = interrupt;
      desk.blobs.runner.before = interrupt;
      await desk.submit("apply", desk.rows.slice(0, 2));
      isPast = told === undefined;
      const made = (await told) as { reason?: string } | undefined;
      if (made === undefined || made.reason === "no-batch") continue;
      for (const text of desk.queued) await desk.deliver(text);
      assert.equal(desk.control().standing, "cancelled");
      assert.equal(desk.summons().length, 1, `after ${at} changes`);
    }
  });

  it("beats an approval in whichever order they come", async () => {
    for (const order of ["cancel-first", "approve-first", "at-once"] as const) {
      desk = openDesk();
      await desk.submit();
      const messages = [cancel({ decisionId: "decision-2" }), desk.approve()];
      if (order === "approve-first") messages.reverse();
      if (order === "at-once") await Promise.all(messages.map(desk.say));
      else for (const each of messages) await desk.say(each);
      assert.equal(desk.control().standing, "cancelled", order);
      await desk.batches.finishBatch("leavers", async () => new Map());
      assert.equal(desk.status()["state"], "cancelled", order);
    }
  });

  it("that comes when the batch has finished has no effect", async () => {
    await desk.submit("apply", desk.rows.slice(0, 2));
    await desk.runAll("leavers");
    assert.equal((await desk.say(cancel())).reason, "other-state");
    assert.equal(desk.control().standing, "open");
  });

  it("that was recorded as the batch finished is taken back, and says so", async () => {
    await desk.submit("apply", desk.rows.slice(0, 2));
    const bytes = Buffer.from(JSON.stringify({ ...desk.status(), state: "finished" }));
    desk.blobs.batches.before = (_, path) => {
      if (!path.endsWith("control.json")) return;
      const etag = "finished-meanwhile";
      desk.blobs.batches.blobs.set("leavers/status.json", { bytes, etag, lastModifiedMs: 0 });
    };
    assert.equal((await desk.say(cancel())).reason, "impossible");
    assert.equal(desk.control().standing, "open");
    assert.equal(desk.status()["state"], "finished");
  });
});

describe("pause and resume", () => {
  it("of a batch call the runner, and release the batch again", async () => {
    await desk.submit("apply", desk.rows.slice(0, 2));
    const pause = other({ decision: "pause", expects: "accepted" });
    assert.equal((await desk.say(pause)).outcome, "applied");
    assert.equal(desk.control().standing, "paused");
    assert.equal(desk.summons().length, 1);
    const resume = other({ decisionId: "decision-2", decision: "resume", expects: "paused" });
    assert.equal((await desk.say(resume)).outcome, "applied");
    assert.equal(desk.control().standing, "open");
    assert.equal(desk.markers().length, 3);
  });

  it("of a whole tenant are kept for the tenant", async () => {
    const whole = { batch: undefined } as const;
    const pause = other({ ...whole, decision: "pause", expects: "open" });
    assert.equal((await desk.say(pause)).outcome, "applied");
    assert.equal(desk.tenantControl().standing, "paused");
    assert.equal((await desk.say({ ...pause, decisionId: "decision-3" })).reason, "other-state");
    const resume = other({
      ...whole,
      decision: "resume",
      expects: "paused",
      decisionId: "decision-4",
    });
    assert.equal((await desk.say(resume)).outcome, "applied");
    assert.equal(desk.tenantControl().standing, "open");
  });
});

describe("a decision is ignored, and says why", () => {
  const ignored: readonly [when: string, change: object, reason: string][] = [
    ["no decision", { decision: "explode" }, "unreadable"],
    ["too late", { expires: "2026-01-01T00:00:00Z" }, "late"],
    ["for a day", { expires: new Date(Date.now() + 86_400_000).toISOString() }, "too-far"],
    ["about another tenant", { tenant: "cccccccc-0000-4000-8000-000000000003" }, "not-allowed"],
    ["about no batch", { batch: "nobody" }, "no-batch"],
    ["about another plan", { plan: `sha256:${"0b".repeat(32)}` }, "other-plan"],
    ["about another state", { expects: "planned" }, "other-state"],
  ];
  for (const [when, change, reason] of ignored) {
    it(`if it is ${when}`, async () => {
      await desk.submit();
      const made = await desk.say({ ...desk.approve(), ...change });
      assert.equal(made.outcome, "ignored");
      assert.equal(made.reason, reason);
      assert.ok(made.said);
      assert.deepEqual(desk.markers(), []);
      const [event] = desk.named("decision.ignored");
      assert.ok(event?.event === "decision.ignored" && event.reason === reason);
    });
  }

  it("if its proof is missing or wrong, and the token is kept nowhere", async () => {
    await desk.submit();
    const refuse = new OperatorError("PROOF_REFUSED", "The proof is not accepted: nonce.", {
      fix: "Sign in again.",
      disposition: "refuse",
    });
    const { ports } = desk;
    const signed = {
      ...ports,
      settings: { ...ports.settings, decisionProof: "signed" as const },
      readProof: async ({ token }: { token: string }) => {
        if (token !== "good.token") throw refuse;
        return { kind: "person" as const, oid: "o-1", name: "ann@contoso.com" };
      },
    };
    assert.equal((await decide(signed, desk.approve())).reason, "unproven");
    assert.equal((await decide(signed, desk.approve({ proof: "bad.token" }))).reason, "unproven");
    assert.equal((await decide(signed, desk.approve({ proof: "good.token" }))).outcome, "applied");
    assert.deepEqual(desk.control().approved[0]?.by, [
      { kind: "person", oid: "o-1", name: "ann@contoso.com" },
    ]);
    const stored = [desk.blobs.batches, desk.blobs.runner]
      .flatMap(({ blobs }) => [...blobs.values()].map(({ bytes }) => bytes.toString("utf8")))
      .join();
    assert.doesNotMatch(stored, /(good|bad)\.token/);
    assert.doesNotMatch(JSON.stringify(desk.events), /token|ann@/);
  });
});
