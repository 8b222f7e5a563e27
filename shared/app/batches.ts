import { accept } from "../batches/accept/accept.ts";
import { admit } from "../batches/accept/admit.ts";
import { settlePoison } from "../batches/accept/settle-poison.ts";
import { sweepInbox } from "../batches/accept/sweep.ts";
import { decide } from "../batches/decisions/decide.ts";
import { expireHeld } from "../batches/decisions/expire.ts";
import type { Batches, BatchPorts } from "../batches/ports.ts";
import { finishBatch } from "../batches/report/finish.ts";

/** Everything between the ways in and the runner, working with these clients. */
export function createBatches(ports: BatchPorts): Batches {
  const claims = new Set<string>();
  return {
    accept: (message, delivery) => accept(ports, message, delivery),
    decide: (message) => decide(ports, message),
    expireHeld: () => expireHeld(ports),
    sweepInbox: () => sweepInbox(ports, claims),
    admit: (folder) => admit(ports, folder),
    finishBatch: (folder, outcomes) => finishBatch(ports, folder, outcomes),
    settlePoison: (queue, message, messageId) => settlePoison(ports, queue, message, messageId),
  };
}
