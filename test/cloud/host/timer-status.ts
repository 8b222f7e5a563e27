import type { Readable } from "node:stream";
import { json } from "node:stream/consumers";

import type { BlobServiceClient } from "@azure/storage-blob";

import type { Schedule } from "./ncrontab.ts";
import { hostDate } from "./typed-data.ts";

/** When a timer ran and runs next, in milliseconds since the epoch. */
export interface TimerStatus {
  readonly lastMs: number;
  readonly nextMs: number;
  readonly lastUpdatedMs: number;
}

/** .NET's value for "never": year 1. */
export const NEVER_MS = Date.parse("0001-01-01T00:00:00Z");

/** Means "no occurrence": later than any test waits. */
const NO_NEXT_MS = Date.UTC(9999, 11, 31, 23, 59, 59);

export const nextAfter = (schedule: Schedule, ms: number): number =>
  schedule.next(ms) ?? NO_NEXT_MS;

/**
 * Whether an occurrence was missed since the timer was last monitored, and the status to store if the
 * timer is new or its schedule has changed. A changed schedule is never past due
 * (ScheduleMonitor.CheckPastDueAsync).
 */
export function checkPastDue(
  nowMs: number,
  schedule: Schedule,
  stored: TimerStatus | undefined,
): { readonly status: TimerStatus; readonly isPastDue: boolean; readonly store: boolean } {
  if (!stored) {
    const nextMs = nextAfter(schedule, nowMs);
    return {
      status: { lastMs: NEVER_MS, nextMs, lastUpdatedMs: nowMs },
      isPastDue: false,
      store: true,
    };
  }
  const sinceMs = [stored.lastMs, stored.lastUpdatedMs].find((ms) => ms !== NEVER_MS) ?? nowMs;
  const expectedMs = nextAfter(schedule, sinceMs);
  if (expectedMs === stored.nextMs)
    return { status: stored, isPastDue: nowMs > stored.nextMs, store: false };
  const status =
    nowMs > expectedMs
      ? { lastMs: NEVER_MS, nextMs: nextAfter(schedule, nowMs), lastUpdatedMs: nowMs }
      : { lastMs: NEVER_MS, nextMs: expectedMs, lastUpdatedMs: sinceMs };
  return { status, isPastDue: false, store: true };
}

/** Keeps the status of one host's timers across restarts. */
export interface TimerStatusStore {
  read(timer: string): Promise<TimerStatus | undefined>;
  write(timer: string, status: TimerStatus): Promise<void>;
}

/** The container in which the host keeps its own blobs. */
export const HOST_CONTAINER = "azure-webjobs-hosts";

/** The store in blobs `timers/{hostId}/Host.Functions.{timer}/status` (StorageScheduleMonitor.cs). */
export function blobTimerStatus(service: BlobServiceClient, hostId: string): TimerStatusStore {
  const container = service.getContainerClient(HOST_CONTAINER);
  const blob = (timer: string) =>
    container.getBlockBlobClient(`timers/${hostId}/Host.Functions.${timer}/status`);
  return {
    read: async (timer) => {
      if (!(await blob(timer).exists())) return undefined;
      // One request: downloadToBuffer first requests the length, and the blob may be replaced meanwhile.
      const { readableStreamBody } = await blob(timer).download();
      if (!readableStreamBody) return undefined;
      const stored = (await json(readableStreamBody as Readable)) as {
        Last: string;
        Next: string;
        LastUpdated: string;
      };
      return {
        lastMs: Date.parse(stored.Last),
        nextMs: Date.parse(stored.Next),
        lastUpdatedMs: Date.parse(stored.LastUpdated),
      };
    },
    write: async (timer, status) => {
      await container.createIfNotExists();
      const text = JSON.stringify(statusJson(status));
      await blob(timer).upload(text, Buffer.byteLength(text));
    },
  };
}

/** The status as .NET writes it. */
export const statusJson = (status: TimerStatus): object => ({
  Last: hostDate(status.lastMs),
  Next: hostDate(status.nextMs),
  LastUpdated: hostDate(status.lastUpdatedMs),
});
