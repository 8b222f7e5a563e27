import { existsSync } from "node:fs";
import { basename, dirname, join } from "node:path";

import { batchOf } from "../../records/paths.ts";
import { type Known, type Verification, verifySeal } from "../../seal/verify-seal.ts";
import type { Blobs } from "../../storage/types.ts";
import { readDetail } from "../batch/detail.ts";
import { folderFor } from "../batch/folders.ts";
import type { Desk } from "../desk/desk.ts";
import { CommandError, exitCodes } from "../terminal/command-error.ts";
import { countsText, some } from "../terminal/figures.ts";
import { factsText, tableText } from "../terminal/table.ts";
import { folderBlobs } from "../verify/folder-blobs.ts";

/** What `verify` is asked. */
export interface VerifyOptions {
  readonly root?: string;
  readonly key?: string;
}

/** What is checked, and where it is. */
interface Place {
  readonly batches: Blobs;
  readonly folder: string;
  /** The batch's name; a downloaded folder may have any. */
  readonly batch?: string;
}

/** Compares a batch, in storage or in a downloaded folder, with its seal. */
export async function verify(desk: Desk, what: string, options: VerifyOptions): Promise<void> {
  const { batches, folder, batch: asked } = await placeOf(desk, what);
  const { root, key } = options;
  const known: Known = {
    ...(asked !== undefined && { batch: asked }),
    ...(root !== undefined && { root }),
    ...(key !== undefined && { thumbprint: key }),
  };
  const found = await verifySeal(batches, folder, known);
  if (found === undefined) {
    throw new CommandError(
      `${what} has no seal.`,
      "A batch gets one when it has finished or was cancelled; one of an earlier release has none.",
      { exitCode: exitCodes.notFound },
    );
  }
  const { seal, isWhole, signature, thumbprint, findings } = found;
  const { batch, state } = seal;
  const cells = { batch, state, whole: isWhole, signature, root: seal.root, key: thumbprint };
  desk.print.one(found, cells, () => describe(found));
  if (isWhole && signature !== "wrong") return;
  const altered = findings.filter(({ finding }) => finding !== "expired");
  throw new CommandError(
    altered.length > 0
      ? `It is not what it was when the batch ended: ${some(altered.length, "difference")}.`
      : "It is not signed by the key.",
    "Compare with the storage account's log (who wrote these blobs) and restore them from their versions (docs/runbook.md, A blob is gone).",
  );
}

/** A folder with what every batch has is what was downloaded; everything else is a batch's name. */
async function placeOf(desk: Desk, what: string): Promise<Place> {
  const path = desk.pathOf(what);
  if (["seal.json", "batch.json"].some((name) => existsSync(join(path, name)))) {
    return { batches: folderBlobs(dirname(path)), folder: basename(path) };
  }
  const account = await desk.account();
  const { folder } = await readDetail(account, folderFor(account, what));
  return { batches: account.blobs.batches, folder, batch: batchOf(folder) };
}

const SIGNATURES: Readonly<Record<Verification["signature"], string>> = {
  valid: "valid",
  wrong: "WRONG",
  unsigned: "none",
};

function describe({ seal, isWhole, signature, thumbprint, findings }: Verification): string {
  const { batch, state, verdicts, endedAt, blobs, root } = seal;
  const facts = factsText({
    batch,
    state,
    verdicts: countsText(verdicts),
    ended: endedAt,
    blobs: `${some(blobs.length, "blob")}, ${isWhole ? "each as it was then" : "NOT all as they were"}`,
    root,
    signature: `${SIGNATURES[signature]}${seal.unsigned === undefined ? "" : ` (${seal.unsigned})`}`,
    key: seal.signature?.key,
    thumbprint,
  });
  return findings.length === 0
    ? facts
    : `${facts}\n\n${tableText(findings.map((each) => ({ ...each })))}`;
}
