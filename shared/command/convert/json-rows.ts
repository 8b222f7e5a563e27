import { createReadStream } from "node:fs";

import { readInput, refusalOf } from "../../batches/formats/read-input.ts";
import { usageError } from "../terminal/command-error.ts";

/** The rows of a JSON file, with bounded memory. @throws CommandError at a fault */
export async function* readJson(path: string): AsyncGenerator<Readonly<Record<string, unknown>>> {
  for await (const { rows, fault } of readInput(createReadStream(path), "jsonl")) {
    for (const { cells } of rows) yield cells;
    if (!fault) continue;
    const { what, fix } = refusalOf(fault, undefined);
    throw usageError(what, fix);
  }
}
