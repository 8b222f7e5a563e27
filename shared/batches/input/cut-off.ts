import { named } from "../../catalogue/operation.ts";
import { InputRefusal, rowPlace } from "../../core/input-refusal.ts";
import type { InputRow } from "../formats/input-row.ts";
import type { Named, RowRules } from "./columns.ts";

/**
 * Refuses a file that ends in a list without a line break, if entries that may be missing there would be taken for
 * unwanted and nobody says how many rows it has.
 */
export function refuseEndInList(
  { row, line, unended }: InputRow,
  meant: Named | undefined,
  columns: ReadonlySet<string>,
  { mapper, rowCount, file }: FileRules,
): void {
  if (unended === undefined || rowCount !== undefined) return;
  const column = [...columns].at(-1) ?? "";
  const own = mapper?.mapping.columns[column] ?? column;
  if (!named(meant?.fields ?? {}, own)?.isWhole) return;
  throw new InputRefusal(
    "FILE_CUT_OFF",
    `${rowPlace(row, line, column)}: the file ends in this list, with no line break after it, so entries of it may be missing.`,
    "See whether the file is whole. If it is, end it with a line break, or say its number of rows in the message (rowCount); if not, upload the whole file again.",
    { file, row, column },
  );
}

interface FileRules extends Pick<RowRules<Named>, "mapper"> {
  readonly rowCount?: number | undefined;
  readonly file?: string | undefined;
}

/** A row may be short in a whole file; one that is short and has no end shows that the file has none. */
export const cutOff = (
  { row, line, broken = "" }: InputRow,
  file: string | undefined,
): InputRefusal =>
  new InputRefusal(
    "FILE_CUT_OFF",
    `${rowPlace(row, line)}: the file ends in the middle of this row, which ${broken} and no line break after it.`,
    "Upload the whole file again; it was probably cut off on its way, and rows after this one would be missing. If the row is meant to be short, end the file with a line break.",
    { file, row },
  );

/** The refusal of a file that has another number of rows than its sender says. */
export const otherCount = (
  rows: number,
  rowCount: number,
  file: string | undefined,
): InputRefusal =>
  new InputRefusal(
    "FILE_CUT_OFF",
    `The file has ${rows.toLocaleString("en")} rows, and its message says rowCount ${rowCount.toLocaleString("en")}.`,
    "Upload the whole file again and send the message again; it was probably cut off on its way. If its rows are right, correct rowCount.",
    { file },
  );
