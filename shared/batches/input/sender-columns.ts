import type { InputRow } from "../formats/input-row.ts";

/** A column for the sender's own words: a ticket, a date, a reason. It is reported and never sent. */
const NOTE = "note";

/** A column that says why the row is left out; its row is `skipped` for that reason. */
const SKIP = "skip";

/** A column with the stage of a row: rows of a stage start when those of earlier stages have their verdicts. */
export const STAGE = "stage";

/** A stage waits for every row before it, so that many of them would leave the runner idle. */
const LAST_STAGE = 100;

/** The columns that every input may have beside those of its operations. */
export const senderColumns: readonly string[] = [NOTE, SKIP, STAGE];

/** The stage that a row names; `undefined` if it continues that of the row before it. */
export type NamedStage = number | undefined | { readonly broken: string };

/** Reads the stage that a row names. */
export function stageOf({ cells }: InputRow): NamedStage {
  const raw = cells[STAGE];
  if (raw === undefined || raw === null) return undefined;
  const text = typeof raw === "number" || typeof raw === "string" ? String(raw).trim() : "?";
  if (text === "") return undefined;
  const stage = /^\d{1,3}$/.test(text) ? Number(text) : 0;
  return stage >= 1 && stage <= LAST_STAGE
    ? stage
    : { broken: `must be a whole number from 1 to ${LAST_STAGE}` };
}

/** Why the sender leaves the row out, if he does. */
export function leftOutOf({
  cells,
}: InputRow): { readonly reason: string; readonly fix: string } | undefined {
  const why = cells[SKIP];
  if (typeof why !== "string" || why.trim() === "") return undefined;
  return { reason: `Left out by its sender: ${why.trim()}`, fix: "No action needed." };
}
