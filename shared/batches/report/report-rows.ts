import { noVerdicts, type Receipt, type VerdictCounts } from "../../catalogue/row.ts";
import { subjectOf } from "../../catalogue/target.ts";
import { OperatorError } from "../../core/errors.ts";
import { type RowValues, readValues } from "../../records/approval/before.ts";
import type { BatchManifest } from "../../records/manifest.ts";
import type { Plan } from "../../records/plan.ts";
import { problemOf } from "../../records/problem.ts";
import type { Receipts } from "../../records/receipt.ts";
import { type PlannedRow, type ShardRows, streamShard } from "../../records/shard.ts";
import type { Blobs } from "../../storage/types.ts";
import type { InputRow } from "../formats/input-row.ts";
import { inputRows, sentRows } from "../input/input-shards.ts";
import { createInputLines, type InputLines } from "./input-lines.ts";
import type { Ending, ReportRow } from "./report-row.ts";

/** The batch of a report. */
export interface ReportJob {
  readonly batches: Blobs;
  readonly folder: string;
  readonly manifest: BatchManifest;
  readonly plan: Plan;
  readonly receipts: Receipts;
  /** Whether rows of it give passwords which the deployment keeps, sealed. */
  readonly hasPasswords?: boolean | undefined;
  /** The verdict of planned writes that have no receipt. */
  readonly unwritten: Ending;
  /** Reads the shards; from storage by default. */
  readonly planned?: ShardRows | undefined;
}

/** Counts the verdicts without reading the input, with bounded memory. */
export async function countVerdicts(job: ReportJob): Promise<VerdictCounts> {
  const counts = noVerdicts();
  for await (const piece of endings(job, async () => noValues)) {
    for (const { verdict } of piece) counts[verdict] += 1;
  }
  return counts;
}

/** Whether a report has a line for each row that was sent, above its parts. */
export const hasInputLines = ({ expands, origin }: BatchManifest): boolean =>
  expands === true && origin === undefined;

/** What became of the rows that were sent, by their parts. */
async function inputLinesOf(job: ReportJob): Promise<InputLines> {
  const lines = createInputLines(job.manifest);
  for await (const piece of endings(job, async () => noValues)) {
    for (const ended of piece) lines.add(ended);
  }
  return lines;
}

/** What a report had to leave out, in whole sentences; every verdict is in it nevertheless. */
export type Lack = (what: string) => void;

/**
 * The rows with their input, in pieces, with bounded memory. If the input is missing or damaged, the
 * rows come without it and `lack` is told, because the verdicts do not depend on it.
 *
 * @throws OperatorError STORAGE_UNAVAILABLE; BATCH_DAMAGED if a shard is missing or damaged.
 */
export async function* reportRows(
  job: ReportJob,
  lack: Lack,
): AsyncGenerator<readonly ReportRow[]> {
  const { batches, folder, manifest } = job;
  const input = createInputCursor(inputRows(batches, folder, manifest), lack);
  const lines = hasInputLines(manifest) ? await inputLinesOf(job) : undefined;
  const sent = createInputCursor(sentRows(batches, folder, manifest.format), lack);
  let of = 0;
  try {
    for await (const piece of endings(job, (shard) => valuesOf(job, shard, lack))) {
      const cells = await input.next(piece.map(({ row }) => row));
      const rows = piece.map((ending, at) => withCells(ending, cells[at]));
      if (!lines) {
        yield rows;
        continue;
      }
      const all: ReportRow[] = [];
      for (const row of rows) {
        for (; of < (row.part?.of ?? 0); of++) {
          const [own] = await sent.next([of + 1]);
          all.push(lines.lineOf(of + 1, own ?? {}));
        }
        all.push(row);
      }
      yield all;
    }
  } finally {
    await input.close();
    await sent.close();
  }
}

/** A row of a report without its input. */
type RowEnding = Omit<ReportRow, "cells">;

