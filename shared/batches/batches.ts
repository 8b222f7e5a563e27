import { accept } from "./accept.ts";
import { finishBatch } from "./finish.ts";
import { settlePoison } from "./poison.ts";
import type { Batches, BatchPorts } from "./ports.ts";
import { sweepInbox } from "./sweep-inbox.ts";

/** The face of this folder: everything between the ways in and the runner, over these ports. */
export const createBatches = (ports: BatchPorts): Batches => ({
  accept: (message, delivery) => accept(ports, message, delivery),
  sweepInbox: () => sweepInbox(ports),
  finishBatch: (folder, outcomes) => finishBatch(ports, folder, outcomes),
  settlePoison: (queue, message, messageId) => settlePoison(ports, queue, message, messageId),
});
