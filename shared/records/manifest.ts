import * as v from "valibot";

import type { Blobs } from "../storage/types.ts";
import { manifestBlob } from "./paths.ts";
import { readStored, type Stored } from "./stored-json.ts";
import { type Who, whoShape } from "./who.ts";

/** Whether a batch is written to the directory, or only planned. */
export type Mode = "apply" | "plan";
/** Every priority, the most urgent first. */
export const priorities = ["urgent", "normal", "background"] as const;
/** The order of work between batches. */
export type Priority = (typeof priorities)[number];
/** How an input is written down; `jsonl` is one JSON object a line, or one array of them. */
export type InputFormat = "csv" | "jsonl";

/** `batch.json`: written once, before anything else of the batch; the message that creates it owns the name. */
export interface BatchManifest {
  readonly version: 1;
  readonly batch: string;
  readonly tenant: string;
  readonly mode: Mode;
  readonly priority: Priority;
  /** The operation of every row, if the message or the folder names it; otherwise a column does. */
  readonly operation?: string | undefined;
  readonly source: BatchSource;
  /** How `input` is read. Rows of a message are stored as JSON Lines. */
  readonly format: InputFormat;
  /** The input's own columns, in its order: what report.csv starts with. */
  readonly columns: readonly string[];
  readonly rows: number;
  /** Rows of it name recipes or wanted members: what is planned is their parts (`expansion.ts`). */
  readonly expands?: true | undefined;
  /** Its input shows that nothing of it was cut off. */
  readonly isWhole?: true | undefined;
  /** What tripwires compare with earlier batches of the same source; an older release did not count it. */
  readonly profile?: InputProfile | undefined;
  /**
   * SHA-256, hex, of what decides the effect: input, operation, mapping and own recipes. The mode is no part of it, because a
   * batch that was only planned is applied under its own name.
   */
  readonly contentSha256: string;
  readonly acceptedAt: string;
  /** Who asked for it, as far as that is known. */
  readonly submitter?: Who | undefined;
  /** It writes nothing before this instant, and nothing after that one. */
  readonly notBefore?: string | undefined;
  readonly notAfter?: string | undefined;
  /** The batch whose rows this one sends again or undoes, and the decision that made it. */
  readonly origin?: BatchOrigin | undefined;
  /** How the input's columns become those of the operation; the mapping itself lies beside the input. */
  readonly mapping?: BatchMapping | undefined;
  /** The recipes of the deployment's own that rows name; their files lie beside the input. */
  readonly recipes?: readonly BatchRecipe[] | undefined;
}

/** A recipe of the deployment's own, as it was when the batch was accepted. */
export interface BatchRecipe {
  readonly name: string;
  /** In container `inbox`. */
  readonly path: string;
  /** Of the file's text, hex. */
  readonly sha256: string;
}

/** What a stored recipe must have. */
export const recipeShape = v.object({ name: v.string(), path: v.string(), sha256: v.string() });

/** The mapping of a batch. */
export interface BatchMapping {
  /** Where it came from, for messages: its path in container `inbox`, or what it stands for. */
  readonly path: string;
}

/** How an input is filled. */
export interface InputProfile {
  /** Cells with a value, by column. */
  readonly filled: Readonly<Record<string, number>>;
  /** A file of CSV that does not may have been cut off. */
  readonly endsInLineBreak: boolean;
}

/** What made a batch out of another one. */
export interface BatchOrigin {
  readonly kind: "rerun" | "undo";
  /** The name of the other batch, in the same tenant. */
  readonly of: string;
  readonly decisionId: string;
}

/** Where a batch came from. A version of a file is its path and ETag. */
export type BatchSource =
  | {
      readonly kind: "message";
      readonly messageId: string;
      readonly file?: FileVersion | undefined;
    }
  | { readonly kind: "file"; readonly file: FileVersion }
  /** No batch: it keeps the file from being run by itself, because the batch `by` runs it. */
  | { readonly kind: "claimed"; readonly file: FileVersion; readonly by: string };

/** One version of one file of the inbox. */
export interface FileVersion {
  /** In container `inbox`. */
  readonly path: string;
  readonly etag: string;
}

const fileShape = v.object({ path: v.string(), etag: v.string() });

const shape = v.object({
  batch: v.string(),
  tenant: v.string(),
  mode: v.picklist(["apply", "plan"]),
  priority: v.picklist(priorities),
  operation: v.optional(v.string()),
  source: v.variant("kind", [
    v.object({ kind: v.literal("message"), messageId: v.string(), file: v.optional(fileShape) }),
    v.object({ kind: v.literal("file"), file: fileShape }),
    v.object({ kind: v.literal("claimed"), file: fileShape, by: v.string() }),
  ]),
  format: v.picklist(["csv", "jsonl"]),
  columns: v.array(v.string()),
  rows: v.number(),
  expands: v.optional(v.literal(true)),
  isWhole: v.optional(v.literal(true)),
  profile: v.optional(
    v.object({ filled: v.record(v.string(), v.number()), endsInLineBreak: v.boolean() }),
  ),
  contentSha256: v.string(),
  acceptedAt: v.string(),
  submitter: v.optional(whoShape),
  notBefore: v.optional(v.string()),
  notAfter: v.optional(v.string()),
  origin: v.optional(
    v.object({ kind: v.picklist(["rerun", "undo"]), of: v.string(), decisionId: v.string() }),
  ),
  mapping: v.optional(v.object({ path: v.string() })),
  recipes: v.optional(v.array(recipeShape)),
});

/** The batch's manifest; `undefined` if the folder has none. @throws as `readStored` */
export const readManifest = (
  batches: Blobs,
  folder: string,
): Promise<Stored<BatchManifest> | undefined> => readStored(batches, manifestBlob(folder), shape);
