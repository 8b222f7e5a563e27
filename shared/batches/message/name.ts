import { createHash } from "node:crypto";

import { isGuid } from "../../core/object-id.ts";
import type { FileVersion } from "../../records/manifest.ts";

const LONGEST = 64;

/**
 * The rule that a batch name breaks, as the end of "must …", or `undefined` if it breaks none. Names
 * are folders beside tenant folders and `message-…` folders, so those are reserved; and storage drops
 * a dot at the end of a path segment.
 */
export function nameRuleBroken(name: string): string | undefined {
  if (name.length < 1 || name.length > LONGEST) return "have 1 to 64 characters";
  if (!/^[A-Za-z0-9._-]+$/.test(name)) return "consist of A-Z a-z 0-9 . _ and - only";
  if (name.endsWith(".")) return "not end with a dot";
  if (isGuid(name)) return "not look like a tenant id";
  return name.startsWith("message-") ? "not start with message-" : undefined;
}

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
    .slice(0, LONGEST - digest.length - 1)
    .replace(/^[-.]+|[-.]+$/g, "");
  return readable === "" ? `file-${digest}` : `${readable}-${digest}`;
}

/** The folder for the refusal of a message that names no usable batch. */
export const messageFolder = (messageId: string): string => {
  const id = messageId.replace(/[^A-Za-z0-9_-]/g, "").slice(0, LONGEST);
  return `message-${id === "" ? "unknown" : id}`;
};
