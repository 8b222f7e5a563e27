import type { MakeJob } from "../../../shared/batches/undo/job.ts";
import type { Decision } from "../../../shared/records/decisions/decision.ts";
import { recordJson } from "../../../shared/records/journal.ts";
import type { BatchManifest } from "../../../shared/records/manifest.ts";
import { shardRows, type Workshop } from "../workshop.ts";

/** A decision about a batch. */
export const decisionOn = (
  { batch, tenant }: Pick<BatchManifest, "batch" | "tenant">,
  more: Partial<Decision> = {},
): Decision => ({
  version: 1,
  decisionId: "decision-1",
  decision: "rerun",
  tenant,
  batch,
  expects: "ended",
  expires: "2030-01-01T00:00:00Z",
  ...more,
});

/** A job that makes a batch out of the one in the folder. */
export function jobOn(workshop: Workshop, folder: string, more: Partial<Decision> = {}): MakeJob {
  const manifest = workshop.blobs.batches.json(`${folder}/batch.json`) as unknown as BatchManifest;
  return { folder, manifest, decision: decisionOn(manifest, more), who: { kind: "queue" } };
}

/** Plays the runner, which keeps a journal: every row to be written is done. `created`: ids by row. */
export async function runAndJournal(
  workshop: Workshop,
  folder: string,
  created: Readonly<Record<number, string>> = {},
): Promise<void> {
  const at = "2026-11-21T00:00:00.000Z";
  const rows = shardRows(workshop.blobs.batches, folder)
    .filter(({ write }) => write !== undefined)
    .map(({ row, write }) => ({
      kind: "final" as const,
      row,
      receipt: {
        verdict: "done" as const,
        objectId: created[row] ?? write?.target["user"] ?? write?.target["member"],
        finishedAt: at,
      },
    }));
  const record = { t: "receipt", post: "1", at, rows } as const;
  await workshop.blobs.batches.write(`${folder}/journal/00001.jsonl`, `${recordJson(record)}\n`);
  await workshop.runAll(folder);
}

/** Delivers what went to queue accept. */
export async function takeQueued(workshop: Workshop): Promise<void> {
  for (const text of workshop.queued.splice(0)) await workshop.deliver(text);
}

/** The rows of the file from which a batch is taken. */
export function stagedRows(
  { blobs }: Workshop,
  batch: string,
): readonly Readonly<Record<string, unknown>>[] {
  const { source } = blobs.batches.json(`${batch}/batch.json`) as unknown as BatchManifest;
  const path = source.kind === "message" ? source.file?.path : undefined;
  return blobs.inbox
    .text(path ?? "")
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>);
}
