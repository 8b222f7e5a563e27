import type { Batches } from "../batches/ports.ts";
import type { Clock } from "../core/clock.ts";
import { OperatorError } from "../core/errors.ts";
import type { Emit } from "../core/telemetry.ts";
import type { Graph } from "../graph/graph.ts";
import {
  type CheckPorts,
  checkCertificate,
} from "../policies/check-certificate/certificate-check.ts";
import { readCertificateMessage } from "../policies/roll-certificate/roll-certificate-message.ts";
import { rollCertificate } from "../policies/roll-certificate/roll-certificate.ts";
import { scheduledInstant } from "../policies/scheduled-instant.ts";
import { findStaleAccounts } from "../policies/stale-accounts/stale-accounts.ts";
import { submitPolicyBatch } from "../policies/submit.ts";
import type { RunnerPorts } from "../runner/ports.ts";
import { answerRing, tenantOfRing, tenantsWithWorkAndNoRunner } from "../runner/slice/ring.ts";
import { runTenant } from "../runner/slice/run.ts";
import { decodeMessage, plainText } from "../storage/decode-message.ts";
import type { Blobs, Queue } from "../storage/types.ts";
import { duringInvocation, type InvocationContext } from "./invocation.ts";
import type { Settings } from "./settings.ts";

/** How long one invocation of accept plans before it puts its message back, to be cut by nothing. */
const ACCEPT_SLICE_MS = 4 * 60_000;

/** What passes by itself is tried again after this, at no cost of an attempt. */
const RETRY_SECONDS = 30;

/** After so many the host gives a message up (host.json, maxDequeueCount). */
const MOST_ATTEMPTS = 5;

/** What became of a message. */
type Work =
  | { readonly state: "done" }
  | { readonly state: "again"; readonly delaySeconds: number; readonly reason: string };

/** What the triggers call: one method a function. */
export interface Application {
  /** @throws OperatorError disposition `stop`, and what is unexpected: the host counts an attempt. */
  acceptBatch(message: unknown): Promise<void>;
  /** @throws as `acceptBatch` */
  runTenant(message: unknown): Promise<void>;
  /** Never throws but where its queue cannot be written to: a poison queue has no poison queue. */
  settlePoison(queue: string, message: unknown): Promise<void>;
  /** @throws OperatorError STORAGE_UNAVAILABLE */
  sweep(): Promise<void>;
  /** `timer` as the host gives it. @throws OperatorError READ_INCOMPLETE, a token's error. */
  staleAccounts(timer: unknown): Promise<void>;
  /** @throws OperatorError of vault or token, disposition `stop`: the host counts an attempt. */
  rollCertificate(message: unknown): Promise<void>;
  /** @throws what stopped a part of the check, once the others were made. */
  checkCertificate(): Promise<void>;
}

/** What the application works with; `compose.ts` builds it. */
export interface ApplicationPorts {
  readonly settings: Settings;
  readonly batches: Batches;
  readonly runnerFor: (tenant: string) => RunnerPorts;
  readonly graphFor: (tenant: string) => Graph;
  readonly blobs: { readonly inbox: Blobs; readonly runner: Blobs };
  readonly queues: {
    readonly accept: Queue;
    readonly run: Queue;
    readonly certificateEvents: Queue;
  };
  /** The certificate's, in the home tenant. */
  readonly certificatePorts: CheckPorts;
  readonly ring: (tenant: string) => Promise<void>;
  readonly clock: Clock;
  readonly random: () => number;
  readonly emit: Emit;
}

