import { createReadStream, createWriteStream } from "node:fs";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";

import { checkFile, checkOperation, readRows } from "../batch/parcel.ts";
import { convert } from "../convert/converted.ts";
import type { Desk } from "../desk/desk.ts";
import { usageError } from "../terminal/command-error.ts";

/** What `convert` is asked. */
export interface ConvertOptions {
  readonly sheet?: string;
  readonly set?: readonly string[];
  readonly encoding?: string;
  readonly operation?: string;
  readonly to?: string;
}

/** Writes a file as one that may be sent, on this machine only. */
export async function convertFile(
  desk: Desk,
  file: string,
  options: ConvertOptions,
): Promise<void> {
  checkOperation(options.operation);
  const path = desk.pathOf(file);
  const ending = checkFile(path);
  const note = (text: string): void => desk.print.note(text);
  const converted = await convert(path, { ...options, note });
  if (!converted) note("It can be sent as it is.");
  const text = converted ? Readable.from(converted.lines) : createReadStream(path);
  const { to } = options;
  if (to === undefined && desk.options.output === "json") {
    return desk.print.one(await cellsIn(text, converted?.ending ?? ending), {}, () => "");
  }
  if (to === undefined) return pipeline(text, process.stdout, { end: false });
  try {
    await pipeline(text, createWriteStream(desk.pathOf(to), { flags: "wx" }));
  } catch (error) {
    if (!isCode(error, "EEXIST")) throw error;
    throw usageError(`There is a file ${to} already.`, "Name a new file with --to.");
  }
  note(`Written to ${to}. Look at what it would do: ${desk.self} plan ${to}`);
}

/** @throws CommandError if a row cannot be read */
async function cellsIn(content: Readable, ending: string): Promise<readonly object[]> {
  const found: object[] = [];
  for await (const { rows, fault } of readRows(content, ending)) {
    if (fault) throw usageError(fault.what, fault.fix);
    found.push(...rows.map(({ cells }) => cells));
  }
  return found;
}

const isCode = (error: unknown, code: string): boolean =>
  error instanceof Error && "code" in error && error.code === code;
