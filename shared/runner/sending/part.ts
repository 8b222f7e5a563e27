import type { Makers, Operation, Share } from "../../catalogue/operation.ts";
import { isOffWhy, isProtectedWhy } from "../../catalogue/opt-in.ts";
import type { ReadyWrite } from "../../catalogue/row.ts";
import { isPending } from "../../catalogue/row.ts";
import type { GraphWrite } from "../../core/graph-request.ts";
import type { OpenBatch } from "../batch/open-batch.ts";
import { historyOf } from "../batch/shard.ts";
import { type Site, isoNow } from "../batch/site.ts";
import { BLOCKS_TO_END_AT } from "../journal/journal-file.ts";
import { rowReceipt } from "../journal/outcomes.ts";
import type { OpenRow } from "../schedule/open-row.ts";
import { writesOf } from "../schedule/pack.ts";
import { type Placed, operationOf } from "./part-outcome.ts";
import { type NoRequest, passwordOf, sealPasswordOf } from "./passwords.ts";

/** One request of a post, with the rows whose changes it makes. */
export interface Part {
  readonly rows: readonly Placed[];
  readonly request: GraphWrite;
  /** What Graph counts for it. */
  readonly writes: number;
}

type Row = OpenRow<OpenBatch>;

/** Makes the requests. A row of which no request can be made fails here, before anything is sent. */
export async function prepare(
  site: Site,
  packed: readonly (readonly Row[])[],
): Promise<readonly Part[]> {
  const parts: Part[] = [];
  for (const rows of packed) {
    const ready: { readonly placed: Placed; readonly request: GraphWrite }[] = [];
    for (const row of rows) {
      const placed = { row, shard: row.lane.shardOf(row.row) };
      const request = (await sealPasswordOf(site, row)) ?? requestOf(site, placed);
      if ("method" in request) ready.push({ placed, request });
      else await failUnsent(site, placed, request);
    }
    const shared = sharedRequest(
      site,
      ready.map(({ placed }) => placed),
    );
    if (shared) parts.push(shared);
    else {
      for (const { placed, request } of ready) parts.push({ rows: [placed], request, writes: 1 });
    }
  }
  return parts;
}

const REPORT_IT =
  "Send the row again in a new batch; if it fails again, report it with the batch's plan.json.";

async function failUnsent(
  site: Site,
  { row, shard }: Placed,
  { why: reason, fix = REPORT_IT }: NoRequest,
): Promise<void> {
  const history = historyOf(shard, row.row);
  const at = isoNow(site);
  const settled = rowReceipt({ row: row.row, history }, at, {
    verdict: "failed",
    reason,
    fix,
  });
  await row.lane.record(shard, { t: "settled", at, rows: [settled] });
}

/** The request, or why there is none. */
function requestOf(site: Site, { row, shard }: Placed): GraphWrite | NoRequest {
  if (shard.journal.blocks() > BLOCKS_TO_END_AT) {
    return { why: "The row was tried so often that its journal is full." };
  }
  const operation = operationOf(site, row);
  if (operation === undefined) {
    return { why: "This version of the app does not know the operation." };
  }
  const forbidden = forbiddenWhy(operation, row);
  if (forbidden) return forbidden;
  if (isPending(row.write)) return { why: "The id of the row's object is not known." };
  try {
    return operation.request(row.write, makersOf(site, passwordOf(site, row)));
  } catch {
    return { why: "No request could be made of the row as it was planned." };
  }
}

/** Why a row may not be sent by now: its operation was switched off, or its object is protected since. */
function forbiddenWhy({ isOff, sparesProtected }: Operation, row: Row): NoRequest | undefined {
  const why = row.write.protected;
  if (isOff) return noRequest(isOffWhy(row.operation));
  return sparesProtected && why !== undefined
    ? noRequest(isProtectedWhy(row.operation, why))
    : undefined;
}

const noRequest = ({ reason, fix }: { reason: string; fix: string }): NoRequest => ({
  why: reason,
  fix,
});

/** The one request that several rows share. */
function sharedRequest(site: Site, rows: readonly Placed[]): Part | undefined {
  const share = rows.length > 1 ? shareOf(site, rows) : undefined;
  if (share === undefined) return undefined;
  const request = share.request(writesIn(rows), makersOf(site, site.makePassword));
  return { rows, request, writes: writesOf(rows.length, site.settings.membersPerWrite) };
}

/** How rows that share a request do so. */
export const shareOf = (site: Site, [first]: readonly Placed[]): Share | undefined =>
  first && operationOf(site, first.row)?.together?.share;

/** The writes of rows that were made ready. */
export const writesIn = (rows: readonly Placed[]): readonly ReadyWrite[] =>
  rows.flatMap(({ row }) => (isPending(row.write) ? [] : row.write));

const makersOf = (site: Site, password: Makers["password"]): Makers => ({
  password,
  graphRoot: site.graph.root,
});
