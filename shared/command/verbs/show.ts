import type { Verdict } from "../../catalogue/row.ts";
import type { Control } from "../../records/decisions/control.ts";
import { describeBatch } from "../batch/describe.ts";
import { type Detail, readDetail } from "../batch/detail.ts";
import { folderFor } from "../batch/folders.ts";
import { rowCells } from "../batch/row-cells.ts";
import { type KnownRow, knownRows } from "../batch/rows.ts";
import type { Desk } from "../desk/desk.ts";
import { CommandError, exitCodes } from "../terminal/command-error.ts";
import { some } from "../terminal/figures.ts";

/** Which rows `show` lists: some verdicts, or some numbers. */
export interface RowChoice {
  readonly verdicts: readonly Verdict[];
  readonly numbers: readonly number[];
}

/** What `show` is asked. */
export interface ShowOptions {
  readonly rows?: RowChoice;
  readonly last: number;
}

/** Shows everything about one batch, or some of its rows with reason and fix. */
export async function show(desk: Desk, batch: string, options: ShowOptions): Promise<void> {
  const account = await desk.account();
  const detail = await readDetail(account, folderFor(account, batch));
  if (options.rows !== undefined) return showRows(desk, detail, options.rows, options.last);
  const { status, manifest, plan, digest, control, refused, problem } = detail;
  const value = {
    batch,
    ...status,
    digest,
    manifest,
    plan,
    refused,
    problem,
    control: ifUsed(control),
  };
  const { state, rows, verdicts, reason } = status ?? {};
  desk.print.one(value, { batch, state, rows, ...verdicts, reason }, () =>
    describeBatch(detail, desk.self),
  );
}

const ifUsed = (control: Control): Control | undefined =>
  control.decisions.length === 0 ? undefined : control;

async function showRows(
  desk: Desk,
  detail: Detail,
  { verdicts, numbers }: RowChoice,
  most: number,
): Promise<void> {
  const account = await desk.account();
  const found: KnownRow[] = [];
  let more = 0;
  for await (const rows of knownRows(account, detail)) {
    for (const row of rows) {
      if (row.parts !== undefined) continue;
      if (!verdicts.includes(row.verdict) && !numbers.includes(row.row)) continue;
      if (found.length < most) found.push(row);
      else more += 1;
    }
  }
  const missing = numbers.filter((number) => !found.some(({ row }) => row === number));
  if (numbers.length > 0 && found.length === 0) {
    throw new CommandError(
      `Batch ${detail.batch} has no row ${missing.join(", ")}.`,
      `It has ${some(detail.plan?.rows ?? detail.manifest?.rows ?? 0, "row")}; the first after the header is 1.`,
      { exitCode: exitCodes.notFound },
    );
  }
  desk.print.list(found, rowCells, `No row of ${detail.batch} is ${verdicts.join(" or ")}.`);
  if (more > 0) desk.print.note(`${some(more, "more row")}: --last, or batch report.`);
}
