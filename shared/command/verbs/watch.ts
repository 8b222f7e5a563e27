import type { Clock } from "../../core/clock.ts";
import { readDetail } from "../batch/detail.ts";
import { ending } from "../batch/ending.ts";
import { folderFor } from "../batch/folders.ts";
import { follow } from "../batch/follow.ts";
import type { Desk } from "../desk/desk.ts";
import { CommandError, exitCodes } from "../terminal/command-error.ts";

/** A batch that was sent a moment ago is there once the app, which may start cold, has taken its message. */
const PATIENCE_MS = 30_000;
const EVERY_MS = 1_000;

/** Shows a batch's progress until nothing more happens by itself. */
export async function watch(desk: Desk, batch: string): Promise<void> {
  const account = await desk.account();
  const folder = folderFor(account, batch);
  await onceThere(
    () => readDetail(account, folder),
    desk.clock,
    () => desk.print.note(`${batch} is not there yet: waiting for it`),
  );
  ending(desk, await follow({ ...desk, account }, folder));
}

/**
 * Reads a batch as soon as it is there. `onWait` is called once, when it is not there at first.
 *
 * @throws CommandError if it is not there within half a minute; any other error of `read`
 */
export async function onceThere<T>(
  read: () => Promise<T>,
  clock: Clock,
  onWait: () => void,
): Promise<T> {
  const from = clock.monotonic();
  for (let isFirst = true; ; isFirst = false) {
    try {
      return await read();
    } catch (error) {
      const isMissing = error instanceof CommandError && error.exitCode === exitCodes.notFound;
      if (!isMissing || clock.monotonic() - from >= PATIENCE_MS) throw error;
    }
    if (isFirst) onWait();
    await clock.sleep(EVERY_MS);
  }
}
