import * as v from "valibot";

import { check } from "../core/check.ts";
import type { Clock } from "../core/clock.ts";
import { OperatorError } from "../core/errors.ts";
import { isGuid } from "../core/object-id.ts";
import type { Blobs, Queue } from "../storage/types.ts";
import { lockBlob } from "./lease.ts";
import { hasWork } from "./markers.ts";
import type { TenantRun } from "./run.ts";

const ringMessage = v.strictObject({
  version: v.literal(1),
  tenant: v.pipe(v.string(), v.check(isGuid, "GUID"), v.toLowerCase()),
});

/** The message on queue `run` that wakes a tenant's runner. */
export const ringFor = (tenant: string): string => JSON.stringify({ version: 1, tenant });

/** The tenant that a ring is for. @throws OperatorError MESSAGE_INVALID, disposition `refuse` */
export const tenantOfRing = (message: unknown): string =>
  check(ringMessage, message, { what: "ring" }).tenant;

/** A ring that finds the tenant busy comes back after about as long as a dead runner's lease lives. */
const BUSY_SECONDS = 30;
const BUSY_SPREAD_SECONDS = 15;
/** The longest that a ring sleeps while work is left. */
const LONGEST_SECONDS = 10 * 60;

/** What became of a ring. */
export interface RingAnswer {
  readonly outcome: "idle" | "rung-again";
  /** A batch that waits for a person, for the log. */
  readonly problem?: OperatorError | undefined;
}

/**
 * Answers one ring: works for a slice, and puts the ring back, at no cost of an attempt, while work is
 * left. A ring that finds another runner at work is put back too, because that one may be dead; but
 * only one such ring circles at a time, whatever their number.
 *
 * @throws what `run` throws, other than LEASE_LOST and STORAGE_UNAVAILABLE's like (`retry`), for which
 * the ring is put back.
 */
export async function answerRing(options: {
  readonly tenant: string;
  readonly run: () => Promise<TenantRun>;
  readonly runner: Blobs;
  readonly ring: Queue;
  readonly clock: Clock;
  readonly random: () => number;
}): Promise<RingAnswer> {
  const { tenant, runner, ring } = options;
  const ringAgain = async (seconds: number): Promise<void> => {
    const delaySeconds = Math.min(LONGEST_SECONDS, Math.ceil(seconds));
    await ring.send(ringFor(tenant), { delaySeconds, timeToLiveSeconds: -1 });
  };
  const busySeconds = BUSY_SECONDS + options.random() * BUSY_SPREAD_SECONDS;
  let result: TenantRun;
  try {
    result = await options.run();
  } catch (error) {
    if (!(error instanceof OperatorError) || error.disposition !== "retry") throw error;
    await ringAgain(Math.max(busySeconds, (error.retryAfterMs ?? 0) / 1000));
    return { outcome: "rung-again", problem: error };
  }
  if (result.state === "ran") {
    // What came since the slice looked last found the tenant busy.
    if (result.idle && !(await hasWork(runner, tenant))) return { outcome: "idle" };
    await ringAgain(result.waitMs / 1000);
    return { outcome: "rung-again", problem: result.problem };
  }
  if (!(await hasWork(runner, tenant))) return { outcome: "idle" };
  const bell = bellOf(options);
  if (await bell.isDue()) {
    await ringAgain(busySeconds);
    await bell.set(busySeconds);
  }
  return { outcome: "rung-again" };
}

/** Remembers when the ring that circles comes back, so that others that find the tenant busy may go. */
function bellOf(options: {
  readonly tenant: string;
  readonly runner: Blobs;
  readonly clock: Clock;
}): { isDue(): Promise<boolean>; set(seconds: number): Promise<void> } {
  const { runner, clock } = options;
  const path = `${options.tenant}/bell`;
  return {
    isDue: async () => {
      const found = await runner.read(path);
      return !(Date.parse(found?.bytes.toString("utf8") ?? "") > clock.now());
    },
    set: async (seconds) => {
      await runner.write(path, new Date(clock.now() + seconds * 1000).toISOString());
    },
  };
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
    const lease = await options.runner.acquireLease(lockBlob(tenant), SHORTEST_LEASE_SECONDS);
    if (lease === undefined) continue;
    await lease.release();
    waiting.push(tenant);
  }
  return waiting;
}

/** Azure's shortest; it is given back at once. */
const SHORTEST_LEASE_SECONDS = 15;
