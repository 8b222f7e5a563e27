import assert from "node:assert/strict";
import { beforeEach, describe, it } from "node:test";

import { decide } from "../../../shared/app/flows/decide.ts";
import type { Call, FlowPorts } from "../../../shared/app/flows/ports.ts";
import { OperatorError } from "../../../shared/core/errors.ts";
import { other, openDesk, type Desk } from "../../batches/decisions/desk.ts";
import { createSimulatedClock } from "../../core/simulated-clock.ts";

const token = `${"a".repeat(300)}.secret-signature`;
const message = { ...other({ decision: "cancel", expects: "unfinished" }), proof: token };

describe("the function decide", () => {
  let desk: Desk;
  let sent: string[];
  let notes: string[];
  beforeEach(async () => {
    desk = openDesk();
    await desk.submit();
    sent = [];
    notes = [];
  });

  const run = (isLastAttempt = false): Promise<void> => {
    const queue = { send: async (text: string) => void sent.push(text) };
    const call: Call = {
      stopping: new AbortController().signal,
      isLastAttempt,
      note: (line) => notes.push(line),
    };
    const ports = { batches: desk.batches, queues: { decisions: queue } };
    const clock = createSimulatedClock();
    return decide({ ...ports, clock } as unknown as FlowPorts, call, message);
  };
  const everywhere = (): string =>
    [desk.blobs.batches, desk.blobs.runner]
      .flatMap(({ blobs }) => [...blobs.values()].map(({ bytes }) => bytes.toString("utf8")))
      .concat(notes, JSON.stringify(desk.events))
      .join("\n");
  const failing = (error: Error) => (): void => {
    desk.blobs.runner.before = () => undefined;
    throw error;
  };

  it("says in its log what became of the decision", async () => {
    await run();
    await run();
    assert.deepEqual(notes[0], "The decision was applied.");
    assert.match(
      notes[1] ?? "",
      /^The decision was ignored: It was applied at .* has no effect\.$/,
    );
  });

  it("puts the message back if storage is away, and goes on where it stopped", async () => {
    const away = new OperatorError("STORAGE_UNAVAILABLE", "away", {
      fix: "",
      disposition: "retry",
    });
    desk.blobs.runner.before = failing(away);
    await run();
    assert.equal(sent.length, 1);
    assert.equal(desk.control().standing, "cancelled");
    assert.deepEqual(desk.summons(), []);
    await run();
    assert.equal(desk.summons().length, 1);
  });

  it("fails after an unexpected error, so that the host counts an attempt", async () => {
    desk.blobs.runner.before = failing(new TypeError("unexpected"));
    await assert.rejects(run(), TypeError);
  });

  it("leaves no message with a token to the poison queue: the last attempt settles it", async () => {
    desk.blobs.runner.before = failing(new TypeError("unexpected"));
    await run(true);
    assert.equal(desk.named("poison.settled").length, 1);
    assert.match(notes[0] ?? "", /^The last attempt failed\. \[UNEXPECTED\]/);
    assert.deepEqual(sent, []);
    assert.ok(!everywhere().includes("secret-signature"));
  });
});
