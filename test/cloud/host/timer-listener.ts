import type { Clock } from "../../../shared/core/clock.ts";
import type { Schedule } from "./ncrontab.ts";
import type { TriggerData } from "./queue-trigger.ts";
import {
  checkPastDue,
  NEVER_MS,
  nextAfter,
  statusJson,
  type TimerStatus,
  type TimerStatusStore,
} from "./timer-status.ts";
import { hostDate } from "./typed-data.ts";

export interface TimerListenerOptions {
  readonly timer: string;
  readonly schedule: Schedule;
  /** `undefined` if the schedule is not monitored: more than once a minute, or switched off. */
  readonly store: TimerStatusStore | undefined;
  readonly runOnStartup: boolean;
  readonly clock: Clock;
  /** Runs the function; never rejects. */
  readonly execute: (status: TimerStatus | undefined, isPastDue: boolean) => Promise<unknown>;
  readonly log: (level: "information" | "error", message: string) => void;
}

export interface TimerListener {
  /** Starts no further run; resolves when the current one has ended. */
  stop(): Promise<void>;
}

/** The largest delay that setTimeout accepts is 2^31 - 1 ms. */
const LONGEST_SLEEP_MS = 24 * 24 * 60 * 60 * 1000;

/**
 * Runs one timer as TimerListener.cs does: one run at once makes up for all that were missed while no
 * host was up; runs never overlap; the next is computed from the start of the previous one; the
 * status is stored after a run, so a crash during a run repeats it.
 */
export function startTimerListener(options: TimerListenerOptions): TimerListener {
  const { timer, schedule, store, clock } = options;
  const stopped = new AbortController();
  const loop = listen().catch((error: unknown) =>
    options.log("error", `The timer ${timer} has stopped: ${String(error)}`),
  );
  return {
    stop: async () => {
      stopped.abort();
      await loop;
    },
  };

  async function listen(): Promise<void> {
    const stored = await store?.read(timer);
    const checked = checkPastDue(clock.now(), schedule, stored);
    if (store && checked.store) await store.write(timer, checked.status);
    let status = stored
      ? checked.status
      : { lastMs: NEVER_MS, nextMs: nextAfter(schedule, clock.now()), lastUpdatedMs: NEVER_MS };
    const isPastDue = store !== undefined && checked.isPastDue;
    if (isPastDue || options.runOnStartup) status = await run(status, isPastDue, true);
    for (;;) {
      await sleepUntil(status.nextMs);
      if (stopped.signal.aborted) return;
      status = await run(status, false, false);
    }
  }

  async function run(
    status: TimerStatus,
    isPastDue: boolean,
    isUnscheduled: boolean,
  ): Promise<TimerStatus> {
    if (stopped.signal.aborted) return status;
    const startMs = clock.now();
    if (isPastDue) options.log("information", `The timer ${timer} is past due and runs now.`);
    await options.execute(store && status, isPastDue);
    // The timer fired slightly early: without this the same occurrence would run twice.
    const lastMs = isUnscheduled ? startMs : Math.max(startMs, status.nextMs);
    const after = { lastMs, nextMs: nextAfter(schedule, lastMs), lastUpdatedMs: lastMs };
    await store
      ?.write(timer, after)
      .catch((error: unknown) =>
        options.log("error", `The status of the timer ${timer} was not stored: ${String(error)}`),
      );
    return after;
  }

  async function sleepUntil(ms: number): Promise<void> {
    while (!stopped.signal.aborted && clock.now() < ms)
      await clock.sleep(Math.min(ms - clock.now(), LONGEST_SLEEP_MS), stopped.signal);
  }
}

/** A timer's run as the function receives it (TimerInfo.cs; the library converts names to camel case). */
export function timerTrigger(
  bindingName: string,
  {
    status,
    isPastDue,
    adjustsForDst,
    nowMs,
  }: {
    status: TimerStatus | undefined;
    isPastDue: boolean;
    adjustsForDst: boolean;
    nowMs: number;
  },
): TriggerData {
  const info = {
    Schedule: { AdjustForDST: adjustsForDst },
    ScheduleStatus: status ? statusJson(status) : null,
    IsPastDue: isPastDue,
  };
  return {
    inputData: [{ name: bindingName, data: { json: JSON.stringify(info) } }],
    triggerMetadata: { TimerTrigger: { string: hostDate(nowMs) } },
  };
}
