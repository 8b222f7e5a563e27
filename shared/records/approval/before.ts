import { hash, randomBytes } from "node:crypto";

import type { Properties } from "../../catalogue/row.ts";
import { OperatorError } from "../../core/errors.ts";
import { parseJson } from "../../core/parse-json.ts";
import { isRecord, recordOf } from "../../core/record.ts";
import type { Blobs } from "../../storage/types.ts";
import { batchDamaged } from "../damaged.ts";
import { beforeFilesIn, replay } from "../history/replay.ts";
import type { BeforeFile } from "../journal.ts";
import { beforeBlob, beforeLookBlob, journalBlob } from "../paths.ts";

/** What a row's write changes, as it was when it was last looked at, and as it will be. */
export interface RowValues {
  readonly row: number;
  /** Absent if it is known only when the row is due: an earlier row of the batch changes the object. */
  readonly before?: Properties | undefined;
  readonly after: Properties;
  /** The user principal name by which the row names its user, if it does. */
  readonly name?: string | undefined;
  /** Unfinished work of other batches could still change what was read. */
  readonly mayChange?: true | undefined;
  /** The row was held for this: it may find it only once it was released. */
  readonly held?: true | undefined;
}

/** A file of `before/`, as it was read. */
export interface ReadBefore {
  /** When what it says was read from the directory, ISO 8601. */
  readonly lookedAt: string;
  /** SHA-256 of the blob, hex. The blob begins with a random salt, so that its digest tells nothing. */
  readonly sha256: string;
  readonly rows: ReadonlyMap<number, RowValues>;
}

/** The text of a file of `before/`, and its digest. */
export function beforeText(
  lookedAt: string,
  rows: readonly RowValues[],
): { readonly text: string; readonly sha256: string } {
  const head = { version: 1, salt: randomBytes(16).toString("hex"), lookedAt };
  const text = [head, ...rows].map((line) => `${JSON.stringify(line)}\n`).join("");
  return { text, sha256: hash("sha256", text, "hex") };
}

/**
 * Stores what was read of a shard's rows: when it was planned, or at the runner's `look` of that number.
 * The blobs are deleted by a rule of the storage account, which knows them by their tag.
 */
export async function writeBefore(
  batches: Blobs,
  folder: string,
  shard: number,
  values: {
    readonly lookedAt: string;
    readonly rows: readonly RowValues[];
    readonly look?: number;
  },
): Promise<BeforeFile> {
  const { text, sha256 } = beforeText(values.lookedAt, values.rows);
  const { look } = values;
  const path = look === undefined ? beforeBlob(folder, shard) : beforeLookBlob(folder, shard, look);
  await batches.write(path, text, { tags: { kind: "before" } });
  return { look, sha256 };
}

/** A file of `before/`; `undefined` if it is not there (any more). @throws OperatorError BATCH_DAMAGED */
export async function readBeforeFile(
  batches: Blobs,
  folder: string,
  shard: number,
  look?: number,
): Promise<ReadBefore | undefined> {
  const path = look === undefined ? beforeBlob(folder, shard) : beforeLookBlob(folder, shard, look);
  const blob = await batches.read(path);
  if (blob === undefined) return undefined;
  const [head = "", ...lines] = blob.bytes.toString("utf8").split("\n");
  if (lines.pop() !== "") throw batchDamaged(path, "is cut short");
  const { version, lookedAt } = parsed(head) ?? {};
  if (version !== 1 || typeof lookedAt !== "string") throw batchDamaged(path, "is damaged");
  const rows = new Map<number, RowValues>();
  for (const [at, line] of lines.entries()) {
    const values = valuesIn(parsed(line));
    if (values === undefined) throw batchDamaged(path, `is damaged in line ${at + 2}`);
    rows.set(values.row, values);
  }
  return { lookedAt, sha256: hash("sha256", blob.bytes, "hex"), rows };
}

