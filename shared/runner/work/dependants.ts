import type { ObjectId } from "../../core/object-id.ts";
import { unsent } from "../../records/journal.ts";
import type { SettledRow } from "../../records/receipt.ts";
import { settledRow } from "../journal/receipts.ts";
import { type Site, isoNow } from "../ports.ts";
import { type OpenRow, resolveId } from "./schedule.ts";

/** Rows whose object an earlier row of the batch creates. */
export interface Dependants {
  /**
   * Gives a row its object's id, or lets it wait for it; a row whose object will not come is returned
   * with its verdict.
   */
  resolve(row: OpenRow): SettledRow | undefined;
  /** Resolves those that waited for a row, which has its verdict now. */
  freed(row: number): SettledRow[];
}

export function createDependants(
  site: Site,
  creatorOf: (row: number) => {
    readonly isFinal: boolean;
    readonly objectId: ObjectId | undefined;
  },
): Dependants {
  const waiting = new Map<number, OpenRow[]>();
  const resolve = (row: OpenRow): SettledRow | undefined => {
    const creator = row.write.idFromRow?.row;
    if (creator === undefined) return undefined;
    const result = resolveId(row.write, creatorOf(creator));
    if (result.kind === "write") row.write = result.write;
    if (result.kind === "wait") waiting.set(creator, [...(waiting.get(creator) ?? []), row]);
    return result.kind === "orphan" ? orphaned(site, row, creator) : undefined;
  };
  return {
    resolve,
    freed: (row) => {
      const rows = waiting.get(row) ?? [];
      waiting.delete(row);
      return rows.flatMap((each) => resolve(each) ?? []);
    },
  };
}

const orphaned = (site: Site, { row }: OpenRow, creator: number): SettledRow =>
  settledRow({ row, history: unsent }, isoNow(site), {
    verdict: "failed",
    reason: `Row ${creator}, which was to create this row's user, did not create it.`,
    fix: `Correct row ${creator} and send both rows again in a new batch.`,
  });
