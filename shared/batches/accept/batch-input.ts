import { Readable } from "node:stream";

import { InputRefusal } from "../../core/input-refusal.ts";
import type { Limits } from "../../core/limits.ts";
import type { FileVersion, InputFormat } from "../../records/manifest.ts";
import type { BlobFacts, Blobs } from "../../storage/types.ts";
import { fileTooLarge } from "../input/check-input.ts";
import { readInboxPath } from "../input/inbox-path.ts";
import { keptColumns } from "../input/mapped-columns.ts";
import { findMapping } from "../mapping/find-mapping.ts";
import type { Mapper } from "../mapping/mapper.ts";
import { mappingInvalid } from "../mapping/refusal.ts";
import type { BatchMessage } from "../message/envelope.ts";

/** The rows of a batch as they were sent: from a message, or from one version of a file. */
export interface BatchInput {
  readonly format: InputFormat;
  readonly operation?: string | undefined;
  readonly file?: FileVersion | undefined;
  /** How its columns are read, if its folder has a mapping; of a batch that has its name, it lies there. */
  readonly mapper?: Mapper | undefined;
  /** The group that its folder may name. */
  readonly group?: string | undefined;
  /** How many rows its message says that it has. */
  readonly rowCount?: number | undefined;
  /** All of it, if it came in a message and is small. */
  readonly text?: string;
  /** The file is still being written. */
  readonly isGrowing?: boolean;
  /**
   * The bytes from the beginning, any number of times, always of the same version.
   * @throws InputRefusal FILE_CHANGED or FILE_NOT_FOUND once that version is gone.
   */
  bytes(): Promise<Readable>;
}

/** Rows that came in the message, as the JSON Lines in which they are stored. */
export function messageInput(message: BatchMessage): BatchInput {
  const lines = (message.rows ?? []).map((row) => `${JSON.stringify(row)}\n`).join("");
  return {
    format: "jsonl",
    operation: message.operation,
    text: lines,
    bytes: async () => Readable.from([Buffer.from(lines)]),
  };
}

/** The operation that a message names for its file, and the version that an event named. */
export interface FileRequest {
  readonly path: string;
  readonly operation?: string | undefined;
  /** Without an ETag, the version that is there now. */
  readonly etag?: string | undefined;
}

/**
 * One version of a file in `inbox`.
 *
 * @throws InputRefusal FILE_NAME_INVALID, OPERATION_UNKNOWN, FILE_NOT_FOUND, FILE_CHANGED,
 * FILE_TOO_LARGE; MAPPING_INVALID; MESSAGE_INVALID if message and folder name different operations.
 */
export async function fileInput(
  inbox: Blobs,
  { path, operation, etag }: FileRequest,
  rules: {
    readonly operations: readonly string[];
    readonly limits: Limits;
    readonly nowMs: number;
  },
): Promise<BatchInput> {
  const named = readInboxPath(path, rules.operations);
  if (operation !== undefined && named.operation !== undefined && operation !== named.operation) {
    throw new InputRefusal(
      "MESSAGE_INVALID",
      `The message names ${operation}, the file's folder ${named.operation}.`,
      "Leave operation out of the message, or move the file.",
      { file: path },
    );
  }
  const found = await inbox.stream(path, etag === undefined ? {} : { ifMatch: etag });
  found?.body.destroy();
  if (found === undefined) throw await goneFrom(inbox, path);
  if (found.facts.bytes > rules.limits.fileBytes) throw fileTooLarge(rules.limits.fileBytes, path);
  const { operations } = rules;
  const mapper = await findMapping(inbox, path, { operations, kept: keptColumns });
  const own = operation ?? named.operation;
  const mapped = mapper?.mapping.operation;
  if (mapper && own !== undefined && mapped !== undefined && mapped !== own) {
    const what = `it says ${mapped}, and the message or the folder ${own}`;
    throw mappingInvalid(mapper.path, "operation", what, "Keep one of them.");
  }
  return {
    mapper,
    group: named.group,
    isGrowing: isGrowing(found.facts, rules.nowMs),
    ...versionInput(inbox, {
      file: { path, etag: found.facts.etag },
      format: named.format,
      operation: own ?? mapped,
    }),
  };
}

/**
 * An append blob is taken as whole once it is sealed, or so long after its last append. Each append makes
 * a new version of it, so that otherwise one file would become many batches, each with half of the rows.
 */
const WHOLE_AFTER_MS = 10 * 60_000;

/** Whether a file may still be being written. */
export const isGrowing = (
  { mayGrow, lastModifiedMs }: Pick<BlobFacts, "mayGrow" | "lastModifiedMs">,
  nowMs: number,
): boolean => mayGrow === true && nowMs - lastModifiedMs < WHOLE_AFTER_MS;

/** A version of a file that was found earlier; `bytes` fails if it is no longer there. */
export const versionInput = (
  inbox: Blobs,
  known: Pick<BatchInput, "format" | "operation"> & { readonly file: FileVersion },
): BatchInput => ({
  ...known,
  bytes: async () => {
    const { path, etag } = known.file;
    const opened = await inbox.stream(path, { ifMatch: etag });
    if (opened === undefined) throw await goneFrom(inbox, path);
    return opened.body;
  },
});

/** The ETag of the version that is in `inbox` now; `undefined` if there is none. */
export async function presentEtag(inbox: Blobs, path: string): Promise<string | undefined> {
  const found = await inbox.stream(path);
  found?.body.destroy();
  return found?.facts.etag;
}

async function goneFrom(inbox: Blobs, path: string): Promise<InputRefusal> {
  return (await presentEtag(inbox, path)) === undefined
    ? new InputRefusal(
        "FILE_NOT_FOUND",
        "There is no such file in the container inbox (any more).",
        path.startsWith("inbox/")
          ? 'Leave out "inbox/" at the beginning: the path is inside that container. Nothing of it was run.'
          : "Upload it, and only then send the message; upper and lower case of the path count. Nothing of it was run.",
        { file: path },
      )
    : new InputRefusal(
        "FILE_CHANGED",
        "The file was replaced before it was read, so nothing of this version was run.",
        "No action needed if you want the newer file: it is a batch of its own. Otherwise upload the older file again under another name.",
        { file: path },
      );
}
