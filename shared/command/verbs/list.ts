import type { BatchState } from "../../records/status.ts";
import { readOverviews } from "../batch/overview.ts";
import type { Desk } from "../desk/desk.ts";
import { countsText, figure } from "../terminal/figures.ts";

/** What `list` is asked. */
export interface ListOptions {
  readonly state?: readonly BatchState[];
  readonly last: number;
}

/** Lists the batches, the latest first. */
export async function list(desk: Desk, options: ListOptions): Promise<void> {
  const { state, last } = options;
  const all = await readOverviews(await desk.account());
  const wanted = all.filter((each) => state === undefined || state.includes(each.state));
  const shown = wanted.slice(0, last);
  desk.print.list(
    shown,
    ({ batch, state: now, mode, rows, verdicts, acceptedAt }) => ({
      batch,
      state: now,
      mode,
      rows,
      verdicts: countsText(verdicts),
      acceptedAt: acceptedAt.slice(0, 19),
    }),
    state === undefined ? "There are no batches." : `No batch is ${state.join(" or ")}.`,
  );
  if (wanted.length > shown.length) {
    desk.print.note(`${figure(wanted.length - shown.length)} more: --last ${wanted.length}`);
  }
}
