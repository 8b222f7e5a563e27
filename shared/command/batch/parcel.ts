import { createHash } from "node:crypto";
import { createReadStream, readFileSync, statSync } from "node:fs";
import { basename, extname } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";

import type { InputPiece } from "../../batches/formats/input-row.ts";
import { readInput } from "../../batches/formats/read-input.ts";
import { readMapping } from "../../batches/mapping/mapping.ts";
import { InputRefusal } from "../../core/input-refusal.ts";
import { limits } from "../../core/limits.ts";
import { didYouMean } from "../../core/nearest.ts";
import { nameRuleBroken } from "../../records/paths.ts";
import { type Conversion, convert } from "../convert/converted.ts";
import { operationTable } from "../operation-table/operation-table.ts";
import { usageError } from "../terminal/command-error.ts";

/** What is to be sent: where it is read from, and the name that its content gives it. */
export interface Parcel {
  /** The readable part of a name: the file's name without its ending. */
  readonly stem: string;
  /** `.csv`, `.jsonl` … */
  readonly ending: string;
  /** SHA-256, hex, of the content. */
  readonly digest: string;
  readonly open: () => Readable;
  /** The operation of every row, if the file's columns say it. */
  readonly operation?: string | undefined;
  /** How many rows it has, if they can be counted: a file that is cut off on its way is then refused. */
  readonly rowCount?: number | undefined;
  /** The text of the mapping that goes with the file. */
  readonly mapping?: string | undefined;
  /** The rows themselves, if they were typed. */
  readonly rows?: readonly Row[] | undefined;
}

type Row = Readonly<Record<string, string>>;

const ENDINGS = [".csv", ".tsv", ".json", ".jsonl", ".ndjson", ".xlsx", ".xlsm"];

/**
 * A file on this machine. A workbook, Entra's bulk templates and columns of passwords are converted here, and
 * never leave it as they are.
 *
 * @throws CommandError if it cannot be sent
 */
export async function fileParcel(path: string, how: Conversion): Promise<Parcel> {
  const ending = checkFile(path);
  const stem = basename(path, extname(path));
  const converted = await convert(path, how);
  const open = converted
    ? () => Readable.from(linesAgain(path, how))
    : () => createReadStream(path);
  const mapping = how.mapping === undefined ? undefined : mappingAt(how.mapping);
  const hash = createHash("sha256").update(mapping ?? "");
  await pipeline(converted ? Readable.from(converted.lines) : open(), hash);
  const { operation } = converted ?? {};
  const digest = hash.digest("hex");
  const kind = converted?.ending ?? ending;
  const rowCount = await countRows(open(), kind);
  return { stem, ending: kind, digest, open, operation, mapping, rowCount };
}

/** The rows of a file, piece by piece. */
export function readRows(content: Readable, ending: string): AsyncIterable<InputPiece> {
  const isCsv = ending === ".csv" || ending === ".tsv";
  const bytes = async function* (): AsyncGenerator<Uint8Array> {
    for await (const piece of content) yield Buffer.from(piece);
  };
  return readInput(bytes(), isCsv ? "csv" : "jsonl");
}

/**
 * The number of rows of a file; `undefined` if it cannot be read: whoever accepts it says why. Nobody vouches for a
 * file of CSV that ends in a row without a line break: it may have been cut off before it came here.
 */
async function countRows(content: Readable, ending: string): Promise<number | undefined> {
  let count = 0;
  for await (const { rows, fault } of readRows(content, ending)) {
    if (fault || rows.at(-1)?.unended) return undefined;
    count += rows.length;
  }
  return count === 0 ? undefined : count;
}

/** @throws CommandError if there is no such mapping, or it cannot be used */
function mappingAt(path: string): string {
  if (statSync(path, { throwIfNoEntry: false })?.isFile() !== true) {
    throw usageError(`There is no file ${path}.`, "Check the path of the mapping.");
  }
  const text = readFileSync(path, "utf8");
  try {
    readMapping(text, path);
  } catch (error) {
    if (!(error instanceof InputRefusal)) throw error;
    throw usageError(error.what, "Correct the mapping as docs/input.md shows.");
  }
  return text;
}

