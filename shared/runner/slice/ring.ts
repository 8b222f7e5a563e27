import * as v from "valibot";

import { check } from "../../core/check.ts";
import type { Clock } from "../../core/clock.ts";
import { OperatorError } from "../../core/errors.ts";
import { isGuid } from "../../core/object-id.ts";
import { hasWork } from "../../records/marker.ts";
import { bellBlob, runnerLockBlob } from "../../records/paths.ts";
import type { Blobs, Queue } from "../../storage/types.ts";
import type { TenantRun } from "./slice-end.ts";

const ringMessage = v.strictObject({
  version: v.literal(1),
  tenant: v.pipe(v.string(), v.check(isGuid, "GUID"), v.toLowerCase()),
});

/** The message on queue `run` that wakes a tenant's runner. */
export const ringFor = (tenant: string): string => JSON.stringify({ version: 1, tenant });

/** The tenant that a ring is for. @throws OperatorError MESSAGE_INVALID, disposition `refuse` */
export const tenantOfRing = (message: unknown): string =>
  check(ringMessage, message, { what: "ring" }).tenant;

/** A ring that finds the tenant busy comes back after about as long as a dead runner's lease lasts. */
const BUSY_SECONDS = 30;
const BUSY_SPREAD_SECONDS = 15;
/** The longest that a ring sleeps while work is left. */
const LONGEST_SECONDS = 10 * 60;
/** The host brings a message back this long after it failed (host.json, visibilityTimeout). */
const FAILED_SECONDS = 60;
/** A ring counts as come this much early: the next instance's clock may be behind. */
const CLOCK_SECONDS = 10;

/** What became of a ring. */
export interface RingAnswer {
  readonly outcome: "idle" | "rung-again";
  /** What stopped the slice, or a batch that waits for a person, for the log. */
  readonly problem?: Error | undefined;
}

/**
 * Answers one ring: works for a slice, and while work is left sends a new ring, which costs no attempt.
 * A ring that finds another runner at work is sent again too, because that runner may be dead. Every
 * accept and every sweep adds a ring; of those that wait, one is sent again and the others end.
 *
 * @throws what `run` throws, unless the error passes by itself (disposition `retry`), or a ring that
 * failed before this one is coming back anyway.
 */
export async function answerRing(options: {
  readonly tenant: string;
  readonly run: () => Promise<TenantRun>;
  readonly runner: Blobs;
  readonly ring: Queue;
  readonly clock: Clock;
  readonly random: () => number;
  /** The host does not bring this message back if it fails. */
  readonly isLastAttempt: boolean;
}): Promise<RingAnswer> {
  const { tenant, runner, ring } = options;
  const bell = bellOf(options);
  /** Rings again after `seconds`, unless another ring comes `within` as many. */
  const ringAgain = async (seconds: number, within = seconds): Promise<void> => {
    const delaySeconds = Math.min(LONGEST_SECONDS, Math.ceil(seconds));
    if (await bell.comesWithin(within)) return;
    await ring.send(ringFor(tenant), { delaySeconds, timeToLiveSeconds: -1 });
    await bell.set(delaySeconds);
  };
  const busySeconds = BUSY_SECONDS + options.random() * BUSY_SPREAD_SECONDS;
  let result: TenantRun;
  try {
    result = await options.run();
  } catch (error) {
    if (error instanceof OperatorError && error.disposition === "retry") {
      await ringAgain(Math.max(busySeconds, (error.retryAfterMs ?? 0) / 1000));
      return { outcome: "rung-again", problem: error };
    }
    if (!(error instanceof Error) || !(await bell.comesWithin(FAILED_SECONDS))) {
      if (!options.isLastAttempt) await bell.set(FAILED_SECONDS);
      throw error;
    }
    return { outcome: "rung-again", problem: error };
  }
  if (result.state === "ran") {
    // Rings that came after the slice looked last found the tenant busy.
    if (result.idle && !(await hasWork(runner, tenant))) return { outcome: "idle" };
    await ringAgain(result.waitMs / 1000);
    return { outcome: "rung-again", problem: result.problem };
  }
  if (!(await hasWork(runner, tenant))) return { outcome: "idle" };
  await ringAgain(busySeconds, BUSY_SECONDS + BUSY_SPREAD_SECONDS);
  return { outcome: "rung-again" };
}

/**
 * Remembers when the next ring comes, so that others may end. It is a hint: if storage loses it, there is
 * a ring too many.
 */
function bellOf(options: {
  readonly tenant: string;
  readonly runner: Blobs;
  readonly clock: Clock;
}): { comesWithin(seconds: number): Promise<boolean>; set(seconds: number): Promise<void> } {
  const { runner, clock } = options;
  const path = bellBlob(options.tenant);
  return {
    comesWithin: async (seconds) => {
      const found = await runner.read(path).catch(passOver);
      const inMs = Date.parse(found?.bytes.toString("utf8") ?? "") - clock.now();
      return inMs > 0 && inMs <= seconds * 1000;
    },
    set: async (seconds) => {
      if (seconds <= CLOCK_SECONDS) return;
      const dueMs = clock.now() + (seconds - CLOCK_SECONDS) * 1000;
      await runner.write(path, new Date(dueMs).toISOString()).catch(passOver);
    },
  };
}

function passOver(error: unknown): undefined {
  if (!(error instanceof OperatorError)) throw error;
  return undefined;
}

/**
 * The tenants, of those given, that have work and no runner: the sweep rings for them.
 *
 * @throws OperatorError STORAGE_UNAVAILABLE
 */
export async function tenantsWithWorkAndNoRunner(options: {
  readonly runner: Blobs;
  readonly tenants: readonly string[];
}): Promise<string[]> {
  const waiting: string[] = [];
  for (const tenant of options.tenants) {
    if (!(await hasWork(options.runner, tenant))) continue;
    const lease = await options.runner.acquireLease(runnerLockBlob(tenant), SHORTEST_LEASE_SECONDS);
    if (lease === undefined) continue;
    await lease.release();
    waiting.push(tenant);
  }
  return waiting;
}

/** Azure's shortest; it is given back at once. */
const SHORTEST_LEASE_SECONDS = 15;
