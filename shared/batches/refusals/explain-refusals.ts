import type { Receipt } from "../../catalogue/row.ts";
import { OperatorError } from "../../core/errors.ts";
import type { BatchFiles } from "../../records/batch-files.ts";
import type { Receipts } from "../../records/receipt.ts";
import { tellForbidden } from "./forbidden.ts";
import { tellInTheWay } from "./in-the-way.ts";
import { type RefusalPorts, refusedIn, type RefusedRow, saidBy, type Told } from "./refused-row.ts";
import { tellSeats } from "./seats.ts";

/**
 * The receipts of a batch that ends, in which rows that Graph refused tell the cause: of a 403 what the token
 * lacks or what protects the object, of a missing seat the product and the seats, of a taken name the object
 * that has it. The verdicts stay as they are. What cannot be found out now is said to be unknown; a batch never
 * fails to end for it.
 */
export async function explainRefusals(
  ports: RefusalPorts,
  folder: string,
  files: BatchFiles,
  receipts: Receipts,
): Promise<Receipts> {
  try {
    return await explained(ports, folder, files, receipts);
  } catch (error) {
    if (!(error instanceof OperatorError) || error.code === "BATCH_DAMAGED") throw error;
    return receipts;
  }
}

async function explained(
  ports: RefusalPorts,
  folder: string,
  { manifest, plan }: BatchFiles,
  receipts: Receipts,
): Promise<Receipts> {
  const { tenant } = manifest;
  const refused: RefusedRow[] = [];
  for (let shard = 1; shard <= plan.shards && refused.length < MOST_ROWS; shard++) {
    const own = await receipts(shard);
    refused.push(...(await refusedIn(ports.blobs.batches, folder, shard, own)));
  }
  if (refused.length === 0) return receipts;
  const all: Told[] = await Promise.all([
    tellForbidden(ports, tenant, refused),
    tellSeats(ports, tenant, refused),
    tellInTheWay(ports, tenant, refused),
  ]);
  const told = new Map(all.flatMap((each) => [...each]));
  return async (shard) => new Map([...(await receipts(shard))].map((each) => retold(each, told)));
}

/** So many refused rows are looked at, so that memory stays bounded; later ones keep the general words. */
const MOST_ROWS = 50_000;

/** A row's receipt, with the cause if one was found; Graph's own words stay at the end. */
function retold(
  [row, receipt]: readonly [number, Receipt],
  told: Told,
): readonly [number, Receipt] {
  const found = told.get(row);
  if (found === undefined || receipt.verdict !== "failed") return [row, receipt];
  const reason = `${found.why} ${saidBy(receipt)}`.trim();
  return [row, { ...receipt, reason, fix: found.fix }];
}
