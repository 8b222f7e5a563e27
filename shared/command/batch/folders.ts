import { isGuid } from "../../core/object-id.ts";
import { batchOf } from "../../records/paths.ts";
import type { Account } from "../account/account.ts";
import { CommandError, exitCodes, usageError } from "../terminal/command-error.ts";

/** The folder of a batch: its name in the home tenant, below the tenant's id in another. */
export function folderFor(account: Pick<Account, "tenant">, batch: string): string {
  if (!/^[A-Za-z0-9._-]+$/.test(batch) || batch.endsWith(".")) {
    throw usageError(
      "That is no batch's name.",
      "A name consists of A-Z a-z 0-9 . _ and -, without a dot at its end; `batch list` shows them.",
    );
  }
  return account.tenant === undefined ? batch : `${account.tenant}/${batch}`;
}

/** The folders of the batches of the tenant that is meant. */
export async function* batchFolders(account: Account): AsyncGenerator<string> {
  const prefix = account.tenant === undefined ? "" : `${account.tenant}/`;
  for await (const name of account.folders("batches", prefix)) {
    const folder = name.slice(0, -1);
    // In the home tenant's list, a GUID is the folder of another tenant.
    if (!isGuid(batchOf(folder))) yield folder;
  }
}

/** The error of a batch that is not there. */
export const noSuchBatch = (folder: string): CommandError =>
  new CommandError(
    `There is no batch ${batchOf(folder)}.`,
    "See them: `batch list`. A file of inbox gets its batch once it is found (within five minutes); a batch of another tenant needs --tenant.",
    { exitCode: exitCodes.notFound },
  );
