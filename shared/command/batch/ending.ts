import type { BatchStatus } from "../../records/status.ts";
import type { Desk } from "../desk/desk.ts";
import { CommandError } from "../terminal/command-error.ts";
import { countsText, some } from "../terminal/figures.ts";

/**
 * Prints how a batch stands once nothing more happens by itself.
 *
 * @throws CommandError, so that a script notices, if it is refused, held, paused or cancelled, or a row failed.
 */
export function ending({ print, self }: Desk, status: BatchStatus): void {
  const { batch, state, rows, verdicts, reason, fix } = status;
  print.one(
    status,
    { batch, state, rows, ...verdicts },
    () => `${batch} is ${state}: ${countsText(verdicts) || some(rows, "row")}`,
  );
  if (state === "finished" || state === "planned") {
    if (verdicts.failed === 0) return;
    throw new CommandError(
      `${some(verdicts.failed, "row")} failed.`,
      `See why: ${self} show ${batch} --rows failed`,
    );
  }
  throw new CommandError(
    `${batch} is ${state}${reason === undefined ? "." : `: ${reason}`}`,
    fix ?? `See more: ${self} show ${batch}`,
  );
}
