import { leaseLost } from "./errors.ts";
import type { Blobs, WriteCondition } from "./types.ts";

/** A blob of JSON that one process writes until another one does. */
export interface FencedJson {
  /** The text as it was found; `undefined` if there was no blob. */
  readonly found: string | undefined;
  /**
   * Replaces the version that this process found or wrote last.
   * @throws OperatorError LEASE_LOST if another process has written, made or deleted the blob since
   */
  write(text: string): Promise<void>;
}

/**
 * Opens a blob to be read once and written from then on; `superseded` is the error's sentence. A blob that
 * is known to be absent, because its folder is new, is not read.
 */
export async function openFencedJson(
  blobs: Blobs,
  path: string,
  superseded: string,
  isAbsent = false,
): Promise<FencedJson> {
  const found = isAbsent ? undefined : await blobs.read(path);
  let condition: WriteCondition = found ? { ifMatch: found.etag } : { ifAbsent: true };
  return {
    found: found?.bytes.toString("utf8"),
    write: async (text) => {
      const written = await blobs.write(path, text, condition);
      if (written === undefined) throw leaseLost(superseded);
      condition = { ifMatch: written.etag };
    },
  };
}
