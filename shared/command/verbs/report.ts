import { createWriteStream, mkdirSync } from "node:fs";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";

import { csvReportBlob, htmlReportBlob, jsonReportBlob } from "../../records/paths.ts";
import { readDetail } from "../batch/detail.ts";
import { folderFor } from "../batch/folders.ts";
import type { Desk } from "../desk/desk.ts";
import { CommandError, exitCodes } from "../terminal/command-error.ts";
import { some } from "../terminal/figures.ts";
import { open } from "../terminal/open.ts";
import { downloadFolder } from "../verify/download.ts";

/** What `report` is asked. */
export interface ReportOptions {
  readonly to?: string;
  readonly all?: boolean;
  readonly open: boolean;
}

/** Downloads the reports of a batch, and opens the page. */
export async function report(desk: Desk, batch: string, options: ReportOptions): Promise<void> {
  const account = await desk.account();
  const { folder, status } = await readDetail(account, folderFor(account, batch));
  const to = desk.pathOf(options.to ?? batch);
  if (options.all === true) {
    const onFile = (files: number): void => desk.print.redraw(`${files} files …`);
    const all = await downloadFolder(account.blobs.batches, folder, to, onFile);
    desk.print.redraw("");
    return desk.print.one({ folder: to, files: all.length }, { to, files: all.length }, () =>
      [
        `${some(all.length, "file")} in ${to}`,
        ...(all.some((file) => file.endsWith("seal.json"))
          ? [`prove it: ${desk.self} verify ${options.to ?? batch}`]
          : []),
      ].join("\n"),
    );
  }
  const files: string[] = [];
  for (const blobOf of [htmlReportBlob, csvReportBlob, jsonReportBlob]) {
    const path = blobOf(folder);
    const blob = await account.blobs.batches.stream(path);
    if (blob === undefined) continue;
    mkdirSync(to, { recursive: true });
    const file = join(to, path.slice(path.lastIndexOf("/") + 1));
    await pipeline(blob.body, createWriteStream(file));
    files.push(file);
  }
  const [page] = files;
  if (page === undefined) {
    throw new CommandError(
      `Batch ${batch} has no report: it is ${status?.state ?? "accepted"}.`,
      status?.state === "refused"
        ? `Nothing was planned; see why: ${desk.self} show ${batch}`
        : `It has one once it ends: ${desk.self} watch ${batch}. Its rows so far: ${desk.self} show ${batch} --rows failed`,
      { exitCode: exitCodes.notFound },
    );
  }
  desk.print.list(files, (file) => ({ file }), "");
  if (!options.open) return;
  open(page, desk.environment, () =>
    desk.print.note(`It could not be opened; open ${page} yourself.`),
  );
}
