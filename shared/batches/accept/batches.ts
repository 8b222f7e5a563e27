import type { VerdictCounts } from "../../catalogue/row.ts";
import type { Outcomes } from "../../records/receipt.ts";
import type { Accepted, BatchPorts, Delivery, Postponed } from "../ports.ts";
import { finishBatch } from "../report/finish.ts";
import { accept } from "./accept.ts";
import { holdAtStart } from "./hold.ts";
import { settlePoison } from "./settle-poison.ts";
import { sweepInbox } from "./sweep.ts";

/** Everything between the ways in and the runner. */
export interface Batches {
  /**
   * Accepts, plans and hands over one message of queue `accept`: ours or an Event Grid event. Safe
   * to repeat: the work continues from where it stopped. Bad input ends in refused.json, never in a throw.
   * @throws OperatorError, disposition `stop`, if only an administrator can help, and unexpected
   * errors; the reason is kept for `settlePoison`.
   */
  accept(message: unknown, delivery: Delivery): Promise<Accepted>;
  /**
   * Queues every inbox file that has no batch yet, and returns their number; resumes every batch that
   * was accepted and has been neither planned nor handed over for minutes.
   */
  sweepInbox(): Promise<{ readonly inboxFiles: number }>;
  /**
   * Holds a batch that is about to start if the caps no longer allow it; answers whether it is held.
   * Repeating it changes nothing.
   * @throws OperatorError BATCH_DAMAGED
   */
  holdAtStart(folder: string): Promise<boolean>;
  /**
   * Writes the reports and the final status of a batch of which every row is final, and returns the
   * count of its verdicts. Repeating it changes nothing.
   * @throws OperatorError BATCH_DAMAGED if a row has no verdict or the sum is not the number of rows.
   */
  finishBatch(folder: string, outcomes: Outcomes): Promise<VerdictCounts>;
  /**
   * Records in the batch what a message meant that `queue` gave up, and why it was lost. Never throws.
   * It answers `again` if that cannot be recorded now: the message then goes back to `queue`.
   */
  settlePoison(
    queue: string,
    message: unknown,
    messageId: string,
  ): Promise<{ readonly state: "done" } | Postponed>;
}

/** The public face of shared/batches, working with these clients. */
export function createBatches(ports: BatchPorts): Batches {
  const claims = new Set<string>();
  return {
    accept: (message, delivery) => accept(ports, message, delivery),
    sweepInbox: () => sweepInbox(ports, claims),
    holdAtStart: (folder) => holdAtStart(ports, folder),
    finishBatch: (folder, outcomes) => finishBatch(ports, folder, outcomes),
    settlePoison: (queue, message, messageId) => settlePoison(ports, queue, message, messageId),
  };
}
