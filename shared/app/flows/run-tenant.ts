import { tenantOfRing } from "../../runner/slice/ring-message.ts";
import { answerRing } from "../../runner/slice/ring.ts";
import { runTenant as runSlice } from "../../runner/slice/run.ts";
import { decodeMessage } from "../../storage/decode-message.ts";
import { handOverIfLate } from "./hand-over.ts";
import type { Call, FlowPorts } from "./ports.ts";

/** Answers a ring: is the tenant's runner for one slice, and rings again if work is left. */
export async function runTenant(ports: FlowPorts, call: Call, message: unknown): Promise<void> {
  const { settings, blobs, queues, clock, random } = ports;
  const tenant = tenantOfRing(decodeMessage(message));
  if (!settings.tenants.includes(tenant)) {
    call.note("[TENANT_NOT_ALLOWED] A ring for a tenant that is not allowed was dropped.");
    return;
  }
  const runner = ports.runnerFor(tenant);
  const hasEnded = handOverIfLate(call, clock, () => ports.ring(tenant));
  const answer = await answerRing({
    tenant,
    run: (how) => runSlice(runner, call.stopping, how),
    slice: runner.settings,
    runner: blobs.runner,
    ring: queues.run,
    clock,
    random,
    isLastAttempt: call.isLastAttempt,
  }).finally(hasEnded);
  if (answer.problem) call.note(answer.problem.message);
}
