import type { InputRow } from "../formats/input-row.ts";

/** A column for the sender's own words: a ticket, a date, a reason. It is reported and never sent. */
const NOTE = "note";

/** A column that says why the row is left out; its row is `skipped` for that reason. */
const SKIP = "skip";

/** The columns that every input may have beside those of its operations. */
export const senderColumns: readonly string[] = [NOTE, SKIP];

/** Why the sender leaves the row out, if he does. */
export function leftOutOf({
  cells,
}: InputRow): { readonly reason: string; readonly fix: string } | undefined {
  const why = cells[SKIP];
  if (typeof why !== "string" || why.trim() === "") return undefined;
  return { reason: `Left out by its sender: ${why.trim()}`, fix: "No action needed." };
}
