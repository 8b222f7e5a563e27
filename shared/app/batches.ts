import { accept } from "../batches/accept/accept.ts";
import { admit } from "../batches/accept/admit.ts";
import { settlePoison } from "../batches/accept/settle-poison.ts";
import { sweepInbox } from "../batches/accept/sweep.ts";
import { decide } from "../batches/decisions/decide.ts";
import { expireHeld } from "../batches/decisions/expire.ts";
import type { Batches, BatchPorts } from "../batches/ports.ts";
import { finishBatch, type Prepared, prepareEnd } from "../batches/report/finish.ts";

/** Everything between the ways in and the runner, working with these clients. */
export function createBatches(ports: BatchPorts): Batches {
  const claims = new Set<string>();
  /** Of one batch at a time, so that the memory is bounded. */
  let prepared: { readonly folder: string; readonly end: Prepared | undefined } | undefined;
  return {
    accept: (message, delivery) => accept(ports, message, delivery),
    decide: (message) => decide(ports, message),
    expireHeld: () => expireHeld(ports),
    sweepInbox: () => sweepInbox(ports, claims),
    admit: (folder) => admit(ports, folder),
    prepareEnd: async (folder) => {
      const mine: typeof prepared = { folder, end: undefined };
      prepared = mine;
      const end = await prepareEnd(ports, folder);
      // If the batch has ended meanwhile, nobody asks for it any more.
      if (prepared === mine) prepared = { folder, end };
    },
    finishBatch: async (folder, outcomes) => {
      const known = prepared?.folder === folder ? prepared.end : undefined;
      prepared = undefined;
      return finishBatch(ports, folder, outcomes, known);
    },
    settlePoison: (queue, message, messageId) => settlePoison(ports, queue, message, messageId),
  };
}
