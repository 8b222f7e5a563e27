import { createHash } from "node:crypto";

import type { FileVersion } from "../../records/manifest.ts";
import { LONGEST_BATCH_NAME } from "../../records/paths.ts";

/**
 * The batch name of one version of a file: readable, the same for the same path and ETag, and
 * different for any other. So an event delivered twice is one batch, and tomorrow's file is another.
 */
export function fileBatchName({ path, etag }: FileVersion): string {
  const digest = createHash("sha256").update(`${path}\n${etag}`).digest("hex").slice(0, 12);
  const readable = path
    .replace(/\.[A-Za-z]+$/, "")
    .replace(/[^A-Za-z0-9._]+/g, "-")
    .replace(/^message-/, "messages-")
    .slice(0, LONGEST_BATCH_NAME - digest.length - 1)
    .replace(/^[-.]+|[-.]+$/g, "");
  return readable === "" ? `file-${digest}` : `${readable}-${digest}`;
}

/** The folder for the refusal of a message that names no usable batch. */
export const messageFolder = (messageId: string): string => {
  const id = messageId.replace(/[^A-Za-z0-9_-]/g, "").slice(0, LONGEST_BATCH_NAME);
  return `message-${id === "" ? "unknown" : id}`;
};
