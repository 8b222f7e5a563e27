import { OperatorError, toOperatorError } from "../../core/errors.ts";
import { messageDigest } from "./message-digest.ts";
import type { Call, FlowPorts } from "./ports.ts";
import { workOrPutBack } from "./put-back.ts";

/**
 * Does what one message of queue `decisions` says. A message may hold an ID token, which should not
 * lie in a poison queue: what the last attempt cannot do is settled here.
 */
export function decide(ports: FlowPorts, call: Call, message: unknown): Promise<void> {
  const { batches, queues, clock } = ports;
  const from = { message, queue: queues.decisions, clock };
  return workOrPutBack(from, call, async () => {
    try {
      const { outcome, said } = await batches.decide(message);
      call.note(`The decision was ${outcome}${said === undefined ? "." : `: ${said}`}`);
      return { state: "done" };
    } catch (error) {
      if (!call.isLastAttempt || isRetried(error)) throw error;
      call.note(`The last attempt failed. ${toOperatorError(error).message}`);
      return batches.settlePoison("decisions", message, messageDigest(message));
    }
  });
}

const isRetried = (error: unknown): boolean =>
  error instanceof OperatorError && error.disposition === "retry";
