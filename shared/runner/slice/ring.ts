import type { Clock } from "../../core/clock.ts";
import { OperatorError, toOperatorError } from "../../core/errors.ts";
import { hasDueWork, hasWork } from "../../records/markers/marker.ts";
import { isPlanning } from "../../records/markers/planning-marker.ts";
import { runnerLockBlob } from "../../records/paths.ts";
import type { Blobs, Queue } from "../../storage/types.ts";
import { type Bell, createBell } from "./bell.ts";
import { ringFor } from "./ring-message.ts";
import { ringWhileWorking } from "./ring-while-working.ts";
import type { RunOptions, SliceTimes, TenantRun } from "./slice-end.ts";

/** A ring that finds the tenant busy comes back after about as long as a dead runner's lease lasts. */
const BUSY_SECONDS = 30;
const BUSY_SPREAD_SECONDS = 15;
/** The longest that a ring sleeps while work is left. */
const LONGEST_SECONDS = 10 * 60;
/** The host brings a message back this long after it failed (host.json, visibilityTimeout). */
const FAILED_SECONDS = 60;
/** How long a ring waits for the lease of a slice that is handing over, milliseconds. */
const WAIT_FOR_LEASE_MS = 15_000;

/** What became of a ring. */
export interface RingAnswer {
  readonly outcome: "idle" | "rung-again";
  /** What stopped the slice, or a batch that waits for a person, for the log. */
  readonly problem?: OperatorError | undefined;
}

/** One ring to answer, and with what. */
export interface Ring {
  readonly tenant: string;
  readonly run: (how: RunOptions) => Promise<TenantRun>;
  readonly runner: Blobs;
  readonly ring: Queue;
  readonly clock: Clock;
  readonly random: () => number;
  /** The host does not bring this message back if it fails. */
  readonly isLastAttempt: boolean;
  /** How long a slice and its lease last; without them no rings are sent while a slice works. */
  readonly slice?: SliceTimes | undefined;
}

/**
 * Answers one ring: works for a slice, and while work is left sends a new ring, which costs no attempt.
 * A ring that finds another runner at work is sent again too, because that runner may be dead. Every
 * accept and every sweep adds a ring; of those that wait, one is sent again and the others end.
 *
 * While a slice works it sends rings of its own (see `ringWhileWorking`): its message is invisible to
 * others for up to ten minutes after a kill, and an instance without messages is taken away.
 *
 * @throws what `run` throws, unless the error passes by itself (disposition `retry`), or a ring that
 * failed before this one is coming back anyway.
 */
export async function answerRing(options: Ring): Promise<RingAnswer> {
  const { runner, tenant, slice, clock } = options;
  // The last rings of a slice come when it has ended; the first may come while the plan is being made.
  const isNeeded = slice === undefined || (await hasWork(runner, tenant));
  if (!isNeeded && !(await isPlanning(runner, tenant, clock.now()))) return { outcome: "idle" };
  const bell = createBell(options);
  const working = ringWhileWorking(options, bell);
  try {
    let result = await options.run({ waitMs: 0, started: working.start });
    if (result.state === "busy" && (await bell.isHandingOver())) {
      result = await options.run({ waitMs: WAIT_FOR_LEASE_MS, started: working.start });
    }
    const hasHandedOver = await working.end();
    return await answerRun(options, bell, result, hasHandedOver);
  } catch (error) {
    await working.end();
    return answerError(options, bell, error);
  }
}

async function answerRun(
  options: Ring,
  bell: Bell,
  result: TenantRun,
  hasHandedOver: boolean,
): Promise<RingAnswer> {
  const { runner, tenant } = options;
  if (result.state === "ran") {
    // Rings that came after the slice looked last found the tenant busy.
    if (result.idle && !(await hasDueWork(runner, tenant))) return { outcome: "idle" };
    if (!hasHandedOver || result.waitMs > 0) await ringAgain(options, bell, result.waitMs / 1000);
    return { outcome: "rung-again", problem: result.problem };
  }
  if (!(await hasWork(runner, tenant))) return { outcome: "idle" };
  await ringAgain(options, bell, busySeconds(options), BUSY_SECONDS + BUSY_SPREAD_SECONDS);
  return { outcome: "rung-again" };
}

async function answerError(options: Ring, bell: Bell, error: unknown): Promise<RingAnswer> {
  if (error instanceof OperatorError && error.disposition === "retry") {
    const askedSeconds = (error.retryAfterMs ?? 0) / 1000;
    await ringAgain(options, bell, Math.max(busySeconds(options), askedSeconds));
    return { outcome: "rung-again", problem: error };
  }
  if (!(error instanceof Error) || !(await bell.comesWithin(FAILED_SECONDS))) {
    if (!options.isLastAttempt) await bell.set(FAILED_SECONDS);
    throw error;
  }
  return { outcome: "rung-again", problem: toOperatorError(error) };
}

const busySeconds = ({ random }: Ring): number => BUSY_SECONDS + random() * BUSY_SPREAD_SECONDS;

/** Rings again after `seconds`, unless another ring comes `within` as many. */
async function ringAgain(
  { tenant, ring }: Ring,
  bell: Bell,
  seconds: number,
  within = seconds,
): Promise<void> {
  const delaySeconds = Math.min(LONGEST_SECONDS, Math.ceil(seconds));
  if (await bell.comesWithin(within)) return;
  await ring.send(ringFor(tenant), { delaySeconds, timeToLiveSeconds: -1 });
  await bell.set(delaySeconds);
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
    if (!(await hasDueWork(options.runner, tenant))) continue;
    const lease = await options.runner.acquireLease(runnerLockBlob(tenant), SHORTEST_LEASE_SECONDS);
    if (lease === undefined) continue;
    await lease.release();
    waiting.push(tenant);
  }
  return waiting;
}

/** Azure's shortest; it is given back at once. */
const SHORTEST_LEASE_SECONDS = 15;
