import { onlyIfStill } from "../../catalogue/only-if.ts";
import { named, type Operation } from "../../catalogue/operation.ts";
import { isOffWhy } from "../../catalogue/opt-in.ts";
import type { Payload } from "../../catalogue/payload.ts";
import type { FinalVerdict } from "../../catalogue/row.ts";
import { didYouMean, nearest } from "../../core/nearest.ts";
import type { InputRow } from "../formats/input-row.ts";
import type { MappingFault } from "../mapping/mapper.ts";
import { type Named, OPERATION, type RowRules } from "./columns.ts";
import { type MappedInputRow, mapRow } from "./map-row.ts";
import { notUndoneOf, onlyIfOf, originColumns } from "./origin-columns.ts";
import { settledOf } from "./part-columns.ts";
import { type NamedStage, STAGE, leftOutOf, senderColumns, stageOf } from "./sender-columns.ts";

/** A row's operation with its checked values, or the rules that the row breaks. */
export type CompiledRow<O extends Named = Operation> =
  | GoodCells<O>
  | {
      readonly row: number;
      readonly name: string;
      readonly invalid: InvalidRow;
      /** The stage that the row names all the same, and that rows after it may continue. */
      readonly stage?: NamedStage;
    };

interface GoodCells<O extends Named> {
  readonly row: number;
  readonly name: string;
  readonly operation: O;
  readonly payload: Payload;
  /** The stage that the row names. */
  readonly stage?: number | undefined;
}

/** Why one row fails: names of rules and columns, never values. */
export interface InvalidRow {
  /** If it does not fail: a row that its sender leaves out, or of an undo one that undoes nothing. */
  readonly verdict?: "skipped";
  /** The verdict that the expansion of the input gave it. */
  readonly settled?: FinalVerdict;
  /** The first column at fault, if a column is. */
  readonly column?: string | undefined;
  readonly reason: string;
  readonly fix: string;
}

/** The cell that sets its property to null. */
export const CLEAR = "(clear)";

/** Reads a row's cells by the rules of its operation. Pure, so that planning again gives the same result. */
export function compileRow(input: InputRow, rules: RowRules): CompiledRow {
  const read = readRow(input, rules);
  const onlyIf = "payload" in read && rules.origin && onlyIfOf(input);
  return onlyIf ? { ...read, operation: onlyIfStill(read.operation, onlyIf) } : read;
}

/** Reads a row's cells by the rules of what it names. */
export function readRow<O extends Named>(sent: InputRow, rules: RowRules<O>): CompiledRow<O> {
  const input: MappedInputRow = rules.mapper ? mapRow(sent, rules.mapper) : sent;
  const read = readMapped(input, rules);
  if (!("invalid" in read)) return read;
  const stage = stageOf(input);
  return stage === undefined ? read : { ...read, stage };
}

function readMapped<O extends Named>(input: MappedInputRow, rules: RowRules<O>): CompiledRow<O> {
  const { row } = input;
  const settled = rules.origin && settledOf(input);
  if (settled) {
    const { reason = "", fix = "" } = settled;
    return { row, name: ownName(input), invalid: { reason, fix, settled } };
  }
  const notUndone = rules.origin && notUndoneOf(input);
  if (notUndone) {
    const name = String(input.cells[OPERATION]);
    return { row, name, invalid: { verdict: "skipped", ...notUndone } };
  }
  const leftOut = input.leftOut ?? leftOutOf(input);
  if (leftOut) {
    const name = rules.operation ?? ownName(input);
    return { row, name, invalid: { verdict: "skipped", ...leftOut } };
  }
  const meant = operationOf(input, rules);
  if ("invalid" in meant) return { row, name: rules.operation ?? "", invalid: meant.invalid };
  const { name, operation } = meant;
  if (operation.isOff) {
    return { row, name, invalid: { column: OPERATION, ...isOffWhy(name) } };
  }
  if (input.broken !== undefined) {
    return {
      row,
      name,
      invalid: {
        reason: `The row ${input.broken}, so its cells cannot be assigned to columns.`,
        fix: "Give it one cell for each column, empty ones included, and quote cells that hold the separator.",
      },
    };
  }
  return { row, name, ...readCells(input, { name, operation }, rules) };
}

