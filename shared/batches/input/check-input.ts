import { createHash } from "node:crypto";

import { named as entryNamed } from "../../catalogue/operation.ts";
import { InputRefusal } from "../../core/input-refusal.ts";
import type { Limits } from "../../core/limits.ts";
import type { InputFormat, InputProfile, Mode } from "../../records/manifest.ts";
import type { InputPiece, InputRow } from "../formats/input-row.ts";
import { readInput, refusalOf } from "../formats/read-input.ts";
import type { Mapper } from "../mapping/mapper.ts";
import { mappingText } from "../mapping/mapping.ts";
import {
  knownColumns,
  type Named,
  OPERATION,
  refuseColumn,
  refuseHeader,
  type RowRules,
} from "./columns.ts";
import { CLEAR, type InvalidRow, readRow } from "./compile-row.ts";
import { cutOff, otherCount, refuseEndInList } from "./cut-off.ts";
import { templateOf } from "./entra-template.ts";
import {
  isMapped,
  refuseGiven,
  refuseMappedHeader,
  refuseMappedPasswords,
  refuseUnseen,
} from "./mapped-columns.ts";
import { senderColumns } from "./sender-columns.ts";

/** The rules that an input must keep before anything of it is planned. */
export interface InputRules extends RowRules<Named> {
  readonly format: InputFormat;
  /** For a digest as earlier releases made it, of which the mode was a part. */
  readonly modeInDigest?: Mode | undefined;
  /** The file's path; absent if the rows came in the message. */
  readonly file?: string | undefined;
  readonly limits: Limits;
  readonly maxInvalidRowsPercent: number;
  /** Why names that rows may have cannot be used: each refuses the whole input. */
  readonly unusable?: ReadonlyMap<string, InputRefusal> | undefined;
  /** The folder below that of the operation, which names the group of a template without one. */
  readonly group?: string | undefined;
  /** How many rows its sender says it has. */
  readonly rowCount?: number | undefined;
  /** It cannot have been cut off: it came in a message. */
  readonly isWhole?: boolean | undefined;
}

/** What is known of an acceptable input once it was read completely. */
export interface CheckedInput {
  readonly columns: readonly string[];
  readonly rows: number;
  /** Some row of it expands into parts. */
  readonly expands?: true;
  /** The recipes of the deployment's own that rows name. */
  readonly ownRecipes: readonly string[];
  /** It shows that nothing was cut off: by an end mark, as an array of JSON, or by the number of its rows. */
  readonly isWhole?: true;
  readonly profile: InputProfile;
  readonly contentSha256: string;
  /** How the columns became those of the operation: as a mapping said, or a template of Entra's. */
  readonly mapper?: Mapper | undefined;
  /** The operation of every row, if the rules or the mapping name it. */
  readonly operation?: string | undefined;
}

/** How many invalid rows a refusal names. */
const NAMED = 3;

/**
 * Reads a whole input once, with bounded memory, and checks every rule that needs no read of the
 * directory.
 *
 * @throws InputRefusal for any fault that refuses the whole input (docs/messages.md: refused, or failed).
 */
export async function checkInput(
  bytes: AsyncIterable<Uint8Array>,
  rules: InputRules,
): Promise<CheckedInput> {
  const { format, file, limits } = rules;
  const mode = rules.modeInDigest === undefined ? "" : `${rules.modeInDigest}\n`;
  refuseUnusable(rules.operation ?? rules.mapper?.mapping.constants[OPERATION], rules);
  if (isMapped(rules)) refuseGiven(rules);
  const hash = createHash("sha256").update(`${mode}${rules.operation ?? ""}\n${rules.format}\n`);
  const check = createCheck(rules);
  for await (const piece of readInput(
    metered(bytes, hash, limits, file),
    format,
    limits.rowBytes,
  )) {
    check.piece(piece);
  }
  const checked = check.end();
  const { mapper } = checked;
  // What an input without a mapping and recipes of its own is known by stays what it was.
  if (mapper) hash.update(`\nmapping ${mappingText(mapper.mapping)}`);
  for (const name of checked.ownRecipes) {
    hash.update(`\nrecipe ${name} ${rules.catalogue[name]?.file?.sha256 ?? ""}`);
  }
  return { ...checked, contentSha256: hash.digest("hex") };
}

async function* metered(
  bytes: AsyncIterable<Uint8Array>,
  hash: { update(piece: Uint8Array): unknown },
  { fileBytes }: Limits,
  file: string | undefined,
): AsyncGenerator<Uint8Array> {
  let read = 0;
  for await (const piece of bytes) {
    read += piece.length;
    if (read > fileBytes) throw fileTooLarge(fileBytes, file);
    hash.update(piece);
    yield piece;
  }
}

/** The refusal of a file over the limit; its listing may show that before it is read. */
export const fileTooLarge = (fileBytes: number, file: string | undefined): InputRefusal =>
  new InputRefusal(
    "FILE_TOO_LARGE",
    `The file has more than ${fileBytes.toLocaleString("en")} bytes.`,
    "Split it into several files; each is a batch of its own.",
    { file },
  );

/** What a check has counted so far. */
interface Tally {
  readonly columns: Set<string>;
  /** The first invalid rows, for the refusal. */
  readonly named: { readonly row: number; readonly invalid: InvalidRow }[];
  /** Cells with a value, by column. */
  readonly filled: Record<string, number>;
  readonly ownRecipes: Set<string>;
  expands: boolean;
  hasHeader: boolean;
  endsInLineBreak: boolean;
  isWhole: boolean;
  rows: number;
  invalid: number;
}

