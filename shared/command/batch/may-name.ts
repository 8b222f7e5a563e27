import { decodeText } from "../../batches/formats/encoding.ts";
import { isGuid } from "../../core/object-id.ts";
import type { InputFormat } from "../../records/manifest.ts";
import { inputBlob, journalsPrefix, shardsPrefix } from "../../records/paths.ts";
import type { Blobs } from "../../storage/types.ts";
import type { Account } from "../account/account.ts";

/** No name is longer; so much of a piece is looked at together with the next one. */
const LONGEST_NAME = 256;

/**
 * Whether a batch may name an object: its texts hold one of the names. It spares most batches the reading
 * of every row. An object id may also stand in what was planned or answered only.
 */
export async function mayName(
  { blobs: { batches } }: Account,
  folder: string,
  format: InputFormat,
  names: readonly string[],
): Promise<boolean> {
  const input = await batches.stream(inputBlob(folder));
  // JSON may write a letter by its number: then only reading the rows tells.
  const wanted = format === "jsonl" ? [...names, String.raw`\u`] : names;
  if (input !== undefined && (await holds(decodeText(input.body), wanted))) return true;
  const ids = names.filter(isGuid);
  if (ids.length === 0) return false;
  return (
    (await anyHolds(batches, shardsPrefix(folder), ids)) ||
    (await anyHolds(batches, journalsPrefix(folder), ids))
  );
}

async function anyHolds(
  batches: Blobs,
  prefix: string,
  names: readonly string[],
): Promise<boolean> {
  for await (const { path } of batches.list(prefix)) {
    const blob = await batches.stream(path);
    if (blob !== undefined && (await holds(decodeText(blob.body), names))) return true;
  }
  return false;
}

/** Whether a text that comes in pieces holds one of some names, in upper or lower case. */
async function holds(pieces: AsyncIterable<string>, names: readonly string[]): Promise<boolean> {
  let end = "";
  for await (const piece of pieces) {
    const text = end + piece.toLowerCase();
    if (names.some((name) => text.includes(name))) return true;
    end = text.slice(-LONGEST_NAME);
  }
  return false;
}