/** A row with its cells, or with a note that it lacks them. */
export const withCells = (ending: RowEnding, cells: ReportRow["cells"] | undefined): ReportRow =>
  cells === undefined
    ? {
        ...ending,
        cells: {},
        reason: [ending.reason, "The report lacks this row's input."].filter(Boolean).join(" "),
      }
    : { ...ending, cells };

/** What the rows of a shard change, by row. */
type Values = ReadonlyMap<number, Pick<RowValues, "before" | "after">>;
const noValues: Values = new Map();

/** The values of a shard; `lack` is told if they are gone, because the verdicts do not depend on them. */
const valuesOf = ({ batches, folder, plan }: ReportJob, shard: number, lack: Lack) =>
  plan.digest === undefined
    ? Promise.resolve(noValues)
    : readValues(batches, folder, shard, ({ what }) => lack(what));

/** The verdicts of all rows in the input's order, in pieces. */
async function* endings(
  job: ReportJob,
  valuesIn: (shard: number) => Promise<Values>,
): AsyncGenerator<readonly RowEnding[]> {
  for (let shard = 1; shard <= job.plan.shards; shard++) {
    const receipts = await job.receipts(shard);
    const values = await valuesIn(shard);
    const pieces = job.planned?.(shard) ?? streamShard(job.batches, job.folder, shard);
    for await (const piece of pieces) {
      yield piece.map((planned) => {
        const ending = endingOf(planned, receipts, job);
        const { before, after } = (isWritten(ending) && values.get(planned.row)) || {};
        const touched = after && { before, after };
        const { row, operation, part } = planned;
        return { ...ending, row, operation, ...(part && { part }), ...touched };
      });
    }
  }
}

/** Whether a row has changed something, or still may. */
const isWritten = ({ verdict }: Ending): boolean =>
  verdict === "done" || verdict === "pending" || verdict === "held";

/** The batch's input, read only as far as needed. */
interface InputCursor {
  /** The cells of these rows, which are the next ones; `undefined` for rows that cannot be read. */
  next(rows: readonly number[]): Promise<readonly (ReportRow["cells"] | undefined)[]>;
  close(): Promise<void>;
}

function createInputCursor(pieces: AsyncGenerator<readonly InputRow[]>, lack: Lack): InputCursor {
  let waiting: InputRow[] = [];
  let isOver = false;
  let isTold = false;
  /** Answers whether there may be more. */
  const readPiece = async (): Promise<boolean> => {
    if (isOver) return false;
    try {
      const { value, done } = await pieces.next();
      if (done) isOver = true;
      else waiting = [...waiting, ...value];
    } catch (error) {
      if (error instanceof OperatorError && error.code !== "BATCH_DAMAGED") throw error;
      isOver = true;
      lack(error instanceof OperatorError ? error.what : problemOf(error).what);
    }
    return !isOver;
  };
  return {
    next: async (rows) => {
      while (waiting.length < rows.length && (await readPiece()));
      const taken = waiting.slice(0, rows.length);
      waiting = waiting.slice(rows.length);
      const missing = rows.find((row, at) => taken[at]?.row !== row);
      if (missing !== undefined && !isTold) {
        isTold = true;
        lack(`The input of row ${missing} and of later rows is missing.`);
      }
      return rows.map((row, at) => (taken[at]?.row === row ? taken[at].cells : undefined));
    },
    close: async () => void (await pieces.return(undefined)),
  };
}

function endingOf(
  planned: PlannedRow,
  receipts: ReadonlyMap<number, Receipt>,
  { plan, unwritten }: ReportJob,
): Ending {
  const receipt = receipts.get(planned.row);
  if (receipt !== undefined) return receipt;
  if (planned.verdict === undefined) {
    const { target, protected: why } = planned.write;
    const ending = { ...unwritten, objectId: subjectOf(target) };
    return why === undefined
      ? ending
      : { ...ending, reason: [`Protected: ${why}.`, unwritten.reason].filter(Boolean).join(" ") };
  }
  const { row: _row, operation: _operation, write: _write, part: _part, ...settled } = planned;
  return { finishedAt: plan.plannedAt, ...settled };
}
