import type { Clock } from "../../core/clock.ts";
import { batchOf } from "../../records/paths.ts";
import { type BatchState, type BatchStatus, readStatus } from "../../records/status.ts";
import type { Blobs } from "../../storage/types.ts";
import type { Printer } from "../terminal/printer.ts";
import { progressLine } from "../terminal/progress.ts";

/** How often a status is read, milliseconds; it changes every five seconds at most. */
const EVERY_MS = 1_000;
/** How often a line is written if nobody can see it change, milliseconds. */
const LINE_EVERY_MS = 30_000;

/** After so long without a status something may be wrong, milliseconds: a cold start takes less. */
const PATIENCE_MS = 60_000;

/** The states in which nothing more happens by itself. */
export const isStill = (state: BatchState): boolean => !["accepted", "running"].includes(state);

/** Whoever follows a batch. */
interface Follower {
  readonly account: { readonly blobs: { readonly batches: Blobs } };
  readonly print: Printer;
  readonly clock: Clock;
  readonly self: string;
  readonly ifEnded: (says: string) => void;
}

/**
 * Shows a batch's progress until nothing more happens by itself: finished, refused, cancelled, or until a
 * person decides.
 */
export async function follow(
  { account, print, clock, self, ifEnded }: Follower,
  folder: string,
  options: { readonly isOver?: (status: BatchStatus) => boolean } = {},
): Promise<BatchStatus> {
  const isOver = options.isOver ?? (({ state }) => isStill(state));
  const batch = batchOf(folder);
  ifEnded(
    `${batch} goes on without this. Follow it: ${self} watch ${batch}; stop it: ${self} cancel ${batch}`,
  );
  let lastState: string | undefined;
  let lastLineMs = -Infinity;
  let missedUntilMs = clock.monotonic() + PATIENCE_MS;
  for (;;) {
    const status = await readStatus(account.blobs.batches, folder);
    if (status !== undefined) {
      const line = progressLine(status);
      print.redraw(line);
      const isDue = clock.monotonic() - lastLineMs >= LINE_EVERY_MS;
      const isEnd = isOver(status);
      if (!print.isTerminal && (isDue || isEnd || status.state !== lastState)) {
        print.note(line);
        lastLineMs = clock.monotonic();
      }
      lastState = status.state;
      if (isEnd) {
        if (print.isTerminal) {
          print.redraw("");
          print.note(line);
        }
        return status;
      }
    }
    if (lastState === undefined && clock.monotonic() >= missedUntilMs) {
      print.note(`Nothing has accepted it yet. See whether the app runs: ${self} doctor`);
      missedUntilMs = Infinity;
    }
    await clock.sleep(EVERY_MS);
  }
}
