import { toOperatorError } from "../core/errors.ts";
import { acceptBatch } from "./flows/accept-batch.ts";
import { checkCertificate } from "./flows/check-certificate.ts";
import { decide } from "./flows/decide.ts";
import type { Call, FlowPorts } from "./flows/ports.ts";
import { rollCertificate } from "./flows/roll-certificate.ts";
import { runTenant } from "./flows/run-tenant.ts";
import { settlePoison } from "./flows/settle-poison.ts";
import { staleAccounts } from "./flows/stale-accounts.ts";
import { sweep } from "./flows/sweep.ts";
import { duringInvocation, type InvocationContext } from "./invocation.ts";
import type { Shutdown } from "./shutdown.ts";

/** The host moves a message to the poison queue after so many attempts (host.json, maxDequeueCount). */
const MOST_ATTEMPTS = 5;

/** What the triggers call: one method a function. */
export interface Application {
  /** @throws OperatorError disposition `stop`, and what is unexpected: the host counts an attempt. */
  acceptBatch(message: unknown): Promise<void>;
  /** @throws as `acceptBatch` */
  decide(message: unknown): Promise<void>;
  /** @throws as `acceptBatch` */
  runTenant(message: unknown): Promise<void>;
  /** Throws only if its queue cannot be written to: a poison queue has no poison queue. */
  settlePoison(queue: string, message: unknown): Promise<void>;
  /** @throws OperatorError STORAGE_UNAVAILABLE */
  sweep(): Promise<void>;
  /** `timer` as the host gives it. @throws OperatorError READ_INCOMPLETE, a token's error. */
  staleAccounts(timer: unknown): Promise<void>;
  /** @throws OperatorError of vault or token, disposition `stop`: the host counts an attempt. */
  rollCertificate(message: unknown): Promise<void>;
  /** @throws the first failure of a part of the check, after the other parts have run. */
  checkCertificate(): Promise<void>;
}

/** Makes the application of one invocation of the host from what an instance keeps. */
export function createApplication(
  ports: FlowPorts,
  shutdown: Shutdown,
): (context: InvocationContext) => Application {
  return (context) => {
    const call = callOf(context, shutdown);
    const within = (work: () => Promise<void>): Promise<void> =>
      shutdown.during(() => duringInvocation(context, work));
    return {
      acceptBatch: (message) => within(() => acceptBatch(ports, call, message)),
      decide: (message) => within(() => decide(ports, call, message)),
      runTenant: (message) => within(() => runTenant(ports, call, message)),
      settlePoison: (queue, message) => within(() => settlePoison(ports, call, queue, message)),
      sweep: () => within(() => sweep(ports)),
      staleAccounts: (timer) =>
        within(() => told(ports, "stale-accounts", staleAccounts(ports, call, timer))),
      rollCertificate: (message) =>
        within(() => told(ports, "roll-certificate", rollCertificate(ports, call, message))),
      checkCertificate: () =>
        within(() => told(ports, "check-certificate", checkCertificate(ports, call))),
    };
  };
}

/** Says by an event if a policy fails: a person must know that it did not run. */
async function told(
  { emit }: Pick<FlowPorts, "emit">,
  policy: string,
  work: Promise<void>,
): Promise<void> {
  try {
    await work;
  } catch (error) {
    emit({ event: "policy.failed", policy, code: toOperatorError(error).code });
    throw error;
  }
}

function callOf(context: InvocationContext, { signal }: Shutdown): Call {
  return {
    stopping: signal,
    // A body with a `dequeueCount` replaces the host's, but such a ring is refused before this is used.
    isLastAttempt: Number(context.triggerMetadata?.["dequeueCount"]) >= MOST_ATTEMPTS,
    note: (line) => context.log(line),
  };
}
