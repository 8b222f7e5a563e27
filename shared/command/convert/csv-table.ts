import { createReadStream } from "node:fs";
import { TextDecoder } from "node:util";

import type { InputRow } from "../../batches/formats/input-row.ts";
import { readInput, refusalOf } from "../../batches/formats/read-input.ts";
import { rowPlace } from "../../core/input-refusal.ts";
import { usageError } from "../terminal/command-error.ts";
import type { Table } from "./table.ts";

/**
 * A CSV file as a table, row by row with bounded memory. `encoding` is that of a spreadsheet that did not
 * write Unicode.
 *
 * @throws CommandError, also while rows are read
 */
export async function readCsv(path: string, encoding?: string): Promise<Table> {
  const source = createReadStream(path);
  const bytes = encoding === undefined ? source : inUtf8(source, decoderOf(encoding));
  const pieces = readInput(bytes, "csv");
  const waiting: InputRow[] = [];
  const next = async (): Promise<readonly string[] | undefined> => {
    const { value, done } = await pieces.next();
    if (done === true) return undefined;
    waiting.push(...value.rows);
    if (value.fault) {
      const { what, fix } = refusalOf(value.fault, undefined);
      source.destroy();
      throw usageError(what, fix);
    }
    return value.header ?? [];
  };
  let header = await next();
  while (header?.length === 0) header = await next();
  if (header === undefined) throw usageError("The file is empty.", "Give it a header and rows.");
  const names = header;
  async function* rows(): AsyncGenerator<readonly string[]> {
    try {
      do {
        for (const row of waiting.splice(0)) yield textsOf(row, names);
      } while ((await next()) !== undefined);
    } finally {
      source.destroy();
    }
  }
  return { header, rows: rows() };
}

/** @throws CommandError if there is no such encoding */
function decoderOf(encoding: string): TextDecoder {
  try {
    return new TextDecoder(encoding, { fatal: true });
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw usageError(
      `There is no encoding ${encoding}.`,
      "Western European Excel writes windows-1252, Central European windows-1250, Cyrillic windows-1251.",
    );
  }
}

async function* inUtf8(
  source: AsyncIterable<Buffer>,
  decoder: TextDecoder,
): AsyncGenerator<Buffer> {
  try {
    for await (const piece of source) yield Buffer.from(decoder.decode(piece, { stream: true }));
    yield Buffer.from(decoder.decode());
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw usageError(`The file is not written in ${decoder.encoding}.`, "Name another --encoding.");
  }
}

/** Every cell of CSV is text. */
const textOf = (cell: unknown): string => (typeof cell === "string" ? cell : "");

function textsOf(
  { row, line, broken, cells }: InputRow,
  header: readonly string[],
): readonly string[] {
  if (broken !== undefined) {
    throw usageError(
      `${rowPlace(row, line)}: it ${broken}.`,
      "Give it one cell for each column, and quote cells that hold the separator.",
    );
  }
  return header.map((name) => textOf(cells[name]));
}