/** Checks an input piece by piece, and refuses it at the first fault that makes it unacceptable. */
function createCheck(given: InputRules) {
  const { file } = given;
  let rules = given;
  let known = knownColumns(rules);
  const tally: Tally = {
    columns: new Set(),
    named: [],
    filled: {},
    ownRecipes: new Set(),
    expands: false,
    hasHeader: false,
    endsInLineBreak: true,
    isWhole: given.isWhole === true || given.rowCount !== undefined,
    rows: 0,
    invalid: 0,
  };
  return {
    piece: (piece: InputPiece): void => {
      if (piece.header) {
        rules = { ...rules, ...templateOf(piece.header, rules) };
        known = knownColumns(rules);
        for (const { cells } of rules.unusable?.size ? piece.rows : [])
          refuseUnusable(cells[OPERATION], rules);
        if (isMapped(rules)) refuseMappedHeader(piece.header, rules, file);
        else refuseHeader(piece.header, rules, file);
        for (const name of piece.header) tally.columns.add(name);
        tally.hasHeader = true;
      }
      for (const row of piece.rows) checkRow(row, rules, known, tally);
      if (piece.fault) throw refusalOf(piece.fault, file);
      if (piece.ended) tally.isWhole = true;
    },
    end: (): Omit<CheckedInput, "contentSha256"> => {
      const { columns, rows, invalid, hasHeader, filled, endsInLineBreak, expands } = tally;
      if (rules.rowCount !== undefined && rows !== rules.rowCount)
        throw otherCount(rows, rules.rowCount, file);
      if (rows === 0) throw fileEmpty(hasHeader, file);
      if (!hasHeader && isMapped(rules)) refuseUnseen(columns, rules, file);
      if (invalid * 100 > rows * rules.maxInvalidRowsPercent) throw tooManyInvalid(tally, rules);
      const { mapper, operation } = rules;
      const ownRecipes = [...tally.ownRecipes].toSorted();
      const profile = { filled, endsInLineBreak };
      const whole = tally.isWhole && ({ isWhole: true } as const);
      const more = {
        ...(expands && { expands }),
        ...whole,
        profile,
        mapper,
        operation,
        ownRecipes,
      };
      return { columns: [...columns], rows, ...more };
    },
  };
}

function checkRow(
  input: InputRow,
  rules: InputRules,
  known: ReadonlySet<string>,
  tally: Tally,
): void {
  const { file, limits } = rules;
  tally.rows += 1;
  if (tally.rows > limits.rows) throw tooManyRows(limits.rows, file);
  if (input.unended === "short") throw cutOff(input, file);
  if (input.unended) tally.endsInLineBreak = false;
  refuseUnusable(input.cells[OPERATION], rules);
  if (!tally.hasHeader) {
    for (const [at, name] of Object.keys(input.cells).entries()) {
      if (tally.columns.has(name)) continue;
      const where = { file, row: input.row };
      if (isMapped(rules)) refuseMappedPasswords([name], rules, where);
      else refuseColumn(name, known, where, at + 1);
      tally.columns.add(name);
    }
  }
  for (const name of Object.keys(input.cells)) {
    if (hasValue(input.cells[name]) && !senderColumns.includes(name))
      tally.filled[name] = (tally.filled[name] ?? 0) + 1;
  }
  const compiled = readRow(input, rules);
  refuseUnusable(compiled.name, rules);
  const meant = entryNamed(rules.catalogue, compiled.name);
  refuseEndInList(input, meant, tally.columns, rules);
  if (meant?.expands) tally.expands = true;
  if (meant?.file) tally.ownRecipes.add(compiled.name);
  if (!("invalid" in compiled) || compiled.invalid.verdict === "skipped") return;
  tally.invalid += 1;
  if (tally.named.length < NAMED) tally.named.push({ row: input.row, invalid: compiled.invalid });
}

/** Columns of a recipe that cannot be used are not known, so that its file is at fault before they are. */
function refuseUnusable(name: unknown, { unusable }: InputRules): void {
  const refusal = typeof name === "string" ? unusable?.get(name.trim()) : undefined;
  if (refusal) throw refusal;
}

/** Whether a cell gives a property a value; a cell that clears it gives none. */
function hasValue(cell: unknown): boolean {
  if (typeof cell !== "string") return cell !== null && cell !== undefined;
  const text = cell.trim();
  return text !== "" && text.toLowerCase() !== CLEAR;
}

const tooManyRows = (rows: number, file: string | undefined): InputRefusal =>
  new InputRefusal(
    "TOO_MANY_ROWS",
    `The input has more than ${rows.toLocaleString("en")} rows.`,
    "Split it into several files; each is a batch of its own.",
    { file },
  );

const fileEmpty = (hasHeader: boolean, file: string | undefined): InputRefusal =>
  new InputRefusal(
    "FILE_EMPTY",
    hasHeader ? "The file has a header and no rows." : "The file is empty.",
    "Check the export that wrote it. An empty file changes nothing, so nothing was done.",
    { file },
  );

function tooManyInvalid(
  { rows, invalid, named }: Tally,
  { file, maxInvalidRowsPercent }: InputRules,
): InputRefusal {
  const share = Math.round((invalid / rows) * 1000) / 10;
  const examples = named.map((each) => `row ${each.row}: ${each.invalid.reason}`).join(" ");
  return new InputRefusal(
    "TOO_MANY_INVALID_ROWS",
    `${invalid} of ${rows} rows (${share} %) break the rules of their operation, and at most ${maxInvalidRowsPercent} % may. ${invalid > NAMED ? "The first: " : ""}${examples}`,
    "Correct the rows (often one column is wrong throughout) and send the input again, or raise the setting MAX_INVALID_ROWS_PERCENT.",
    { file, row: named[0]?.row, column: named[0]?.invalid.column },
  );
}
