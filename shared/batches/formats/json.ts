import type { InputReader } from "./input-row.ts";
import { createJsonArrayReader } from "./json-array.ts";
import { createJsonLinesReader } from "./json-lines.ts";

/** Reads JSON in pieces: one array of objects if the first character is `[`, otherwise JSON Lines. */
export function createJsonReader(rowBytes?: number): InputReader {
  let blanks = "";
  let reader: InputReader | undefined;
  const begin = (text: string): InputReader => {
    reader = text.trimStart().startsWith("[")
      ? createJsonArrayReader(rowBytes)
      : createJsonLinesReader(rowBytes);
    return reader;
  };
  return {
    push: (piece) => {
      if (reader) return reader.push(piece);
      const text = blanks + piece;
      // Nothing but line breaks need be kept, for the numbers of the lines.
      if (text.trim() === "") blanks = text.replaceAll(/[^\n]/g, "");
      return text.trim() === "" ? { rows: [] } : begin(text).push(text);
    },
    end: () => (reader ?? begin("")).end(),
    at: () => reader?.at() ?? { line: blanks.length + 1 },
  };
}
