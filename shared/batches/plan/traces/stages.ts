import type { NamedStage } from "../../input/sender-columns.ts";

/** What a row's stage means for it: the rows that it comes after, or that the rows are not sorted. */
export type Staged =
  | {
      /** Absent in the first stage. */
      readonly stage?: number;
      /** The last row of the stages before, if there is one. */
      readonly behind?: number;
    }
  | { readonly late: number }
  /** It continues the stage of this row, which cannot be read. */
  | { readonly lost: number };

/** The stages of a batch's rows, which come in the order of the input. */
export interface Stages {
  /** Notes the next row; without a stage it is in that of the row before it. */
  next(row: number, stage: NamedStage): Staged;
}

/** No row is known yet: the first one begins the first stage. */
export function createStages(): Stages {
  let current = 1;
  let behind = 0;
  let lost: number | undefined;
  return {
    next: (row, named): Staged => {
      if (typeof named === "object") lost = row;
      else if (named !== undefined) lost = undefined;
      if (lost !== undefined) return { lost };
      const stage = typeof named === "number" ? named : current;
      if (stage < current) return { late: current };
      if (stage > current) {
        current = stage;
        behind = row - 1;
      }
      if (current === 1) return {};
      return behind > 0 ? { stage: current, behind } : { stage: current };
    },
  };
}
