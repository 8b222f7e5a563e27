import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { createServerClock } from "../../../shared/identity/certificate/server-clock.ts";
import { createSimulatedClock } from "../../core/simulated-clock.ts";

const MINUTE = 60_000;

/** Within the rounding of a header. */
const about = (actualMs: number, expectedMs: number): void =>
  assert.ok(Math.abs(actualMs - expectedMs) < 2_000, `${actualMs} instead of ${expectedMs}`);

/** A clock, and an answer whose `Date` header differs from it by so much. */
function open() {
  const clock = createSimulatedClock();
  const server = createServerClock(clock);
  const answer = (
    differenceMs: number,
    { confirmed = false, tripMs = 0 }: { confirmed?: boolean; tripMs?: number } = {},
  ): number => {
    const date = new Date(clock.now() + differenceMs).toUTCString();
    const times = { sentAtMs: clock.now(), receivedAtMs: clock.now() + tripMs };
    server.observe({ date, ...times }, { confirmed });
    return server.behindMs();
  };
  return { clock, server, answer };
}

describe("the server's clock", () => {
  it("is ours before an answer, and while the difference is within rounding and travel time", () => {
    const { answer, server, clock } = open();
    assert.equal(server.now(), clock.now());
    assert.equal(answer(1_000), 0);
    assert.equal(answer(-2_000), 0);
    assert.equal(answer(10_000, { tripMs: 20_000 }), 0);
  });

  it("is corrected at once by less than a minute, ahead or behind", () => {
    const { answer } = open();
    about(answer(50_000), 50_000);
    about(answer(-5_000), -5_000);
  });

  it("is not corrected by one answer that differs by more than a minute", () => {
    const { answer } = open();
    assert.equal(answer(15 * MINUTE), 0);
    assert.equal(answer(0), 0);
    assert.equal(answer(-86_400_000), 0);
  });

  it("is corrected by two answers in a row that agree, and back by two", () => {
    const { answer } = open();
    answer(20 * MINUTE);
    about(answer(20 * MINUTE + 1_000), 20 * MINUTE);
    about(answer(0), 20 * MINUTE);
    about(answer(0), 0);
  });

  it("is not corrected by two answers that contradict each other", () => {
    const { answer } = open();
    answer(20 * MINUTE);
    assert.equal(answer(40 * MINUTE), 0);
  });

  it("is corrected at once by a refusal that says our clock is wrong", () => {
    const { answer } = open();
    about(answer(-20 * MINUTE, { confirmed: true }), -20 * MINUTE);
  });

  it("is ours if the header is missing or is no date", () => {
    const { server, clock } = open();
    const times = { sentAtMs: clock.now(), receivedAtMs: clock.now() };
    for (const date of [null, "yesterday"]) server.observe({ date, ...times }, { confirmed: true });
    assert.equal(server.behindMs(), 0);
  });
});
