import { limits } from "../../core/limits.ts";
import { readRecord } from "./csv-record.ts";
import type { InputFault, InputPiece, InputReader, InputRow } from "./input-row.ts";

/** The separators that a header may show, in the order that decides a draw. */
const SEPARATORS = [",", ";", "\t"] as const;

/**
 * Reads CSV (RFC 4180) in pieces: comma, semicolon or tab as the header shows, quoted cells with
 * separators, doubled quotes and line breaks in them, LF, CRLF or CR at the line's end. Lines without
 * a value are passed over. A row with more or fewer cells than the header is given as broken, because
 * nobody knows which cell is which.
 */
export function createCsvReader(rowBytes = limits.rowBytes): InputReader {
  let text = "";
  let start = 0;
  let line = 1;
  let row = 0;
  let header: readonly string[] | undefined;
  let separator = "";

  const take = (isLast: boolean): InputPiece => {
    const rows: InputRow[] = [];
    let found: readonly string[] | undefined;
    while (start < text.length) {
      if (separator === "") {
        const sniffed = sniff(text, start, isLast);
        if (sniffed === undefined) break;
        separator = sniffed;
      }
      const record = readRecord(text, start, separator, isLast);
      if (record === undefined) break;
      if (typeof record === "string") return { header: found, rows, fault: fault(record) };
      if (isTooLarge(text, start, record.next, rowBytes)) {
        return { header: found, rows, fault: tooLarge() };
      }
      const firstLine = line;
      line += 1 + record.breaks;
      start = record.next;
      if (record.cells.every((cell) => cell.trim() === "")) {
        if (header === undefined) separator = "";
        continue;
      }
      if (header === undefined) {
        header = record.cells.map((cell) => cell.trim());
        found = header;
      } else {
        row += 1;
        rows.push(toRow(record.cells, header, row, firstLine));
      }
    }
    if (isTooLarge(text, start, text.length, rowBytes)) {
      return { header: found, rows, fault: tooLarge() };
    }
    text = text.slice(start);
    start = 0;
    return { header: found, rows };
  };

  const fault = (what: string): InputFault => ({
    code: "FILE_UNREADABLE",
    what,
    fix: "Put cells that hold separators, quotes or line breaks in double quotes, and double the quotes inside them (RFC 4180).",
    ...at(),
  });
  const tooLarge = (): InputFault => ({
    code: "ROW_TOO_LARGE",
    what: `it has more than ${rowBytes.toLocaleString("en")} bytes; perhaps a quote is opened there and never closed`,
    fix: "Close the quote, or shorten the row, and send the file again.",
    ...at(),
  });
  const at = () => (header === undefined ? { line } : { row: row + 1, line });
  return {
    push: (piece) => {
      text += piece;
      return take(false);
    },
    end: () => take(true),
    at,
  };
}

function toRow(
  values: readonly string[],
  header: readonly string[],
  row: number,
  line: number,
): InputRow {
  if (values.length !== header.length) {
    const broken = `has ${values.length} ${values.length === 1 ? "cell" : "cells"} where the header has ${header.length}`;
    return { row, line, cells: Object.fromEntries(zip(header, values)), broken };
  }
  const cells: Record<string, string> = {};
  for (let at = 0; at < header.length; at++) cells[header[at]!] = values[at]!;
  return { row, line, cells };
}

const zip = (names: readonly string[], values: readonly string[]): [string, string][] =>
  names.map((name, at) => [name, values[at] ?? ""]);

/** Of the separators in the first line, outside quotes, the most frequent. */
function sniff(text: string, start: number, isLast: boolean): string | undefined {
  const counts = new Map<string, number>();
  let isQuoted = false;
  for (let at = start; at < text.length; at++) {
    const char = text[at]!;
    if (char === '"') isQuoted = !isQuoted;
    if (isQuoted) continue;
    if (char === "\n" || char === "\r") return mostFrequent(counts);
    counts.set(char, (counts.get(char) ?? 0) + 1);
  }
  return isLast ? mostFrequent(counts) : undefined;
}

function mostFrequent(counts: ReadonlyMap<string, number>): string {
  let best: string = SEPARATORS[0];
  for (const each of SEPARATORS) {
    if ((counts.get(each) ?? 0) > (counts.get(best) ?? 0)) best = each;
  }
  return best;
}

/** Bytes are counted only where the characters leave a doubt: one has at most three. */
function isTooLarge(text: string, from: number, to: number, most: number): boolean {
  if ((to - from) * 3 <= most) return false;
  return to - from > most || Buffer.byteLength(text.slice(from, to)) > most;
}

/** One line of CSV as RFC 4180 has it, with its CRLF. */
export const csvLine = (cells: readonly string[]): string =>
  `${cells.map((cell) => (/[",\r\n]|^\s|\s$/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)).join(",")}\r\n`;
