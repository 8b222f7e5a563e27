import type { ErrorCode } from "../../core/errors.ts";
import type { ChosenName } from "../mapping/mapper.ts";

/** One row of the input, unchanged. */
export interface InputRow {
  /** 1 for the first row after the header; blank lines do not count. */
  readonly row: number;
  /** The line it begins on, 1 for the first of the file. */
  readonly line: number;
  readonly cells: Readonly<Record<string, unknown>>;
  /** Why its cells cannot be assigned to columns, as the end of "the row …". */
  readonly broken?: string | undefined;
  /** The free name that was chosen for it, if a mapping wants one. */
  readonly chosen?: ChosenName | undefined;
  /** The cells of such a row, in their order. */
  readonly values?: readonly string[] | undefined;
  /** Of CSV: the file ends in it, without a line break; `short` if it has fewer cells than the header, too. */
  readonly unended?: "whole" | "short" | undefined;
}

/** A fault after which nothing of the input can be read. */
export interface InputFault {
  readonly code: ErrorCode;
  readonly what: string;
  readonly fix: string;
  /** Absent if the fault is in the header or concerns the whole file. */
  readonly row?: number | undefined;
  readonly line?: number | undefined;
  readonly column?: string | undefined;
}

/** What a piece of text contained: perhaps the header, then rows, then perhaps a fault that ends the input. */
export interface InputPiece {
  /** The header's names, in the piece that completed it. */
  readonly header?: readonly string[] | undefined;
  readonly rows: readonly InputRow[];
  /** The input itself has said that it ends: by an end mark, or as an array of JSON does. */
  readonly ended?: boolean;
  readonly fault?: InputFault | undefined;
}

/** Reads a format from text that comes in pieces of any size; holds at most one row. */
export interface InputReader {
  push(text: string): InputPiece;
  end(): InputPiece;
  /** The place at which the next row begins, for a fault in its bytes; no row until there is a header. */
  readonly at: () => { readonly row?: number; readonly line: number };
}
