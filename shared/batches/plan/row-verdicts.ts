import { type DecidedRow, failedRow } from "../../catalogue/decided-row.ts";
import type { FinalVerdict } from "../../catalogue/row.ts";
import type { PlannedRow } from "../../records/shard.ts";
import type { Standing } from "./traces/duplicates.ts";

/** The verdict on a row that an earlier one makes needless. */
export const skipped = (standing: Exclude<Standing, { kind: "free" }>): FinalVerdict =>
  standing.kind === "duplicate"
    ? {
        verdict: "skipped",
        reason: `Duplicate of row ${standing.of}, which does the same to the same object.`,
        fix: `No action needed: the verdict of row ${standing.of} counts for both.`,
      }
    : {
        verdict: "skipped",
        reason: `Row ${standing.by} deletes the object, so there is nothing left to change.`,
        fix: `Remove this row or row ${standing.by}; put changes that should follow the delete into a later batch.`,
      };

/** The verdict on a row that uses a name which an earlier row gives to another object. */
export const nameGiven = (by: number): FinalVerdict => ({
  verdict: "failed",
  reason: `Row ${by} gives this name to another object, which has it only once that row is written.`,
  fix: "Give its object id instead of the name, or send this row in a later batch.",
});

/** The verdict on a row of an earlier stage than a row before it. */
export const notSorted = (stage: number, current: number): FinalVerdict => ({
  verdict: "failed",
  reason: `Its stage is ${stage}, and a row before it is in stage ${current}.`,
  fix: "Sort the rows by stage: they are carried out in the order of the input.",
});

/** The verdict on a row without a stage of its own behind one whose stage cannot be read. */
export const stageLost = (by: number): FinalVerdict => ({
  verdict: "failed",
  reason: `It continues the stage of row ${by}, which cannot be read.`,
  fix: `Correct the stage of row ${by}, or give this row its own, and send both rows again in a new batch.`,
});

/** The verdict on a second rename of a user. */
export const renamedTwice = (by: number): FinalVerdict => ({
  verdict: "failed",
  reason: `Row ${by} renames this user already.`,
  fix: `Keep one of the two rows, or send this one in a later batch.`,
});

/** A row with its verdict. */
export const finalRow = (
  row: { row: number; name: string },
  verdict: FinalVerdict,
): PlannedRow => ({
  row: row.row,
  operation: row.name,
  ...verdict,
});

/** A license without disabled plans would enable again those that an earlier row disables. */
export const plansDisabled = (license: string, by: number): DecidedRow =>
  failedRow(
    `Row ${by} of this batch disables service plans of ${license}, which this row would enable again.`,
    "Name the plans in column disabledPlans of this row too, or leave the license out of it.",
  );