/**
 * What the rows of a shard changed, by row: as it was when the row was last looked at before it was
 * written, and as it is since. A row is absent if nothing of it was to be written, or if it was not
 * looked at yet.
 *
 * @throws OperatorError BATCH_DAMAGED if a file that the shard's journal names is gone (they are kept
 * for 30 days) or is not what was written.
 */
export async function readBefore(
  batches: Blobs,
  folder: string,
  shard: number,
): Promise<ReadonlyMap<number, { readonly before: Properties; readonly after: Properties }>> {
  const found = new Map<number, { before: Properties; after: Properties }>();
  const filesIn = (text: string): readonly BeforeFile[] =>
    replay(journalBlob(folder, shard), text).before;
  for (const [row, values] of await valuesNamed(batches, { folder, shard, filesIn }, thrown)) {
    const { before, after } = values;
    if (before) found.set(row, { before, after });
  }
  return found;
}

function thrown(error: OperatorError): never {
  throw error;
}

/**
 * The same with rows that were not looked at yet, for a caller who has read the whole journal: damage to its other
 * lines is not seen here. `lost` is told of each file that is gone or was altered.
 */
export const readValues = (
  batches: Blobs,
  folder: string,
  shard: number,
  lost: (error: OperatorError) => void = () => undefined,
): Promise<ReadonlyMap<number, RowValues>> =>
  valuesNamed(batches, { folder, shard, filesIn: beforeFilesIn }, lost);

async function valuesNamed(
  batches: Blobs,
  where: {
    readonly folder: string;
    readonly shard: number;
    readonly filesIn: (journal: string) => readonly BeforeFile[];
  },
  lost: (error: OperatorError) => void,
): Promise<ReadonlyMap<number, RowValues>> {
  const { folder, shard, filesIn } = where;
  const journal = await batches.read(journalBlob(folder, shard));
  const named = journal ? filesIn(journal.bytes.toString("utf8")) : [];
  // Before its first row is sent, a shard has only the file of its plan, which no journal names yet.
  const files = named.length > 0 ? named : [{ look: undefined, sha256: undefined }];
  const found = new Map<number, RowValues>();
  for (const { look, sha256 } of files) {
    const file = await readBeforeFile(batches, folder, shard, look).catch(damagedTo(lost));
    if (file === "damaged") continue;
    const place =
      look === undefined ? beforeBlob(folder, shard) : beforeLookBlob(folder, shard, look);
    const isAltered = file && sha256 !== undefined && sha256 !== file.sha256;
    if (isAltered) lost(altered(place));
    else if (file) for (const [row, values] of file.rows) found.set(row, values);
    else if (sha256 !== undefined) lost(gone(place));
  }
  return found;
}

/** Tells of a file that cannot be read; an outage is thrown. */
const damagedTo =
  (lost: (error: OperatorError) => void) =>
  (error: unknown): "damaged" => {
    if (!(error instanceof OperatorError) || error.code !== "BATCH_DAMAGED") throw error;
    lost(error);
    return "damaged";
  };

const gone = (path: string) =>
  batchDamaged(path, "is gone, and with it the values from before the write", {
    fix: "They are kept for 30 days (beforeRetentionDays in infra/main.bicepparam). Within 14 days of its deletion the blob can be restored (docs/runbook.md, A blob is gone).",
  });

const altered = (path: string) =>
  batchDamaged(path, "is not what was written: the batch's journal has another digest of it", {
    fix: "Restore the blob from an earlier version (docs/runbook.md, A blob is gone). Do not use its values.",
  });

function parsed(line: string): Properties | undefined {
  try {
    return recordOf(parseJson(line));
  } catch {
    return undefined;
  }
}

function valuesIn(line: Properties | undefined): RowValues | undefined {
  const { row, before, after, name, mayChange, held } = line ?? {};
  if (typeof row !== "number" || !isRecord(after)) return undefined;
  if (before !== undefined && !isRecord(before)) return undefined;
  if (name !== undefined && typeof name !== "string") return undefined;
  return {
    row,
    before,
    after,
    name,
    ...(mayChange === true && { mayChange }),
    ...(held === true && { held }),
  };
}
