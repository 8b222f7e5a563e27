import { InputRefusal, rowPlace } from "../../core/input-refusal.ts";
import type { InputFormat } from "../../records/manifest.ts";
import { createCsvReader } from "./csv.ts";
import { decodeText, UnreadableText } from "./encoding.ts";
import type { InputFault, InputPiece } from "./input-row.ts";
import { createJsonReader } from "./json.ts";

/**
 * The rows of an input, piece by piece as its bytes come, with bounded memory. Only the last piece
 * can have a fault; nothing is read after it.
 */
export async function* readInput(
  bytes: AsyncIterable<Uint8Array>,
  format: InputFormat,
  rowBytes?: number,
): AsyncGenerator<InputPiece> {
  const reader = format === "csv" ? createCsvReader(rowBytes) : createJsonReader(rowBytes);
  try {
    for await (const text of decodeText(bytes)) {
      const piece = reader.push(text);
      yield piece;
      if (piece.fault) return;
    }
  } catch (error) {
    if (!(error instanceof UnreadableText)) throw error;
    const fault = { code: "FILE_UNREADABLE", what: error.message, fix: error.fix } as const;
    yield { rows: [], fault: error.isForeign ? fault : { ...fault, ...reader.at() } };
    return;
  }
  yield reader.end();
}

/** The refusal of a whole input for a fault in it. */
export function refusalOf(fault: InputFault, file: string | undefined): InputRefusal {
  const { row, line, column } = fault;
  const where =
    row !== undefined && line !== undefined
      ? `${rowPlace(row, line, column)}: `
      : line === undefined
        ? ""
        : `Line ${line} (the header): `;
  return new InputRefusal(fault.code, `${where}${fault.what.replace(/\.?$/, ".")}`, fault.fix, {
    file,
    row,
    column,
  });
}
