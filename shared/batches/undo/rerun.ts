import { BEHIND_FAILED } from "../../catalogue/decided-row.ts";
import { InputRefusal } from "../../core/input-refusal.ts";
import type { ChosenRows } from "../../records/decisions/decision.ts";
import type { BatchManifest } from "../../records/manifest.ts";
import type { Plan } from "../../records/plan.ts";
import { csvLine } from "../formats/csv.ts";
import type { InputRow } from "../formats/input-row.ts";
import { inputShards } from "../input/input-shards.ts";
import { keptColumns } from "../input/mapped-columns.ts";
import { ORIGINAL_ROW } from "../input/origin-columns.ts";
import { PART, SETTLED } from "../input/part-columns.ts";
import { STAGE, stageOf } from "../input/sender-columns.ts";
import { storedMapper } from "../mapping/stored-mapping.ts";
import type { BatchPorts } from "../ports.ts";
import { endedPlan, refuseUnknownRows } from "./ended.ts";
import type { MadeBatch, MakeJob } from "./job.ts";
import { makeBatch } from "./make-batch.ts";
import { type RowEnd, readRowEnds } from "./row-ends.ts";

/**
 * Makes a batch of the failed, held or chosen rows of a batch that has ended or is held, as they were sent,
 * with their numbers in a column of their own. It is never refused for having too many invalid rows. The same
 * decision again answers the batch that it made.
 *
 * @throws InputRefusal if there are no such rows, if the batch has not ended, or if the name is taken.
 */
export async function rerun(ports: BatchPorts, job: MakeJob): Promise<MadeBatch> {
  const { rows = "failed" } = job.decision;
  const { format, operation } = storedForm(job.manifest);
  const plan = await endedPlan(ports, job, ["finished", "cancelled", "held"]);
  refuseUnknownRows(job, plan);
  const { batches } = ports.blobs;
  // The columns of parts are those of their operations already.
  const { mapping } = job.manifest.expands ? {} : job.manifest;
  const mapper = await storedMapper(batches, job.folder, { mapping }, keptColumns);
  return makeBatch(ports, job, {
    kind: "rerun",
    mapper,
    format,
    operation,
    text: () => chosenText(ports, job, plan),
    nothing: () => noSuchRows(job.manifest, rows),
  });
}

/** The form in which the planned rows are: parts are JSON Lines, and each names its operation. */
const storedForm = ({
  format,
  operation,
  expands,
}: BatchManifest): Pick<BatchManifest, "format" | "operation"> =>
  expands ? { format: "jsonl", operation: undefined } : { format, operation };

const noSuchRows = ({ batch }: BatchManifest, rows: ChosenRows): InputRefusal =>
  new InputRefusal(
    "MESSAGE_INVALID",
    `The batch ${batch} has no row that is ${String(rows)}, so there is nothing to send again.`,
    "See the batch's report for the verdicts of its rows, and name the numbers of the rows to send again.",
  );

/** The chosen rows in the format of the input they are from. */
async function* chosenText(
  { blobs }: BatchPorts,
  { folder, manifest, decision }: MakeJob,
  plan: Plan,
): AsyncGenerator<string> {
  const isChosen = choice(decision.rows ?? "failed");
  const { format } = storedForm(manifest);
  const columns = manifest.columns.filter((name) => name !== ORIGINAL_ROW);
  const staged = createStaged();
  let isFirst = true;
  let shard = 0;
  for await (const rows of inputShards(blobs.batches, folder, manifest)) {
    shard += 1;
    if (shard > plan.shards) return;
    const ends = await readRowEnds(blobs.batches, folder, plan, shard);
    const lines = rows
      .map(staged)
      .filter((row, at) => ends[at]?.planned.row === row.row && isChosen(ends[at]))
      .map((row) => lineOf(row, format === "csv" ? columns : undefined));
    if (lines.length === 0) continue;
    if (isFirst && format === "csv") yield csvLine([ORIGINAL_ROW, ...columns]);
    isFirst = false;
    yield lines.join("");
  }
}

/** Writes the stage that a row continued into its empty cell: the row before it may not be chosen. */
function createStaged(): (row: InputRow) => InputRow {
  let current: string | undefined;
  return (row) => {
    if (row.broken !== undefined) return row;
    const named = stageOf(row);
    if (named !== undefined) {
      current = typeof named === "number" ? String(named) : undefined;
      return row;
    }
    return current === undefined ? row : { ...row, cells: { ...row.cells, [STAGE]: current } };
  };
}

function choice(chosen: ChosenRows): (end: RowEnd) => boolean {
  if (chosen === "failed")
    return ({ verdict, cause }) => verdict === "failed" || cause === BEHIND_FAILED;
  if (typeof chosen === "string") return ({ verdict }) => verdict === chosen;
  const numbers = new Set(chosen);
  return ({ planned }) => numbers.has(planned.row);
}

/** A row that could not be expanded goes as it was sent, so that it is expanded again. */
function expandedAgain(cells: InputRow["cells"]): InputRow["cells"] {
  const { [PART]: _part, [SETTLED]: settled, ...sent } = cells;
  return settled === undefined ? cells : sent;
}

/** Every cell of CSV is text. */
const textOf = (cell: unknown): string => (typeof cell === "string" ? cell : "");

/** A row as it was sent, after its number. A number that it had in a third batch is left out. */
function lineOf({ row, cells, values }: InputRow, columns: readonly string[] | undefined): string {
  const { [ORIGINAL_ROW]: before, ...own } = cells;
  if (columns === undefined) {
    return `${JSON.stringify({ [ORIGINAL_ROW]: row, ...expandedAgain(own) })}\n`;
  }
  // A row whose cells cannot be assigned to columns keeps as many of them as it had.
  const texts =
    values === undefined
      ? columns.map((name) => textOf(own[name]))
      : values.slice(before === undefined ? 0 : 1);
  return csvLine([String(row), ...texts]);
}
