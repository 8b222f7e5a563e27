import type { BlobFacts, Blobs } from "../../storage/types.ts";
import { LONGEST_MAPPING } from "./mapping.ts";

/** The shortest time after which a rule of the account may delete a file of `inbox` is a day. */
const RENEWED_AFTER_MS = 12 * 60 * 60_000;

/**
 * Writes a mapping over itself, because files of `inbox` are deleted so many days after they were written, and a
 * mapping stays. One that somebody replaces or deletes at this moment is left alone.
 */
export async function renewMapping(
  inbox: Blobs,
  { path, etag, bytes, lastModifiedMs }: BlobFacts,
  nowMs: number,
): Promise<void> {
  if (nowMs - lastModifiedMs < RENEWED_AFTER_MS || bytes > LONGEST_MAPPING) return;
  const found = await inbox.read(path);
  if (found?.etag === etag) await inbox.write(path, found.bytes, { ifMatch: etag });
}
