import type { Mode } from "../records/manifest.ts";
import type { Blobs, Queue } from "../storage/types.ts";

/** A batch as a policy makes it: it goes the same way as a person's. */
export interface PolicyBatch {
  readonly policy: string;
  /** When the timer was due, milliseconds since the epoch. */
  readonly dueMs: number;
  readonly mode: Mode;
  readonly operation: string;
  readonly rows: readonly Readonly<Record<string, unknown>>[];
}

/** `stale-accounts-2026-11-21T0200Z`: the minute it was due, so that a timer fired twice is one batch. */
export const policyBatchName = (policy: string, dueMs: number): string => {
  const minute = new Date(Math.round(dueMs / 60_000) * 60_000).toISOString();
  return `${policy}-${minute.slice(0, 16).replace(":", "")}Z`;
};

/**
 * Puts the rows into `inbox/staged/`, which no sweep takes, and then sends the message that names
 * them: a message alone holds 48 KiB, a policy may find 100,000 accounts.
 */
export async function submitPolicyBatch(
  batch: PolicyBatch,
  inbox: Blobs,
  accept: Queue,
): Promise<string> {
  const name = policyBatchName(batch.policy, batch.dueMs);
  const file = `staged/${name}.jsonl`;
  const lines = batch.rows.map((row) => `${JSON.stringify(row)}\n`).join("");
  // Not over an earlier one: the message of the first delivery may be about to read it.
  await inbox.write(file, lines, { ifAbsent: true });
  await accept.send(
    JSON.stringify({ version: 1, batch: name, mode: batch.mode, operation: batch.operation, file }),
  );
  return name;
}
