import { messageDigest } from "./message-digest.ts";
import type { Call, FlowPorts } from "./ports.ts";
import { workOrPutBack } from "./put-back.ts";

/**
 * How long one invocation plans before it puts its message back. It is far below functionTimeout
 * (host.json), so that the host never interrupts it.
 */
const PLAN_FOR_MS = 4 * 60_000;

/** Accepts, plans and hands over one message of queue `accept`. */
export function acceptBatch(ports: FlowPorts, call: Call, message: unknown): Promise<void> {
  const { batches, queues, clock } = ports;
  const delivery = {
    messageId: messageDigest(message),
    deadlineMs: clock.now() + PLAN_FOR_MS,
    stopping: call.stopping,
  };
  const from = { message, queue: queues.accept, clock };
  return workOrPutBack(from, call, () => batches.accept(message, delivery));
}
