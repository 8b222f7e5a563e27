import { OperatorError } from "../../core/errors.ts";
import { readExpansion } from "../../records/expansion.ts";
import { csvReportBlob, htmlReportBlob, jsonReportBlob } from "../../records/paths.ts";
import { problemOf } from "../../records/problem.ts";
import { openTextSink } from "../../storage/text-sink.ts";
import { columnsWithParts, csvHeader, csvRow, type ReportColumns } from "./report-csv.ts";
import { reportHtml } from "./report-html.ts";
import { createJsonRows, jsonHead, type JsonRows, jsonTail } from "./report-json.ts";
import { createPicks, type Picks } from "./report-picks.ts";
import type { ReportRow } from "./report-row.ts";
import { type Lack, type ReportJob, reportRows, withCells } from "./report-rows.ts";
import type { ReportSummary } from "./report-summary.ts";

/** So many sentences about what is missing are kept; each more is counted only. */
const MOST_LACKS = 5;

/**
 * Writes report.csv, report.json and report.html of a batch in one pass over input, shards and
 * receipts, with bounded memory. Each appears whole or not at all, and may be written again.
 *
 * No fault of a report keeps the batch from ending: a row that cannot be written is written without its
 * input, a report that cannot be written is left out, and the answer says what is missing.
 *
 * @throws OperatorError STORAGE_UNAVAILABLE, and BATCH_DAMAGED if the verdicts cannot be read.
 */
export async function writeReports(
  job: ReportJob,
  summary: ReportSummary,
): Promise<readonly string[]> {
  const lacks: string[] = [];
  let more = 0;
  const lack: Lack = (what) => {
    if (lacks.length < MOST_LACKS) lacks.push(what);
    else more += 1;
  };
  const said = (): readonly string[] =>
    more === 0 ? lacks : [...lacks, `${more} more rows are incomplete.`];
  const picks = createPicks();
  await tolerated("report.csv and report.json", lack, () =>
    writeRows(job, summary, picks, lack, said),
  );
  const page = htmlReportBlob(job.folder);
  await tolerated("report.html", lack, async () => {
    const html = reportHtml({ ...summary, lacks: said() }, picks.value());
    await job.batches.write(page, html);
  });
  return said();
}

/** Only an expected error, such as a storage that does not answer, stops the batch from ending. */
async function tolerated(what: string, lack: Lack, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (error instanceof OperatorError) throw error;
    lack(`${what} could not be written. ${problemOf(error).what}`);
  }
}

async function writeRows(
  job: ReportJob,
  summary: ReportSummary,
  picks: Picks,
  lack: Lack,
  said: () => readonly string[],
): Promise<void> {
  const { batches, folder } = job;
  const csv = openTextSink(batches, csvReportBlob(folder));
  const json = openTextSink(batches, jsonReportBlob(folder));
  try {
    const report = { columns: await columnsOf(job), hasPasswords: job.hasPasswords };
    await csv.write(csvHeader(report));
    await json.write(jsonHead(summary));
    const jsonRows = createJsonRows();
    for await (const rows of reportRows(job, lack)) {
      for (const row of rows) {
        const written = textOf(row, report, jsonRows, lack);
        picks.add(written.row);
        if (csv.add(written.csv)) await csv.flush();
        if (json.add(written.json)) await json.flush();
      }
    }
    await json.write(`${jsonRows.end()}${jsonTail(said())}`);
    await csv.end();
    await json.end();
  } catch (error) {
    await Promise.all([csv.abort(), json.abort()]);
    throw error;
  }
}

/** The columns of report.csv before its own. */
async function columnsOf({ batches, folder, manifest }: ReportJob): Promise<readonly string[]> {
  if (!manifest.expands) return manifest.columns;
  const expansion = await readExpansion(batches, folder);
  return columnsWithParts(manifest.columns, expansion?.columns ?? []);
}

/** A row as it is written; without its input if that cannot be written. */
function textOf(
  row: ReportRow,
  report: ReportColumns,
  json: JsonRows,
  lack: Lack,
): { readonly row: ReportRow; readonly csv: string; readonly json: string } {
  try {
    return { row, csv: csvRow(report, row), json: json.add(row) };
  } catch (error) {
    lack(`The input of row ${row.row} could not be written. ${problemOf(error).what}`);
    const bare = withCells(row, undefined);
    return { row: bare, csv: csvRow(report, bare), json: json.add(bare) };
  }
}
