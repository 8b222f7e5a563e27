import { limits } from "../../core/limits.ts";
import { behindEnd, endFault, endInObject } from "./end-mark.ts";
import type { InputFault, InputPiece, InputReader, InputRow } from "./input-row.ts";
import { parseObject } from "./json-object.ts";

/** Reads JSON Lines in pieces: one JSON object on each line; blank lines are skipped. */
export function createJsonLinesReader(rowBytes = limits.rowBytes): InputReader {
  let text = "";
  let line = 1;
  let row = 0;
  let ended = false;

  const take = (isLast: boolean): InputPiece => {
    const rows: InputRow[] = [];
    let start = 0;
    while (start < text.length) {
      const found = text.indexOf("\n", start);
      if (found < 0 && !isLast) break;
      const end = found < 0 ? text.length : found;
      const content = text.slice(start, end).trim();
      start = end + 1;
      if (content !== "") {
        if (isLarger(content, rowBytes)) return { rows, fault: tooLarge() };
        const cells = parseObject(content);
        if (typeof cells === "string") return { rows, fault: unreadable(cells) };
        if (ended) return { rows, fault: behindEnd(at()) };
        const mark = endInObject(cells);
        ended = mark !== undefined;
        const fault = mark && endFault(mark, row);
        if (fault) return { rows, fault };
        if (!ended) rows.push({ row: (row += 1), line, cells });
      }
      if (found >= 0) line += 1;
    }
    text = text.slice(start);
    return isLarger(text, rowBytes) ? { rows, fault: tooLarge() } : { rows, ended };
  };

  const at = () => ({ row: row + 1, line });
  const unreadable = (what: string): InputFault => ({
    code: "FILE_UNREADABLE",
    what,
    fix: "Write one JSON object on each line with no commas between the lines, or all objects in one array: [{…}, {…}].",
    ...at(),
  });
  const tooLarge = (): InputFault => ({
    code: "ROW_TOO_LARGE",
    what: `it has more than ${rowBytes.toLocaleString("en")} bytes`,
    fix: "Shorten the row, or put the line break after each object, and send the file again.",
    ...at(),
  });
  return {
    push: (piece) => {
      text += piece;
      return take(false);
    },
    end: () => take(true),
    at,
  };
}

const isLarger = (text: string, most: number): boolean =>
  text.length * 3 > most && (text.length > most || Buffer.byteLength(text) > most);
