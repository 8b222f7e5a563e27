import type { TestDirectory } from "./test-directory.ts";

/** The cells of a row, as a sender fills them. */
export type Cells = Readonly<Record<string, string>>;

/**
 * A row as it is run against the local cloud, by the product's own way through plan, guards, runner, report
 * and undo. It is run with exactly the permissions that the operation asks for, with each of them missing,
 * and with its answer lost; and it is undone if the operation can be.
 */
export interface LiveRow {
  /** Brings the directory into the state that the row changes, with objects of its own; answers its cells. */
  readonly seed: (directory: TestDirectory) => Promise<Cells>;
  /** What the row changes, as the directory shows it. */
  readonly state: (directory: TestDirectory, cells: Cells) => Promise<unknown>;
  /** That state once the row is done. After an undo it must be what it was before the row. */
  readonly done: unknown;
  /** What it costs, if that is not one write and one resource unit. */
  readonly cost?: { readonly writes: number; readonly units: number };
  /** The operation that undoes it, if it is not the first in `undone`. */
  readonly undoneBy?: string;
  /** It may be sent again after a lost answer although it was made, because a second time does no harm. */
  readonly mayRepeat?: true;
  /** If its answer is lost and its change does not show, nobody can tell whether it was made: the row fails. */
  readonly mayBeMadeTwice?: true;
  /** Rows that are refused, by the plan or by Graph. */
  readonly refusals: readonly LiveRefusal[];
}

/** A directory in which the row is refused. */
export interface LiveRefusal {
  readonly when: string;
  readonly seed: (directory: TestDirectory) => Promise<Cells>;
  /** What happens after the plan, so that only Graph can refuse the row. */
  readonly meanwhile?: (directory: TestDirectory, cells: Cells) => Promise<unknown>;
  /** Puts back what the other tests rely on. */
  readonly afterwards?: (directory: TestDirectory) => Promise<unknown>;
  /** What the report says. */
  readonly says: RegExp;
  /** `failed` unless it says otherwise. */
  readonly verdict?: "failed" | "unchanged" | "skipped";
}
