import * as v from "valibot";

import type { Blobs } from "../storage/types.ts";
import { refusedBlob } from "./paths.ts";
import { readStored } from "./stored-json.ts";

/** `refused.json`: why no row of an input was run, where the mistake is, and what to do. */
export interface Refused {
  readonly version: 1;
  readonly batch: string;
  readonly code: string;
  readonly what: string;
  readonly fix: string;
  readonly file?: string | undefined;
  readonly row?: number | undefined;
  readonly column?: string | undefined;
  readonly at: string;
}

const shape = v.object({ code: v.string(), what: v.string(), fix: v.string() });

/** Why the batch was refused; `undefined` if it was not. @throws as `readStored` */
export const readRefused = async (batches: Blobs, folder: string): Promise<Refused | undefined> =>
  (await readStored<Refused>(batches, refusedBlob(folder), shape))?.value;
