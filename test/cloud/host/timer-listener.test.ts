import assert from "node:assert/strict";
import { describe, it } from "node:test";

import type { Clock } from "../../../shared/core/clock.ts";
import { parseSchedule } from "./ncrontab.ts";
import { startTimerListener, type TimerListener } from "./timer-listener.ts";
import { checkPastDue, NEVER_MS, type TimerStatus, type TimerStatusStore } from "./timer-status.ts";

const at = (text: string): number => Date.parse(`2026-11-20T${text}Z`);
const hourly = parseSchedule("0 0 * * * *");

const stored = (last: string, next: string): TimerStatus => ({
  lastMs: at(last),
  nextMs: at(next),
  lastUpdatedMs: at(last),
});

describe("a missed occurrence", () => {
  it("does not exist for a new timer", () => {
    const { isPastDue, store, status } = checkPastDue(at("10:30:00"), hourly, undefined);
    assert.deepEqual({ isPastDue, store }, { isPastDue: false, store: true });
    assert.deepEqual(status, {
      lastMs: NEVER_MS,
      nextMs: at("11:00:00"),
      lastUpdatedMs: at("10:30:00"),
    });
  });

  it("is detected when its time has passed", () => {
    const status = stored("08:00:00", "09:00:00");
    assert.deepEqual(checkPastDue(at("12:30:00"), hourly, status), {
      isPastDue: true,
      store: false,
      status,
    });
  });

  it("is detected for a timer that has never run, from when it was first seen", () => {
    const status = { lastMs: NEVER_MS, nextMs: at("09:00:00"), lastUpdatedMs: at("08:30:00") };
    assert.equal(checkPastDue(at("09:00:01"), hourly, status).isPastDue, true);
  });

  it("does not exist before its time", () =>
    assert.equal(
      checkPastDue(at("08:59:59"), hourly, stored("08:00:00", "09:00:00")).isPastDue,
      false,
    ));

  it("is dropped if the schedule has changed", () => {
    const daily = parseSchedule("0 0 9 * * *");
    const checked = checkPastDue(at("12:30:00"), daily, stored("07:00:00", "08:00:00"));
    assert.deepEqual([checked.isPastDue, checked.store], [false, true]);
    assert.equal(checked.status.nextMs, at("09:00:00") + 24 * 60 * 60 * 1000);
  });
});

/** A clock that only advances during a sleep and stops the timer at `endMs`. */
function steppedClock(startMs: number): Clock & { set(ms: number): void } {
  let nowMs = startMs;
  return {
    now: () => nowMs,
    monotonic: () => nowMs,
    set: (ms) => {
      nowMs = ms;
    },
    sleep: async (ms, signal) => {
      await new Promise((resolve) => setImmediate(resolve));
      if (!signal?.aborted) nowMs += ms;
    },
  };
}

function memoryStore(initial?: TimerStatus): TimerStatusStore & { statuses: TimerStatus[] } {
  const statuses = initial ? [initial] : [];
  return {
    statuses,
    read: async () => statuses.at(-1),
    write: async (_timer, status) => void statuses.push(status),
  };
}

interface Run {
  readonly at: string;
  readonly isPastDue: boolean;
  readonly status: TimerStatus | undefined;
}

/** Runs a timer `count` times; each run takes `takesMs`. */
async function runs(
  count: number,
  options: {
    startMs: number;
    schedule?: string;
    takesMs?: number;
    runOnStartup?: boolean;
    store?: TimerStatusStore;
    early?: number;
  },
): Promise<Run[]> {
  const clock = steppedClock(options.startMs);
  const seen: Run[] = [];
  const listener = await new Promise<TimerListener>((resolve) => {
    const started = startTimerListener({
      timer: "tick",
      schedule: parseSchedule(options.schedule ?? "0 0 * * * *"),
      store: options.store,
      runOnStartup: options.runOnStartup ?? false,
      clock,
      log: () => {},
      execute: async (status, isPastDue) => {
        seen.push({ at: new Date(clock.now()).toISOString().slice(11, 19), isPastDue, status });
        clock.set(clock.now() + (options.takesMs ?? 0));
        if (seen.length === count) resolve(started);
      },
    });
  });
  await listener.stop();
  return seen;
}

describe("a timer", () => {
  it("runs at its times", async () => {
    const seen = await runs(3, { startMs: at("10:30:00") });
    assert.deepEqual(
      seen.map((run) => run.at),
      ["11:00:00", "12:00:00", "13:00:00"],
    );
  });

  it("runs once, at once, for all missed occurrences, and logs that", async () => {
    const status = {
      lastMs: at("05:00:00"),
      nextMs: at("06:00:00"),
      lastUpdatedMs: at("05:00:00"),
    };
    const seen = await runs(2, { startMs: at("10:30:00"), store: memoryStore(status) });
    assert.deepEqual(
      seen.map(({ at: time, isPastDue }) => [time, isPastDue]),
      [
        ["10:30:00", true],
        ["11:00:00", false],
      ],
    );
    assert.deepEqual(seen[0]?.status, status);
  });

  it("runs right after a run that lasted past the next occurrence, never concurrently", async () => {
    const seen = await runs(3, { startMs: at("10:30:00"), takesMs: 90 * 60_000 });
    assert.deepEqual(
      seen.map((run) => run.at),
      ["11:00:00", "12:30:00", "14:00:00"],
    );
  });

  it("runs at start-up if runOnStartup is set", async () => {
    const seen = await runs(2, { startMs: at("10:30:00"), runOnStartup: true });
    assert.deepEqual(
      seen.map((run) => run.at),
      ["10:30:00", "11:00:00"],
    );
  });

  it("stores its status after a run, so that it runs again after a crash", async () => {
    const store = memoryStore();
    await runs(1, { startMs: at("10:30:00"), store });
    assert.deepEqual(
      store.statuses.map(({ lastMs, nextMs }) => [lastMs, nextMs]),
      [
        [NEVER_MS, at("11:00:00")],
        [at("11:00:00"), at("12:00:00")],
      ],
    );
  });

  it("gets no status if none is stored", async () => {
    const [seen] = await runs(1, { startMs: at("10:30:00") });
    assert.equal(seen?.status, undefined);
  });

  it("waits longer than Node's longest timer", async () => {
    const seen = await runs(1, { startMs: at("10:30:00"), schedule: "0 0 0 1 6 *" });
    assert.equal(seen[0]?.at, "00:00:00");
  });
});
