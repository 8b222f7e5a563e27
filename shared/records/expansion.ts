import * as v from "valibot";

import type { Blobs } from "../storage/types.ts";
import { expansionBlob } from "./paths.ts";
import { readStored } from "./stored-json.ts";

/** `expanded.json`: what the expanded input is. Its pieces are written first, each once. */
export interface Expansion {
  readonly version: 1;
  /** The rows of the expanded input: all parts of all rows that were sent. */
  readonly rows: number;
  /** The rows that were sent. */
  readonly inputRows: number;
  /** The columns of its rows. */
  readonly columns: readonly string[];
  readonly pieces: number;
  /** Rows of it are whole lists of members: who is not in them is removed. */
  readonly hasLists?: true | undefined;
}

const shape = v.object({
  rows: v.number(),
  inputRows: v.number(),
  columns: v.array(v.string()),
  pieces: v.number(),
  hasLists: v.optional(v.literal(true)),
});

/** The batch's expansion; `undefined` if it is not whole, or if nothing was to be expanded. @throws as `readStored` */
export const readExpansion = async (
  batches: Blobs,
  folder: string,
): Promise<Expansion | undefined> =>
  (await readStored<Expansion>(batches, expansionBlob(folder), shape))?.value;
