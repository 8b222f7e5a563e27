import type { InputRow } from "../formats/input-row.ts";
import type { Mapper, MappingFault, WantedName } from "../mapping/mapper.ts";

/** A row with the columns of its operation instead of those of the input. */
export interface MappedInputRow extends InputRow {
  /** What the mapping could not make of it. */
  readonly faults?: readonly MappingFault[];
  /** Why the mapping leaves it out. */
  readonly leftOut?: { readonly reason: string; readonly fix: string } | undefined;
  readonly wanted?: WantedName | undefined;
}

/** Maps a row; one whose cells cannot be assigned to columns has none. */
export function mapRow(row: InputRow, mapper: Mapper): MappedInputRow {
  if (row.broken !== undefined) return { ...row, cells: {} };
  const { cells, faults, leftOut, wanted } = mapper.map(row.cells, row.chosen);
  return {
    ...row,
    cells,
    faults,
    wanted,
    leftOut: leftOut === undefined ? undefined : { reason: leftOut, fix: "No action needed." },
  };
}
