import { csvReportBlob, htmlReportBlob, jsonReportBlob } from "../../records/paths.ts";
import { csvHeader, csvRow } from "./report-csv.ts";
import { reportHtml } from "./report-html.ts";
import { jsonHead, jsonRow, jsonTail } from "./report-json.ts";
import { createPicks } from "./report-picks.ts";
import { type ReportJob, reportRows } from "./report-rows.ts";
import type { ReportSummary } from "./report-summary.ts";
import { openTextSink } from "./text-sink.ts";

/**
 * Writes report.csv, report.json and report.html of a batch in one pass over input, shards and
 * receipts, with bounded memory. Each appears whole or not at all, and may be written again.
 */
export async function writeReports(job: ReportJob, summary: ReportSummary): Promise<void> {
  const { batches, folder, manifest } = job;
  const csv = openTextSink(batches, csvReportBlob(folder));
  const json = openTextSink(batches, jsonReportBlob(folder));
  const picks = createPicks();
  try {
    await csv.write(csvHeader(manifest.columns));
    await json.write(jsonHead(summary));
    let isFirst = true;
    for await (const rows of reportRows(job)) {
      let csvText = "";
      let jsonText = "";
      for (const row of rows) {
        csvText += csvRow(manifest.columns, row);
        jsonText += jsonRow(row, isFirst);
        isFirst = false;
        picks.add(row);
      }
      await csv.write(csvText);
      await json.write(jsonText);
    }
    await json.write(jsonTail);
    await csv.end();
    await json.end();
  } catch (error) {
    await Promise.all([csv.abort(), json.abort()]);
    throw error;
  }
  await batches.write(htmlReportBlob(folder), reportHtml(summary, picks.value()));
}
