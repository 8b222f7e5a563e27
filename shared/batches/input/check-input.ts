import { createHash } from "node:crypto";

import { InputRefusal } from "../../core/input-refusal.ts";
import type { Limits } from "../../core/limits.ts";
import type { InputFormat, Mode } from "../../records/manifest.ts";
import { knownColumns, refuseColumn, refuseHeader, type RowRules } from "./columns.ts";
import { compileRow, type InvalidRow } from "./compile-row.ts";
import type { InputPiece, InputRow } from "./input-row.ts";
import { readInput, refusalOf } from "./read-input.ts";

/** What an input is held against, before anything of it is planned. */
export interface InputRules extends RowRules {
  readonly format: InputFormat;
  readonly mode: Mode;
  /** The file's path; absent where the rows came in the message. */
  readonly file?: string | undefined;
  readonly limits: Limits;
  readonly maxInvalidRowsPercent: number;
}

/** What is known of an input that was read whole and found acceptable. */
export interface CheckedInput {
  readonly columns: readonly string[];
  readonly rows: number;
  readonly contentSha256: string;
}

/** How many invalid rows a refusal names. */
const NAMED = 3;

/**
 * Reads an input whole, once, with flat memory, and holds it against every rule that needs no look
 * at the directory.
 *
 * @throws InputRefusal for whatever refuses the whole input (CONTRACT: refused, or failed).
 */
export async function checkInput(
  bytes: AsyncIterable<Uint8Array>,
  rules: InputRules,
): Promise<CheckedInput> {
  const { format, file, limits } = rules;
  const hash = createHash("sha256").update(
    `${rules.mode}\n${rules.operation ?? ""}\n${rules.format}\n`,
  );
  const check = createCheck(rules);
  for await (const piece of readInput(
    metered(bytes, hash, limits, file),
    format,
    limits.rowBytes,
  )) {
    check.piece(piece);
  }
  return { ...check.end(), contentSha256: hash.digest("hex") };
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

/** The refusal of a file over the limit, which its listing may show before it is read. */
export const fileTooLarge = (fileBytes: number, file: string | undefined): InputRefusal =>
  new InputRefusal(
    "FILE_TOO_LARGE",
    `The file has more than ${fileBytes.toLocaleString("en")} bytes.`,
    "Split it into several files; each is a batch of its own.",
    { file },
  );

/** Takes the pieces of one input, refusing at the first that makes the whole unacceptable. */
function createCheck(rules: InputRules) {
  const { file, limits, maxInvalidRowsPercent } = rules;
  const known = knownColumns(rules);
  const columns = new Set<string>();
  const named: { row: number; invalid: InvalidRow }[] = [];
  let hasHeader = false;
  let rows = 0;
  let invalid = 0;

  const oneRow = (input: InputRow): void => {
    rows += 1;
    if (rows > limits.rows) {
      throw new InputRefusal(
        "TOO_MANY_ROWS",
        `The input has more than ${limits.rows.toLocaleString("en")} rows.`,
        "Split it into several files; each is a batch of its own.",
        { file },
      );
    }
    if (!hasHeader) {
      for (const name of Object.keys(input.cells)) {
        if (columns.has(name)) continue;
        refuseColumn(name, known, { file, row: input.row });
        columns.add(name);
      }
    }
    const compiled = compileRow(input, rules);
    if (!("invalid" in compiled)) return;
    invalid += 1;
    if (named.length < NAMED) named.push({ row: input.row, invalid: compiled.invalid });
  };

  return {
    piece: (piece: InputPiece): void => {
      if (piece.header) {
        refuseHeader(piece.header, rules, file);
        for (const name of piece.header) columns.add(name);
        hasHeader = true;
      }
      for (const row of piece.rows) oneRow(row);
      if (piece.fault) throw refusalOf(piece.fault, file);
    },
    end: (): { columns: readonly string[]; rows: number } => {
      if (rows === 0) {
        throw new InputRefusal(
          "FILE_EMPTY",
          hasHeader ? "The file has a header and no rows." : "The file is empty.",
          "Check the export that wrote it. An empty file changes nothing, so nothing was done.",
          { file },
        );
      }
      if (invalid * 100 > rows * maxInvalidRowsPercent) throw tooManyInvalid();
      return { columns: [...columns], rows };
    },
  };

  function tooManyInvalid(): InputRefusal {
    const share = Math.round((invalid / rows) * 1000) / 10;
    const examples = named.map((each) => `row ${each.row}: ${each.invalid.reason}`).join(" ");
    return new InputRefusal(
      "TOO_MANY_INVALID_ROWS",
      `${invalid} of ${rows} rows (${share} %) break the rules of their operation, and at most ${maxInvalidRowsPercent} % may. ${invalid > NAMED ? "The first: " : ""}${examples}`,
      "Correct the rows (often one column is wrong throughout) and send the input again, or raise the setting MAX_INVALID_ROWS_PERCENT.",
      { file, row: named[0]?.row, column: named[0]?.invalid.column },
    );
  }
}