/** The ending of a file that can be sent. @throws CommandError */
export function checkFile(path: string): string {
  const ending = extname(path).toLowerCase();
  const found = statSync(path, { throwIfNoEntry: false });
  if (found?.isFile() !== true) {
    throw usageError(`There is no file ${path}.`, "Check the path; it begins in this folder.");
  }
  if (!ENDINGS.includes(ending)) {
    throw usageError(
      "The file's name does not say its format.",
      ending === ".xls"
        ? "Open the workbook and save it as .xlsx."
        : `End it in one of ${ENDINGS.join(", ")}.`,
    );
  }
  if (found.size === 0) throw usageError(`${path} is empty.`, "Give it a header and rows.");
  if (found.size > limits.fileBytes) {
    throw usageError(`${path} is larger than 1 GiB.`, "Split it and send the parts.");
  }
  return ending;
}

/** What was told while the digest was made is not told again. */
async function* linesAgain(path: string, how: Conversion): AsyncGenerator<string> {
  const converted = await convert(path, { ...how, note: () => undefined });
  if (converted) yield* converted.lines;
}

/** Rows that were typed, each as `column=value,column=value`. @throws CommandError */
export function typedParcel(typed: readonly string[]): Parcel {
  const rows = typed.map(rowOf);
  const text = rows.map((row) => `${JSON.stringify(row)}\n`).join("");
  const digest = createHash("sha256").update(text).digest("hex");
  return { stem: "rows", ending: ".jsonl", digest, open: () => Readable.from([text]), rows };
}

function rowOf(typed: string): Row {
  const cells = typed.split(",").map((cell) => {
    const [column = "", ...value] = cell.split("=");
    if (column.trim() === "" || value.length === 0) {
      throw usageError(
        "A row is written as column=value,column=value.",
        "Example: --row user=ann@contoso.com,jobTitle=Nurse. A value with a comma needs a file.",
      );
    }
    return [column.trim(), value.join("=").trim()] as const;
  });
  const names = cells.map(([column]) => column);
  const twice = names.find((name, at) => names.indexOf(name) < at);
  if (twice !== undefined) {
    throw usageError(
      `A row names ${twice} twice.`,
      "Keep one of the two. Each further row needs a --row of its own.",
    );
  }
  return Object.fromEntries(cells);
}

/** @throws CommandError if no operation has the name */
export function checkOperation(operation: string | undefined): void {
  const names = operationTable.map(({ name }) => name);
  if (operation === undefined || names.includes(operation)) return;
  throw usageError(
    `There is no operation ${operation}.${didYouMean(operation, names)}`,
    `Use one of: ${names.join(", ")}.`,
  );
}

/**
 * The name of the batch: the one that was typed, or one that the same content has again on the same day,
 * so that sending a file twice by mistake is one batch.
 *
 * @throws CommandError if the name is not possible
 */
export function batchName(
  { stem, digest }: Parcel,
  typed: string | undefined,
  about: { readonly operation?: string | undefined; readonly nowMs: number },
): string {
  if (typed !== undefined) {
    const broken = nameRuleBroken(typed);
    if (broken === undefined) return typed;
    throw usageError(`A batch's name must ${broken}.`, "Choose another --name.");
  }
  const day = new Date(about.nowMs).toISOString().slice(0, 10);
  const content = createHash("sha256")
    .update(`${digest} ${about.operation ?? ""}`)
    .digest("hex");
  const readable = stem
    .replaceAll(/[^A-Za-z0-9_-]+/g, "-")
    .replace(/^message-/, "messages-")
    .replaceAll(/^-+|-+$/g, "")
    .slice(0, 40);
  return `${readable === "" ? "rows" : readable}-${day}-${content.slice(0, 6)}`;
}
