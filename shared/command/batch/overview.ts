import type { VerdictCounts } from "../../catalogue/row.ts";
import type { BatchManifest } from "../../records/manifest.ts";
import { readManifest } from "../../records/manifest.ts";
import { batchOf } from "../../records/paths.ts";
import { type BatchState, type BatchStatus, readStatus } from "../../records/status.ts";
import type { Account } from "../account/account.ts";
import { batchFolders } from "./folders.ts";

/** So many batches are read at a time. */
const AT_ONCE = 24;

/** What a list shows of a batch. */
export interface Overview {
  readonly batch: string;
  readonly state: BatchState;
  readonly mode?: string | undefined;
  readonly priority?: string | undefined;
  readonly rows: number;
  readonly verdicts: VerdictCounts;
  readonly acceptedAt: string;
  readonly updatedAt: string;
  readonly reason?: string | undefined;
}

/** Every batch of the tenant that is meant, the latest first. */
export async function readOverviews(account: Account): Promise<Overview[]> {
  const folders: string[] = [];
  for await (const folder of batchFolders(account)) folders.push(folder);
  const found: Overview[] = [];
  const next = folders[Symbol.iterator]();
  const work = async (): Promise<void> => {
    for (const folder of next) {
      const overview = await readOverview(account, folder);
      if (overview !== undefined) found.push(overview);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return found.toSorted((a, b) => (a.acceptedAt < b.acceptedAt ? 1 : -1));
}

/** `undefined` if the folder is no batch's: a file that another batch runs leaves such a one. */
async function readOverview(account: Account, folder: string): Promise<Overview | undefined> {
  const { batches } = account.blobs;
  const [manifest, status] = await Promise.all([
    readManifest(batches, folder),
    readStatus(batches, folder),
  ]);
  const kept = manifest?.value;
  if (status === undefined || kept?.source.kind === "claimed") return undefined;
  return overviewOf(batchOf(folder), kept, status);
}

const overviewOf = (
  batch: string,
  manifest: BatchManifest | undefined,
  status: BatchStatus,
): Overview => ({
  batch,
  state: status.state,
  mode: manifest?.mode,
  priority: manifest?.priority,
  rows: manifest?.rows ?? status.rows,
  verdicts: status.verdicts,
  acceptedAt: manifest?.acceptedAt ?? status.updatedAt,
  updatedAt: status.updatedAt,
  reason: status.reason,
});
