import { type PlannedWrite, creatorsOf } from "../../catalogue/row.ts";
import { nounOf, subjectColumn } from "../../catalogue/target.ts";
import type { ObjectId } from "../../core/object-id.ts";
import { unsent } from "../../records/journal.ts";
import type { RowReceipt } from "../../records/receipt.ts";
import { rowReceipt } from "../journal/outcomes.ts";
import type { OpenRow } from "../schedule/open-row.ts";
import { resolveId } from "../schedule/resolve-id.ts";
import type { OpenBatch } from "./open-batch.ts";
import { type Site, isoNow } from "./site.ts";

type Row = OpenRow<OpenBatch>;

/** Rows whose object an earlier row of the batch creates. */
export interface Dependants {
  /**
   * Gives a row its object's id, or lets it wait for the id; a row whose object was not created is
   * returned with its verdict.
   */
  resolve(row: Row): RowReceipt | undefined;
  /** Resolves the rows that waited for a row, which has its verdict now. */
  freed(row: number): RowReceipt[];
}

export function createDependants(
  site: Site,
  creatorOf: (row: number) => {
    readonly isFinal: boolean;
    readonly isHeld: boolean;
    readonly objectId: ObjectId | undefined;
  },
): Dependants {
  const waiting = new Map<number, Row[]>();
  const resolve = (row: Row): RowReceipt | undefined => {
    if (creatorsOf(row.write).length === 0) return undefined;
    const result = resolveId(row.write, creatorOf);
    if (result.kind === "write") site.schedule.complete(row, result.write);
    if (result.kind === "wait") {
      waiting.set(result.row, [...(waiting.get(result.row) ?? []), row]);
    }
    if (result.kind !== "orphan") return undefined;
    return creatorOf(result.row).isHeld
      ? heldBehind(row.row, result.row, isoNow(site))
      : orphaned(site, row, result.row);
  };
  return {
    resolve,
    freed: (row) => {
      const rows = waiting.get(row);
      if (rows === undefined) return [];
      waiting.delete(row);
      return rows.flatMap((each) => resolve(each) ?? []);
    },
  };
}

/** Holds a row that comes after one that is held: they are carried out in their order, or not at all. */
export const heldBehind = (row: number, held: number, at: string): RowReceipt =>
  rowReceipt({ row, history: unsent }, at, {
    verdict: "held",
    reason: `It comes after row ${held}, which is held.`,
    fix: `Decide on row ${held}: this row then goes on with it.`,
  });

const nounOfCreated = ({ target, holderFromRow }: PlannedWrite, creator: number): string => {
  if (holderFromRow === creator) return nounOf(target);
  const column = subjectColumn(target);
  return column === "member" ? "user" : column;
};

const orphaned = (site: Site, { row, write }: Row, creator: number): RowReceipt =>
  rowReceipt({ row, history: unsent }, isoNow(site), {
    verdict: "failed",
    reason: `Row ${creator}, which was to create this row's ${nounOfCreated(write, creator)}, did not create it.`,
    fix: `Correct row ${creator} and send both rows again in a new batch.`,
  });
