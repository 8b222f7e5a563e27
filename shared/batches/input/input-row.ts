import type { ErrorCode } from "../../core/errors.ts";

/** One row as it stands in the input. */
export interface InputRow {
  /** 1 for the first row after the header; blank lines do not count. */
  readonly row: number;
  /** The line it begins on, 1 for the first of the file. */
  readonly line: number;
  readonly cells: Readonly<Record<string, unknown>>;
  /** Why its cells cannot be told apart, as the end of "the row …". */
  readonly broken?: string | undefined;
}

/** A fault that makes the whole input unreadable from here on. */
export interface InputFault {
  readonly code: ErrorCode;
  readonly what: string;
  readonly fix: string;
  /** Absent where the fault is in the header or of the whole file. */
  readonly row?: number | undefined;
  readonly line?: number | undefined;
  readonly column?: string | undefined;
}

/** What a piece of text gave: perhaps the header, then rows, then perhaps a fault that ends it all. */
export interface InputPiece {
  /** The header's names as they stand there, in the piece where the header was complete. */
  readonly header?: readonly string[] | undefined;
  readonly rows: readonly InputRow[];
  readonly fault?: InputFault | undefined;
}

/** Reads a format from text that comes in pieces of any size; holds at most one row. */
export interface InputReader {
  push(text: string): InputPiece;
  end(): InputPiece;
  /** Where the next row would begin, for a fault in the bytes there; no row while there is no header. */
  readonly at: () => { readonly row?: number; readonly line: number };
}
