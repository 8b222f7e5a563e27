import { sentRows } from "../../batches/input/input-shards.ts";
import type { Ending, ReportRow } from "../../batches/report/report-row.ts";
import { reportRows } from "../../batches/report/report-rows.ts";
import type { Receipt } from "../../catalogue/row.ts";
import { isStopped } from "../../records/decisions/control.ts";
import { standingInWords } from "../../records/decisions/standing-words.ts";
import { replay } from "../../records/history/replay.ts";
import { type Histories, type RowHistory } from "../../records/history/row-history.ts";
import { journalBlob } from "../../records/paths.ts";
import type { Account } from "../account/account.ts";
import { type Detail } from "./detail.ts";

/** A row as it is known now: a report's row, also before there is a report. */
export type KnownRow = ReportRow;

/**
 * The rows of a batch in the input's order, in pieces, with bounded memory: those of a finished batch and
 * those of one that runs, from input, shards and journals, as the report is made from them.
 */
export async function* knownRows(
  account: Account,
  detail: Detail,
): AsyncGenerator<readonly KnownRow[]> {
  const { manifest, plan, folder } = detail;
  if (manifest === undefined) return;
  const { batches } = account.blobs;
  if (plan === undefined) {
    for await (const rows of sentRows(batches, folder, manifest.format)) {
      yield rows.map(({ row, cells }) => ({
        row,
        cells,
        operation: manifest.operation ?? textOf(cells["operation"]),
        verdict: "pending",
        reason: "Not planned yet.",
      }));
    }
    return;
  }
  let histories: Histories = new Map();
  const receipts = async (shard: number): Promise<ReadonlyMap<number, Receipt>> => {
    histories = await readHistories(account, folder, shard);
    return receiptsIn(histories);
  };
  const job = { batches, folder, manifest, plan, receipts, unwritten: unwrittenOf(detail) };
  for await (const rows of reportRows(job, () => undefined)) {
    yield rows.map((row) => withHistory(row, histories.get(row.row)));
  }
}

const textOf = (cell: unknown): string => (typeof cell === "string" ? cell : "");

async function readHistories(
  { blobs }: Account,
  folder: string,
  shard: number,
): Promise<Histories> {
  const path = journalBlob(folder, shard);
  const journal = await blobs.batches.read(path);
  return journal === undefined ? new Map() : replay(path, journal.bytes.toString("utf8")).rows;
}

const receiptsIn = (histories: Histories): Map<number, Receipt> =>
  new Map(
    [...histories].flatMap(([row, { receipt }]) => (receipt === undefined ? [] : [[row, receipt]])),
  );

/** The verdict of planned writes that have no receipt. */
function unwrittenOf({ status, control }: Detail): Ending {
  const { state, reason, fix } = status ?? {};
  if (isStopped(control)) {
    const why = standingInWords(control, "The batch");
    return { verdict: "skipped", reason: `Not sent. ${why}`, fix: "No action needed." };
  }
  if (state === "held" && reason !== undefined) return { verdict: "held", reason, fix: fix ?? "" };
  return { verdict: "pending" };
}

/** A row that has no verdict, with what the journal says of it. */
function withHistory(row: KnownRow, history: RowHistory | undefined): KnownRow {
  if (row.verdict !== "pending" || history === undefined || history.attempts === 0) return row;
  const { attempts, lastIntentAt, trouble } = history;
  const reason = `Sent ${attempts === 1 ? "once" : `${attempts} times`}, last at ${lastIntentAt}${trouble === undefined ? "" : `: ${trouble}`}`;
  return { ...row, attempts, reason };
}
