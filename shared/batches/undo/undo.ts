import { InputRefusal } from "../../core/input-refusal.ts";
import type { Plan } from "../../records/plan.ts";
import type { PlannedRow } from "../../records/shard.ts";
import { STAGE } from "../input/sender-columns.ts";
import type { BatchPorts } from "../ports.ts";
import { createCreatedHolders } from "./created-ids.ts";
import { endedPlan, refuseUnknownRows } from "./ended.ts";
import type { MadeBatch, MakeJob } from "./job.ts";
import { makeBatch } from "./make-batch.ts";
import { readBefore } from "./read-before.ts";
import { readRowEnds } from "./row-ends.ts";
import { createCreatedUsers, undoRows } from "./undo-rows.ts";

/**
 * Makes a batch that undoes what a batch has written: the inverse of every row that is done, or of the chosen
 * ones, the last row first. Rows that have no inverse are in it too, and say why. It is planned, guarded and
 * approved as every batch, and can itself be undone. The same decision again answers the batch that it made.
 *
 * @throws InputRefusal if nothing was written, if the batch may still write, or if the name is taken.
 */
export async function undo(ports: BatchPorts, job: MakeJob): Promise<MadeBatch> {
  const { batch } = job.manifest;
  const plan = await endedPlan(ports, job, ["finished", "cancelled", "held"]);
  refuseUnknownRows(job, plan);
  return makeBatch(ports, job, {
    kind: "undo",
    format: "jsonl",
    operation: undefined,
    text: () => undoText(ports, job, plan),
    nothing: () =>
      new InputRefusal(
        "MESSAGE_INVALID",
        `The batch ${batch} has written nothing, so there is nothing to undo.`,
        "No action needed. See the batch's report for the verdicts of its rows.",
      ),
  });
}

/** The rows in the reverse order, shard by shard, so that no more than one is in memory. */
async function* undoText(
  { blobs, catalogue, clock }: BatchPorts,
  { folder, decision }: MakeJob,
  plan: Plan,
): AsyncGenerator<string> {
  const chosen = Array.isArray(decision.rows) ? new Set<number>(decision.rows) : undefined;
  const created = createCreatedUsers(chosen);
  const stages = createUndoStages();
  const holders = createCreatedHolders(blobs.batches, folder, plan);
  for (let shard = plan.shards; shard >= 1; shard--) {
    const ends = await readRowEnds(blobs.batches, folder, plan, shard);
    const wanted = ends.filter(({ planned, verdict }) =>
      chosen === undefined ? verdict === "done" : chosen.has(planned.row),
    );
    if (wanted.length === 0) continue;
    const before = await readBefore(blobs.batches, folder, shard);
    await holders.load(wanted);
    const rows = wanted.toReversed().flatMap((end) => {
      const stage = stages.of(end.planned);
      const undone = undoRows(end, { catalogue, before, created, holders, nowMs: clock.now() });
      return stage === undefined ? undone : undone.map((row) => ({ [STAGE]: stage, ...row }));
    });
    yield rows.map((row) => `${JSON.stringify(row)}\n`).join("");
  }
}

/** The stages of the rows that undo others: those of the last stage go first. */
function createUndoStages(): { of(planned: PlannedRow): number | undefined } {
  let last: number | undefined;
  return {
    of: ({ write }) => {
      if (write === undefined) return undefined;
      const { stage = 1 } = write;
      last ??= stage;
      return last === 1 ? undefined : Math.max(1, last - stage + 1);
    },
  };
}
