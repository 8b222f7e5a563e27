import { limits } from "../../core/limits.ts";
import { type CsvRecord, readRecord } from "./csv-record.ts";
import { behindEnd, endFault, endInCells } from "./end-mark.ts";
import type { InputFault, InputPiece, InputReader, InputRow } from "./input-row.ts";

/** The separators that a header may show; if two are equally frequent, the first counts. */
const SEPARATORS = [",", ";", "\t"] as const;

/** How far a file has been read. */
interface Progress {
  /** What has come and is not read yet begins at `start` of it. */
  text: string;
  start: number;
  /** The line and the row at `start`. */
  line: number;
  row: number;
  header: readonly string[] | undefined;
  /** An end mark has come. */
  ended: boolean;
  /** Empty until the header shows it. */
  separator: string;
}

/**
 * Reads CSV (RFC 4180) in pieces: comma, semicolon or tab as the header shows; quoted cells may hold
 * separators, doubled quotes and line breaks; lines end in LF, CRLF or CR. Lines without a value are
 * skipped. A row with more or fewer cells than the header is marked as broken, because its cells
 * cannot be assigned to columns.
 */
export function createCsvReader(rowBytes = limits.rowBytes): InputReader {
  const progress: Progress = {
    text: "",
    start: 0,
    line: 1,
    row: 0,
    header: undefined,
    ended: false,
    separator: "",
  };
  return {
    push: (piece) => {
      progress.text += piece;
      return read(progress, rowBytes, false);
    },
    end: () => read(progress, rowBytes, true),
    at: () => placeOf(progress),
  };
}

/** Reads all whole records of the text that has come. */
function read(progress: Progress, rowBytes: number, isLast: boolean): InputPiece {
  const rows: InputRow[] = [];
  const hadHeader = progress.header !== undefined;
  const piece = (fault?: InputFault): InputPiece => ({
    header: hadHeader ? undefined : progress.header,
    rows,
    ended: progress.ended,
    fault,
  });
  while (progress.start < progress.text.length) {
    if (progress.separator === "") {
      if (!isLast && isPerhapsDeclaration(progress)) break;
      skipDeclaration(progress);
    }
    if (progress.separator === "") {
      const sniffed = sniff(progress.text, progress.start, isLast);
      if (sniffed === undefined) break;
      progress.separator = sniffed;
    }
    const { text, start, separator } = progress;
    const record = readRecord(text, start, separator, isLast);
    if (record === undefined) break;
    if (typeof record === "string") return piece(unreadable(record, progress));
    if (isTooLarge(text, start, record.next, rowBytes)) return piece(tooLarge(rowBytes, progress));
    const fault = take(record, progress, rows);
    if (fault) return piece(fault);
    if (isLast) markUnended(record, progress, rows);
  }
  const { text, start } = progress;
  if (isTooLarge(text, start, text.length, rowBytes)) return piece(tooLarge(rowBytes, progress));
  progress.text = text.slice(start);
  progress.start = 0;
  return piece();
}

/** Excel may begin a file with the line `sep=;`, which names its separator. */
const DECLARATION = /^"?sep=([,;\t])"?[ ,;\t]*(?:\r\n|\n|\r|$)/i;

/** Entra's bulk templates begin with the line `version:v1.0`, to which a spreadsheet adds separators. */
const VERSION = /^"?version:v\d+(?:\.\d+)*"?[ ,;\t]*(?:\r\n|\n|\r|$)/i;

/** Whether the file may begin with a declaration of which the end has not come yet. */
const isPerhapsDeclaration = ({ text, line, start }: Progress): boolean =>
  line === 1 && start === 0 && /^"?(?:sep=|version:)[^\r\n]*\r?$/i.test(text);

/** Skips such a first line, and takes the separator from it if it names one. */
function skipDeclaration(progress: Progress): void {
  if (progress.line > 1 || progress.start > 0) return;
  const found = DECLARATION.exec(progress.text) ?? VERSION.exec(progress.text);
  if (!found) return;
  progress.separator = found[1] ?? "";
  progress.start = found[0].length;
  progress.line += 1;
}

/** Takes a record as the header, as a row or as the end mark, or skips it because it has no value. */
function take(
  { cells, next, breaks }: CsvRecord,
  progress: Progress,
  rows: InputRow[],
): InputFault | undefined {
  const { line, header, ended } = progress;
  const place = placeOf(progress);
  progress.line += 1 + breaks;
  progress.start = next;
  if (cells.every(isBlank)) {
    if (header === undefined) progress.separator = "";
  } else if (header === undefined) {
    progress.header = cells.map((cell) => cell.trim());
  } else {
    if (ended) return behindEnd(place);
    const end = endInCells(cells);
    progress.ended = end !== undefined;
    if (end) return endFault(end, progress.row);
    progress.row += 1;
    rows.push(toRow(cells, header, progress.row, line));
  }
  return undefined;
}

/** Marks the last row if the text ends in it: a file that was cut off ends so. */
function markUnended(
  { cells }: CsvRecord,
  { text, start, header, ended }: Progress,
  rows: InputRow[],
) {
  const last = rows.at(-1);
  if (ended || start < text.length || /[\r\n]$/.test(text) || last === undefined) return;
  if (cells.every(isBlank)) return;
  rows.splice(-1, 1, { ...last, unended: cells.length < header!.length ? "short" : "whole" });
}

const isBlank = (cell: string): boolean => cell.trim() === "";

const placeOf = ({ header, row, line }: Progress) =>
  header === undefined ? { line } : { row: row + 1, line };

const unreadable = (what: string, progress: Progress): InputFault => ({
  code: "FILE_UNREADABLE",
  what,
  fix: "Put cells that hold separators, quotes or line breaks in double quotes, and double the quotes inside them (RFC 4180).",
  ...placeOf(progress),
});

const tooLarge = (rowBytes: number, progress: Progress): InputFault => ({
  code: "ROW_TOO_LARGE",
  what: `it has more than ${rowBytes.toLocaleString("en")} bytes; perhaps a quote is opened there and never closed`,
  fix: "Close the quote, or shorten the row, and send the file again.",
  ...placeOf(progress),
});

function toRow(
  values: readonly string[],
  header: readonly string[],
  row: number,
  line: number,
): InputRow {
  if (values.length !== header.length) {
    const broken = `has ${values.length} ${values.length === 1 ? "cell" : "cells"} where the header has ${header.length}`;
    return { row, line, cells: Object.fromEntries(zip(header, values)), broken, values };
  }
  const cells: Record<string, string> = {};
  for (let at = 0; at < header.length; at++) cells[header[at]!] = values[at]!;
  return { row, line, cells };
}

const zip = (names: readonly string[], values: readonly string[]): [string, string][] =>
  names.map((name, at) => [name, values[at] ?? ""]);

/** The most frequent separator of the first line, quoted cells not counted. */
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

/** Bytes are counted only if the number of characters does not decide it: a character has at most three. */
function isTooLarge(text: string, from: number, to: number, most: number): boolean {
  if ((to - from) * 3 <= most) return false;
  return to - from > most || Buffer.byteLength(text.slice(from, to)) > most;
}

/** One line of CSV as RFC 4180 has it, with its CRLF. */
export const csvLine = (cells: readonly string[]): string =>
  `${cells.map((cell) => (/[",\r\n]|^\s|\s$/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)).join(",")}\r\n`;
