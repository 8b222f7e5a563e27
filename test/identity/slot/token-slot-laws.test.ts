import assert from "node:assert/strict";
import { describe, it } from "node:test";

import fc from "fast-check";

import { createTokenSlot } from "../../../shared/identity/slot/token-slot.ts";
import { createSimulatedClock } from "../../core/simulated-clock.ts";

type Weather = "fair" | "error" | "hang";

const steps = fc.array(
  fc.oneof(
    fc.record({
      kind: fc.constant("weather" as const),
      weather: fc.constantFrom<Weather>("fair", "error", "hang"),
    }),
    fc.record({ kind: fc.constant("wait" as const), ms: fc.integer({ min: 0, max: 1_200_000 }) }),
    fc.record({ kind: fc.constant("call" as const), callers: fc.integer({ min: 1, max: 5 }) }),
    fc.record({ kind: fc.constant("refused" as const) }),
  ),
  { maxLength: 40 },
);

/** A hang ends when the network client's time-outs end it. */
const HANG_MS = 30_000;

describe("for any order of events", () => {
  it("no caller fails or gets an expired token while a valid one is held, and requests do not pile up", async () => {
    await fc.assert(
      fc.asyncProperty(steps, fc.integer({ min: 10, max: 5400 }), async (script, lifeSeconds) => {
        const clock = createSimulatedClock();
        let weather: Weather = "fair";
        let inFlight = 0;
        let made = 0;
        const ends = new Map<string, number>();
        let newest: string | undefined;
        const slot = createTokenSlot({
          clock,
          random: () => 0.5,
          acquire: async () => {
            assert.equal(++inFlight, 1, "two requests at once");
            try {
              const now = weather;
              if (now === "hang") await clock.sleep(HANG_MS);
              if (now !== "fair") throw new Error(now);
              const token = `t${++made}`;
              const expiresAtMs = clock.now() + lifeSeconds * 1000;
              ends.set(token, expiresAtMs);
              newest = token;
              return { token, expiresAtMs, roles: [] };
            } finally {
              inFlight--;
            }
          },
        });
        /** A token counts as valid until the slot's margin before it expires. */
        const isHeld = (token: string | undefined): boolean =>
          token !== undefined &&
          clock.now() < (ends.get(token) ?? 0) - Math.min(5_000, (lifeSeconds * 1000) / 10);

        for (const step of script) {
          if (step.kind === "weather") weather = step.weather;
          else if (step.kind === "wait") await clock.advance(step.ms);
          else {
            const held = isHeld(newest);
            const demand = step.kind === "refused" && newest ? { rejected: newest } : undefined;
            const callers = step.kind === "call" ? step.callers : 1;
            const calls = Array.from({ length: callers }, () => slot.get(demand));
            const settled = Promise.allSettled(calls);
            if (held && !demand) await clock.advance(0);
            else await clock.advance(HANG_MS);
            for (const outcome of await settled) {
              if (outcome.status === "rejected") {
                assert.ok(!held || demand, "a caller failed while a valid token was held");
              } else assert.ok(ends.has(outcome.value.token));
            }
          }
        }
      }),
      { numRuns: 300 },
    );
  });
});