/** The checked values of a row's cells and its stage, or the rules that the cells break. */
function readCells<O extends Named>(
  input: MappedInputRow,
  { name, operation }: { readonly name: string; readonly operation: O },
  rules: RowRules<O>,
): Pick<GoodCells<O>, "operation" | "payload" | "stage"> | { readonly invalid: InvalidRow } {
  const payload: Record<string, unknown> = {};
  const faults: MappingFault[] = [...(input.faults ?? [])];
  for (const [column, raw] of Object.entries(input.cells)) {
    if (column === OPERATION || isEmpty(raw) || senderColumns.includes(column)) continue;
    if (rules.origin && originColumns.includes(column)) continue;
    const read = readCell(column, raw, operation, name);
    if ("broken" in read) faults.push({ column, rule: read.broken });
    else payload[column] = read.value;
  }
  for (const column of requiredColumns(operation)) {
    const isGiven =
      Object.hasOwn(payload, column) || faults.some((fault) => fault.column === column);
    if (!isGiven) faults.push({ column, rule: "is required" });
  }
  const stage = stageOf(input);
  if (typeof stage === "object") faults.push({ column: STAGE, rule: stage.broken });
  const [first] = faults;
  if (first === undefined) {
    const isStaged = typeof stage === "number";
    return { operation, payload, ...(isStaged && { stage }) };
  }
  return {
    invalid: {
      column: first.column,
      reason: `${faults.map(({ column, rule }) => `${column} ${rule}`).join("; ")}.`,
      fix: "Correct the row and send it again in a new batch.",
    },
  };
}

function ownName({ cells }: InputRow): string {
  const own = cells[OPERATION];
  return typeof own === "string" ? own.trim() : "";
}

/** The required columns of each operation, found once instead of for each row. */
const requiredOf = new WeakMap<Named, readonly string[]>();

function requiredColumns(operation: Named): readonly string[] {
  const known = requiredOf.get(operation);
  if (known !== undefined) return known;
  const found = Object.entries(operation.fields).flatMap(([column, field]) =>
    field.required ? [column] : [],
  );
  requiredOf.set(operation, found);
  return found;
}

/** An empty cell leaves its property alone, and so does "" in JSON, in which null clears. */
const isEmpty = (raw: unknown): boolean => raw === undefined || raw === "";

/** Text without brackets, also after it is normalized. */
const PLAIN = /^[\w .,@'-]*$/;

/**
 * Whether a cell is `(clear)`, in any case and with blanks around it, or `nearly` so: `( clear )`,
 * `[clear]` or `(cler)` would otherwise be written as a value.
 */
function readsAsClear(raw: unknown): boolean | "nearly" {
  if (typeof raw !== "string" || raw.length > 16 || PLAIN.test(raw)) return false;
  const word = raw.normalize("NFKC").trim().toLowerCase();
  if (word === CLEAR) return true;
  const isBracketed = /^[([{<]|[)\]}>]$/.test(word);
  return isBracketed && nearest(word.replace(/\s/g, ""), [CLEAR]) !== undefined && "nearly";
}

function readCell(
  column: string,
  raw: unknown,
  operation: Named,
  name: string,
): { readonly value: unknown } | { readonly broken: string } {
  const field = Object.hasOwn(operation.fields, column) ? operation.fields[column] : undefined;
  if (field === undefined) return { broken: `does not belong to ${name} and must be empty` };
  const clears = raw === null || readsAsClear(raw);
  if (clears === "nearly") {
    return {
      broken: `is nearly ${CLEAR}: write ${CLEAR} to clear it, or a value without brackets`,
    };
  }
  if (!clears) return field.read(raw);
  if (field.empty !== undefined) return { value: field.empty };
  return field.clearable ? { value: null } : { broken: "cannot be cleared" };
}

function operationOf<O extends Named>(
  { cells }: InputRow,
  { catalogue, operation: whole }: RowRules<O>,
): { name: string; operation: O } | { invalid: InvalidRow } {
  const raw = cells[OPERATION];
  const own = typeof raw === "string" ? raw.trim() : raw;
  const isGiven = own !== undefined && own !== null && own !== "";
  if (isGiven && whole !== undefined && own !== whole) {
    return {
      invalid: {
        column: OPERATION,
        reason: `${OPERATION} is not ${whole}, which the message or the folder names for every row.`,
        fix: "Empty the cell, or send the row in a batch whose rows name their own operations.",
      },
    };
  }
  const name = whole ?? own;
  const operation = typeof name === "string" ? named(catalogue, name) : undefined;
  if (operation !== undefined) return { name: String(name), operation };
  const names = Object.keys(catalogue);
  const hint = typeof name === "string" ? didYouMean(name, names) : "";
  return {
    invalid: {
      column: OPERATION,
      reason: isGiven
        ? `${OPERATION} is not a known operation.${hint}`
        : `${OPERATION} is required.`,
      fix: `Use one of: ${names.join(", ")}.`,
    },
  };
}
