import { OperatorError } from "../../core/errors.ts";
import { isGuid } from "../../core/object-id.ts";
import { readManifest } from "../../records/manifest.ts";
import type { Account } from "../account/account.ts";
import { readDetail } from "./detail.ts";
import { batchFolders } from "./folders.ts";
import { mayName } from "./may-name.ts";
import { type KnownRow, knownRows } from "./rows.ts";

/** One row that names the object. */
export interface Found {
  readonly batch: string;
  readonly state: string;
  readonly acceptedAt: string;
  readonly row: KnownRow;
}

/** The columns that name a row's subject; its object id belongs to what they say. */
const SUBJECTS = ["user", "userPrincipalName", "member"];

/** What was found, and which batches could not be read. */
export interface Search {
  readonly found: readonly Found[];
  /** In words, with what to do. */
  readonly unread: readonly string[];
}

/** So many batches are read at a time. */
const AT_ONCE = 12;

/**
 * Every row of every batch that names an object, in finished batches and in running ones. A row may name
 * it by its user principal name or by its id: what one row shows to be the other name is looked for too.
 */
export async function findObject(
  account: Account,
  name: string,
  onBatch: (batches: number) => void,
): Promise<Search> {
  const folders: string[] = [];
  for await (const folder of batchFolders(account)) folders.push(folder);
  const names = new Set([name.toLowerCase()]);
  const found = new Map<string, Found>();
  const unread = new Map<string, string>();
  const searchOne = async (folder: string, wanted: readonly string[]): Promise<void> => {
    for await (const hit of findIn(account, folder, wanted)) {
      found.set(`${folder} ${hit.row.parts === undefined ? "" : "sent "}${hit.row.row}`, hit);
      for (const other of otherNames(hit.row, wanted)) names.add(other);
    }
  };
  for (let known = 0; known < names.size;) {
    known = names.size;
    const wanted = [...names];
    const next = folders.entries();
    const work = async (): Promise<void> => {
      for (const [at, folder] of next) {
        onBatch(at);
        await searchOne(folder, wanted).catch((error: unknown) => {
          if (!(error instanceof OperatorError) || !DAMAGES.includes(error.code)) throw error;
          unread.set(folder, `${folder} could not be read: ${error.what} ${error.fix}`);
        });
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
  }
  return { found: [...found.values()].toSorted(byAge), unread: [...unread.values()] };
}

/** What is wrong with one batch only. */
const DAMAGES: readonly string[] = ["BATCH_DAMAGED", "VERSION_UNKNOWN"];

/** The latest batch first, its rows in their order. */
const byAge = (a: Found, b: Found): number =>
  a.acceptedAt === b.acceptedAt ? a.row.row - b.row.row : a.acceptedAt < b.acceptedAt ? 1 : -1;

async function* findIn(
  account: Account,
  folder: string,
  names: readonly string[],
): AsyncGenerator<Found> {
  const manifest = (await readManifest(account.blobs.batches, folder))?.value;
  // A claimed file is no batch: another one runs it.
  if (manifest === undefined || manifest.source.kind === "claimed") return;
  if (!(await mayName(account, folder, manifest.format, names))) return;
  const detail = await readDetail(account, folder);
  const { batch, status } = detail;
  for await (const rows of knownRows(account, detail)) {
    for (const row of rows) {
      if (!isNamed(row, names)) continue;
      const { acceptedAt } = manifest;
      yield { batch, state: status?.state ?? "accepted", acceptedAt, row };
    }
  }
}

const isNamed = ({ cells, objectId }: KnownRow, names: readonly string[]): boolean =>
  (objectId !== undefined && names.includes(objectId.toLowerCase())) ||
  Object.values(cells).some(
    (cell) => typeof cell === "string" && names.includes(cell.trim().toLowerCase()),
  );

/** The id of what a subject's name names, and the name of what an id is. */
function* otherNames({ cells, objectId }: KnownRow, names: readonly string[]): Generator<string> {
  if (objectId === undefined) return;
  const id = objectId.toLowerCase();
  for (const column of SUBJECTS) {
    const cell = cells[column];
    if (typeof cell !== "string") continue;
    const subject = cell.trim().toLowerCase();
    if (names.includes(subject) && !isGuid(subject)) yield id;
    if (names.includes(id) && subject.includes("@")) yield subject;
  }
}
