import type { Mode } from "../records/manifest.ts";
import type { Blobs, Queue } from "../storage/types.ts";

/** A batch made by a policy. It is accepted like any other batch. */
export interface PolicyBatch {
  readonly policy: string;
  /** When the timer was due, milliseconds since the epoch. */
  readonly dueMs: number;
  readonly mode: Mode;
  readonly operation: string;
  readonly rows: readonly object[];
}

/** `stale-accounts-2026-11-21T0200Z`: the minute it was due, so a timer that fires twice makes one batch. */
export const policyBatchName = (policy: string, dueMs: number): string => {
  const minute = new Date(Math.round(dueMs / 60_000) * 60_000).toISOString();
  return `${policy}-${minute.slice(0, 16).replace(":", "")}Z`;
};

/**
 * Writes the rows to `inbox/staged/`, which the sweep ignores, and then sends a message that names the
 * file: a message holds at most 48 KiB, and a policy may find 100,000 accounts.
 */
export async function submitPolicyBatch(
  batch: PolicyBatch,
  inbox: Blobs,
  accept: Queue,
): Promise<string> {
  const name = policyBatchName(batch.policy, batch.dueMs);
  const file = `staged/${name}.jsonl`;
  const lines = batch.rows.map((row) => `${JSON.stringify(row)}\n`).join("");
  // An existing file is not overwritten: the message of the first delivery may be reading it.
  await inbox.write(file, lines, { ifAbsent: true });
  await accept.send(
    JSON.stringify({ version: 1, batch: name, mode: batch.mode, operation: batch.operation, file }),
  );
  return name;
}
