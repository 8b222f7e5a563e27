import { skippedBehind } from "../../catalogue/decided-row.ts";
import type { PlannedWrite } from "../../catalogue/row.ts";
import type { PartPlace, PlannedRow } from "../../records/shard.ts";
import type { InputRow } from "../formats/input-row.ts";
import { needsOf, placeOf } from "../input/part-columns.ts";

/** Keeps the parts of an input row in their order while they are planned. */
export interface PartOrder {
  /**
   * Plans a row by `plan`. A part comes after the part before it that is written; one that needs a part which
   * did not end well is skipped without being planned. A row that is no part is planned as it is.
   */
  plan(input: InputRow, name: string, plan: () => PlannedRow): PlannedRow;
  /** Notes a row that was planned earlier, as planning it did. */
  replay(planned: PlannedRow): void;
}

/** The parts of the row at hand, so far. */
interface Parts {
  readonly of: number;
  /** The last of them that is written. */
  written: number | undefined;
  readonly byNumber: Map<number, PlannedRow>;
}

export function createPartOrder(): PartOrder {
  let parts: Parts = { of: 0, written: undefined, byNumber: new Map() };
  const note = (planned: PlannedRow): void => {
    const { part, row, write } = planned;
    if (!part?.isOrdered) return;
    if (part.of !== parts.of) parts = { of: part.of, written: undefined, byNumber: new Map() };
    if (write) parts.written = row;
    parts.byNumber.set(part.at, planned);
  };
  return {
    replay: note,
    plan: (input, name, plan) => {
      const part = placeOf(input);
      if (part === undefined) return plan();
      const before = part.of === parts.of ? parts : undefined;
      const needed = part.isOrdered && before ? neededBy(needsOf(input), before) : [];
      const failed = needed.find(({ verdict }) => verdict !== undefined && verdict !== "unchanged");
      const planned: PlannedRow =
        failed?.verdict === undefined
          ? inOrder(plan(), part, before?.written, needed)
          : {
              row: input.row,
              operation: name,
              ...skippedBehind(placeInWords(failed), failed),
              part,
            };
      note(planned);
      return planned;
    },
  };
}

const neededBy = (needs: readonly number[], { byNumber }: Parts): readonly PlannedRow[] =>
  needs.flatMap((each) => byNumber.get(each) ?? []);

const placeInWords = ({ row, part }: PlannedRow): string => `Row ${row} (part ${part?.at ?? 1})`;

/** The planned part with the rows that it comes after and those that it needs. */
function inOrder(
  planned: PlannedRow,
  part: PartPlace,
  written: number | undefined,
  needed: readonly PlannedRow[],
): PlannedRow {
  if (!planned.write) return { ...planned, part };
  if (!part.isOrdered) return { ...planned, part };
  const { row, operation, write } = planned;
  const needs = [...(write.needs ?? []), ...needed.flatMap((each) => (each.write ? each.row : []))];
  const after = new Set([...(write.after ?? []), ...(written === undefined ? [] : [written])]);
  const ordered: PlannedWrite = {
    ...write,
    ...(after.size > 0 && { after: [...after].toSorted((a, b) => a - b) }),
    ...(needs.length > 0 && { needs }),
  };
  return { row, operation, write: ordered, part };
}
