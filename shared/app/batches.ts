import { accept } from "../batches/accept/accept.ts";
import { settlePoison } from "../batches/accept/poison.ts";
import { sweepInbox } from "../batches/accept/sweep-inbox.ts";
import type { Batches, BatchPorts } from "../batches/ports.ts";
import { finishBatch } from "../batches/report/finish.ts";

/** The face of this folder: everything between the ways in and the runner, over these ports. */
export const createBatches = (ports: BatchPorts): Batches => ({
  accept: (message, delivery) => accept(ports, message, delivery),
  sweepInbox: () => sweepInbox(ports),
  finishBatch: (folder, outcomes) => finishBatch(ports, folder, outcomes),
  settlePoison: (queue, message, messageId) => settlePoison(ports, queue, message, messageId),
});