/** The application within one invocation of the host. */
export function createApplication(
  ports: ApplicationPorts,
): (context: InvocationContext) => Application {
  const { settings, batches, blobs, queues, clock, random } = ports;
  const queueNamed: Readonly<Record<string, Queue>> = {
    accept: queues.accept,
    run: queues.run,
    "certificate-events": queues.certificateEvents,
  };
  return (context) => {
    const { id, dequeueCount } = context.triggerMetadata ?? {};
    const messageId = typeof id === "string" ? id : "unknown";
    /** For people who read the function's log; what alerts read are events. */
    const note = (line: string): void => context.log(line);
    const within =
      <A extends readonly unknown[]>(work: (...given: A) => Promise<void>) =>
      (...given: A): Promise<void> =>
        duringInvocation(context, () => work(...given));

    /** Works on a message, and puts it back, at no cost of an attempt, where it wants to come again. */
    const workOn = async (message: unknown, queue: Queue, work: () => Promise<Work>) => {
      const putBack = async (delaySeconds: number, why: string): Promise<void> => {
        await queue.send(plainText(message), { delaySeconds: Math.ceil(delaySeconds) });
        note(`put back for ${Math.ceil(delaySeconds)} s: ${why}`);
      };
      try {
        const result = await work();
        if (result.state === "again") await putBack(result.delaySeconds, result.reason);
      } catch (error) {
        if (!(error instanceof OperatorError) || error.disposition !== "retry") throw error;
        await putBack((error.retryAfterMs ?? 0) / 1000 || RETRY_SECONDS, error.message);
      }
    };

    return {
      acceptBatch: within((message: unknown) =>
        workOn(message, queues.accept, () =>
          batches.accept(message, { messageId, deadlineMs: clock.now() + ACCEPT_SLICE_MS }),
        ),
      ),

      runTenant: within(async (message: unknown) => {
        const tenant = tenantOfRing(decodeMessage(message));
        if (!settings.tenants.includes(tenant)) {
          note(`[TENANT_NOT_ALLOWED] A ring for a tenant that is not allowed was dropped.`);
          return;
        }
        const answer = await answerRing({
          tenant,
          run: () => runTenant(ports.runnerFor(tenant)),
          runner: blobs.runner,
          ring: queues.run,
          clock,
          random,
          isLastAttempt: Number(dequeueCount) >= MOST_ATTEMPTS,
        });
        if (answer.problem) note(answer.problem.message);
      }),

      settlePoison: within((queue: string, message: unknown) =>
        workOn(message, queueNamed[queue] ?? queues.accept, () =>
          batches.settlePoison(queue, message, messageId),
        ),
      ),

      sweep: within(async () => {
        const { inboxFiles } = await batches.sweepInbox();
        const waiting = await tenantsWithWorkAndNoRunner({
          runner: blobs.runner,
          tenants: settings.tenants,
        });
        for (const tenant of waiting) await ports.ring(tenant);
        const tenants = settings.tenants.length;
        ports.emit({ event: "runner.heartbeat", tenants, rung: waiting.length, inboxFiles });
      }),

      staleAccounts: within(async (timer: unknown) => {
        const mode = settings.STALE_ACCOUNTS_MODE;
        if (mode === "off") return note("stale-accounts is off (STALE_ACCOUNTS_MODE).");
        const nowMs = clock.now();
        const rule = {
          days: settings.STALE_ACCOUNTS_DAYS,
          minimumAgeDays: settings.STALE_ACCOUNTS_MINIMUM_AGE_DAYS,
        };
        const graph = ports.graphFor(settings.TENANT_ID);
        const excluded = settings.STALE_ACCOUNTS_EXCLUDED_GROUP;
        const { ids, findings } = await findStaleAccounts(graph, rule, excluded, nowMs);
        note(`stale-accounts found ${JSON.stringify(findings)}`);
        if (ids.length === 0) return;
        await submitPolicyBatch(
          {
            policy: "stale-accounts",
            dueMs: scheduledInstant(timer, nowMs),
            mode: mode === "apply" ? "apply" : "plan",
            operation: "user.disable",
            rows: ids.map((user) => ({ user })),
          },
          blobs.inbox,
          queues.accept,
        );
      }),

      rollCertificate: within((message: unknown) =>
        workOn(message, queues.certificateEvents, async () => {
          const { CERTIFICATE_NAME: name, KEY_VAULT_URI: vaultUri } = settings;
          try {
            const asked = readCertificateMessage(decodeMessage(message), { name, vaultUri });
            if (asked.kind === "roll")
              return await rollCertificate(ports.certificatePorts, asked, note);
            note(`dropped: ${asked.why}`);
          } catch (error) {
            // Nothing is lost with it: the check asks for a roll every day.
            if (!(error instanceof OperatorError) || error.disposition !== "refuse") throw error;
            note(error.message);
          }
          return { state: "done" };
        }),
      ),

      checkCertificate: within(() => checkCertificate(ports.certificatePorts, note)),
    };
  };
}
