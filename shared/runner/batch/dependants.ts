import { BEHIND_FAILED, skippedBehind } from "../../catalogue/decided-row.ts";
import { type PlannedWrite, type Receipt, creatorsOf } from "../../catalogue/row.ts";
import { nounOf, subjectColumn } from "../../catalogue/target.ts";
import type { ObjectId } from "../../core/object-id.ts";
import { unsent } from "../../records/history/row-history.ts";
import type { RowReceipt } from "../../records/receipt.ts";
import { rowReceipt } from "../journal/outcomes.ts";
import type { OpenRow } from "../schedule/open-row.ts";
import { resolveId } from "../schedule/resolve-id.ts";
import type { Born } from "../schedule/schedule.ts";
import type { OpenBatch } from "./open-batch.ts";
import { type Site, isoNow, monotonicAt } from "./site.ts";

type Row = OpenRow<OpenBatch>;

/** What a row has to know of an earlier one. */
export interface Earlier {
  readonly isFinal: boolean;
  readonly isHeld: boolean;
  /** Whether it ended done or unchanged. */
  readonly isWell: boolean;
  readonly objectId: ObjectId | undefined;
  /** Why it was not carried out, if that is known. */
  readonly why: string | undefined;
  /** Its receipt, while its shard is open. */
  readonly receipt: Receipt | undefined;
}

/** Rows that need an earlier row of the batch: it creates their object, or is a part that they build on. */
export interface Dependants {
  /**
   * Gives a row its object's id, or lets it wait for the rows that it needs; a row of which one did not
   * end well is returned with its verdict.
   */
  resolve(row: Row): RowReceipt | undefined;
  /** Resolves the rows that waited for a row, which has its verdict now. */
  freed(row: number): RowReceipt[];
}

export function createDependants(site: Site, earlier: (row: number) => Earlier): Dependants {
  const waiting = new Map<number, Row[]>();
  const waitFor = (needed: number, row: Row): void =>
    void waiting.set(needed, [...(waiting.get(needed) ?? []), row]);
  /** Answers whether the rows that it needs have ended well, or its verdict if one has not. */
  const meetNeeds = (row: Row): boolean | RowReceipt => {
    const { needs, ...write } = row.write;
    if (needs === undefined) return true;
    for (const needed of needs) {
      const known = earlier(needed);
      if (!known.isFinal) {
        waitFor(needed, row);
        return false;
      }
      if (known.isHeld) return heldBehind(row.row, needed, isoNow(site));
      if (!known.isWell) return behindFailed(site, row, needed, known);
    }
    site.schedule.complete(row, write, born(site, row, needs.map(earlier)));
    return true;
  };
  const resolve = (row: Row): RowReceipt | undefined => {
    const met = meetNeeds(row);
    if (met !== true) return met === false ? undefined : met;
    if (creatorsOf(row.write).length === 0) return undefined;
    const result = resolveId(row.write, earlier);
    if (result.kind === "write") {
      const creators = creatorsOf(row.write).map(earlier);
      site.schedule.complete(row, result.write, born(site, row, creators));
    }
    if (result.kind === "wait") waitFor(result.row, row);
    if (result.kind !== "orphan") return undefined;
    return earlier(result.row).isHeld
      ? heldBehind(row.row, result.row, isoNow(site))
      : orphaned(row, result.row, earlier(result.row).why, isoNow(site));
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

/**
 * When the earlier rows created or restored what a row names, as far as their receipts are at hand, and when
 * Graph will see it. What was created before the shard at hand was open has replicated meanwhile.
 */
function born(
  site: Site,
  { write }: Row,
  creators: readonly Pick<Earlier, "receipt">[],
): Born | undefined {
  if (!write.afterRestore && creatorsOf(write).length === 0) return undefined;
  const ends = creators.flatMap(({ receipt }) => receipt?.finishedAt ?? []);
  if (ends.length === 0) return undefined;
  const atMs = Math.max(...ends.map((end) => monotonicAt(site, end)));
  return { atMs, notBeforeMs: atMs + site.lag.ms() };
}

/** Holds a row that comes after one that is held: they are carried out in their order, or not at all. */
export const heldBehind = (row: number, held: number, at: string): RowReceipt =>
  rowReceipt({ row, history: unsent }, at, {
    verdict: "held",
    reason: `It comes after row ${held}, which is held.`,
    fix: `Decide on row ${held}: this row then goes on with it.`,
  });

/** Skips a part of an input row that builds on one that did not end well. */
const behindFailed = (
  site: Site,
  { row }: Row,
  needed: number,
  { receipt, why }: Earlier,
): RowReceipt =>
  rowReceipt(
    { row, history: unsent },
    isoNow(site),
    skippedBehind(`Row ${needed}`, receipt ?? { verdict: "failed", reason: why }),
  );

const nounOfCreated = ({ target, holderFromRow }: PlannedWrite, creator: number): string => {
  if (holderFromRow === creator) return nounOf(target);
  const column = subjectColumn(target);
  return column === "member" ? "user" : column;
};

/** Skips a row whose object an earlier row did not create. */
const orphaned = (
  { row, write }: Row,
  creator: number,
  why: string | undefined,
  at: string,
): RowReceipt => {
  const what = `Row ${creator}, which was to create this row's ${nounOfCreated(write, creator)}, did not create it`;
  return rowReceipt({ row, history: unsent }, at, {
    verdict: "skipped",
    reason: why === undefined ? `${what}.` : `${what}: ${why}`,
    fix: `Correct row ${creator} and send both rows again in a new batch.`,
    cause: BEHIND_FAILED,
  });
};
