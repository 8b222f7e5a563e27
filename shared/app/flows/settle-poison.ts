import type { Queue } from "../../storage/types.ts";
import { messageDigest } from "./message-digest.ts";
import type { Call, FlowPorts } from "./ports.ts";
import { workOrPutBack } from "./put-back.ts";

/**
 * Records what a message in `<queue>-poison` meant and why it failed. A message that cannot be settled
 * yet goes back to `queue`, because a poison queue has no poison queue of its own.
 */
export function settlePoison(
  { batches, queues, clock }: FlowPorts,
  call: Call,
  queue: string,
  message: unknown,
): Promise<void> {
  const queueNamed: Readonly<Record<string, Queue>> = {
    accept: queues.accept,
    run: queues.run,
    "certificate-events": queues.certificateEvents,
    decisions: queues.decisions,
  };
  const from = { message, queue: queueNamed[queue] ?? queues.accept, clock };
  return workOrPutBack(from, call, () =>
    batches.settlePoison(queue, message, messageDigest(message)),
  );
}
