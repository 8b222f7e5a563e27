import { readDetail } from "../batch/detail.ts";
import { ending } from "../batch/ending.ts";
import { folderFor } from "../batch/folders.ts";
import { follow } from "../batch/follow.ts";
import type { Desk } from "../desk/desk.ts";

/** Shows a batch's progress until nothing more happens by itself. */
export async function watch(desk: Desk, batch: string): Promise<void> {
  const account = await desk.account();
  const folder = folderFor(account, batch);
  await readDetail(account, folder);
  ending(desk, await follow({ ...desk, account }, folder));
}
