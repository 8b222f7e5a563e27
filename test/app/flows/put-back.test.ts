import assert from "node:assert/strict";
import { beforeEach, describe, it } from "node:test";

import type { Call } from "../../../shared/app/flows/ports.ts";
import { type Work, workOrPutBack } from "../../../shared/app/flows/put-back.ts";
import { OperatorError } from "../../../shared/core/errors.ts";
import { createSimulatedClock, type SimulatedClock } from "../../core/simulated-clock.ts";

const message = { version: 1, batch: "b" };

const failing = (disposition: "retry" | "stop", retryAfterMs?: number) => async () => {
  throw new OperatorError("STORAGE_UNAVAILABLE", "It is away.", {
    fix: "Wait.",
    disposition,
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  });
};

describe("a message of a flow", () => {
  let clock: SimulatedClock;
  let stop: AbortController;
  let sent: [text: string, delaySeconds: number | undefined][];
  let notes: string[];
  beforeEach(() => {
    clock = createSimulatedClock();
    stop = new AbortController();
    sent = [];
    notes = [];
  });

  const work = (how: () => Promise<Work>): Promise<void> => {
    const call: Call = {
      stopping: stop.signal,
      isLastAttempt: false,
      note: (line) => notes.push(line),
    };
    const queue = {
      send: async (text: string, options: { delaySeconds?: number } = {}) => {
        sent.push([text, options.delaySeconds]);
      },
    };
    return workOrPutBack({ message, queue, clock }, call, how);
  };
  const text = JSON.stringify(message);

  it("is put back if the work asks for it", async () => {
    await work(async () => ({ state: "again", delaySeconds: 0.4, reason: "not finished" }));
    assert.deepEqual(sent, [[text, 1]]);
    assert.deepEqual(notes, ["put back for 1 s: not finished"]);
  });

  it("is put back after a transient failure, by its own Retry-After or 30 s later", async () => {
    await work(failing("retry"));
    await work(failing("retry", 7_000));
    assert.deepEqual(sent, [
      [text, 30],
      [text, 7],
    ]);
  });

  it("fails the invocation if only an administrator can help", async () => {
    await assert.rejects(work(failing("stop")), { code: "STORAGE_UNAVAILABLE" });
    assert.deepEqual(sent, []);
  });

  it("is put back once by an instance that stops before the work has ended", async () => {
    let end!: (result: Work) => void;
    const working = work(() => new Promise((resolve) => (end = resolve)));
    await clock.advance(600_000);
    assert.deepEqual(sent, [], "nothing happens while the instance runs");
    stop.abort();
    await clock.advance(2_900);
    assert.deepEqual(sent, [], "work that ends in time hands over by itself");
    await clock.advance(200);
    assert.deepEqual(sent, [[text, 60]]);
    end({ state: "again", delaySeconds: 0, reason: "the plan is not finished" });
    await working;
    assert.equal(sent.length, 1);
  });

  it("is not put back by an instance that stops after the work has ended", async () => {
    await work(async () => ({ state: "done" }));
    stop.abort();
    await clock.advance(10_000);
    assert.deepEqual(sent, []);
  });
});
