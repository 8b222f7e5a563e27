import { type ErrorCode, OperatorError } from "./errors.ts";

/** The place of a mistake in an input. */
export interface Where {
  readonly file?: string | undefined;
  /** 1 for the first row after the header. */
  readonly row?: number | undefined;
  readonly column?: string | undefined;
}

/** The refusal of a whole input: an OperatorError of disposition `refuse` with the place of the mistake. */
export class InputRefusal extends OperatorError {
  readonly where: Where;

  constructor(code: ErrorCode, what: string, fix: string, where: Where = {}) {
    super(code, what, { fix, disposition: "refuse" });
    this.where = where;
  }
}

/** `Row 17 (line 19), column user`: a place, for the start of a sentence. */
export const rowPlace = (row: number, line: number, column?: string): string =>
  `Row ${row} (line ${line})${column === undefined ? "" : `, column ${column}`}`;
