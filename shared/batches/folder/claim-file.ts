import { InputRefusal } from "../../core/input-refusal.ts";
import { readControl } from "../../records/decisions/control.ts";
import { readManifest, type BatchManifest, type FileVersion } from "../../records/manifest.ts";
import { folderOf, manifestBlob } from "../../records/paths.ts";
import { readRefused } from "../../records/refused.ts";
import { readStatus } from "../../records/status.ts";
import { jsonText } from "../../records/stored-json.ts";
import type { Blobs } from "../../storage/types.ts";
import { fileBatchName } from "../message/name.ts";

/** The folder that a version of a file would have as a separate batch. */
export const fileFolder = (homeTenant: string, file: FileVersion): string =>
  folderOf(homeTenant, homeTenant, fileBatchName(file));

/**
 * Prevents a file that a message names from being run a second time: as a separate batch, when its
 * event or the sweep comes, or by another message. The claim is the `batch.json` of the file's own batch.
 * A batch that wrote nothing and will write nothing gives its claim up: one that was refused, only
 * planned, held by a guard and not approved, or cancelled before it changed anything.
 *
 * @throws InputRefusal FILE_ALREADY_TAKEN
 */
export async function claimFile(
  batches: Blobs,
  homeTenant: string,
  claimer: { readonly manifest: BatchManifest; readonly folder: string },
  file: FileVersion,
): Promise<void> {
  const folder = fileFolder(homeTenant, file);
  const claim: BatchManifest = {
    ...claimer.manifest,
    batch: fileBatchName(file),
    source: { kind: "claimed", file, by: claimer.folder },
  };
  for (;;) {
    const holder = await readManifest(batches, folder);
    const source = holder?.value.source;
    const isOwn = source?.kind === "claimed" && source.by === claimer.folder;
    if (isOwn && isSameContent(holder?.value, claim)) return;
    if (holder && !isOwn && !(await hasGivenUp(batches, folder, holder.value))) {
      throw new InputRefusal(
        "FILE_ALREADY_TAKEN",
        `The file was already run, as batch ${source?.kind === "claimed" ? source.by : folder}.`,
        "See that batch for the result. To run the rows again, upload the file again. Put files that messages name into inbox/staged/: they are not run by themselves there.",
        { file: file.path },
      );
    }
    const condition = holder ? { ifMatch: holder.etag } : ({ ifAbsent: true } as const);
    // If another delivery was faster, the loop looks at its claim.
    if (await batches.write(manifestBlob(folder), jsonText(claim), condition)) return;
  }
}

const isSameContent = (one: BatchManifest | undefined, other: BatchManifest): boolean =>
  one?.contentSha256 === other.contentSha256;

async function hasGivenUp(batches: Blobs, folder: string, holder: BatchManifest): Promise<boolean> {
  const place = holder.source.kind === "claimed" ? holder.source.by : folder;
  if ((await readRefused(batches, place)) !== undefined) return true;
  // If its name has a batch of other content by now, it was refused.
  const now = await readManifest(batches, place);
  if (now !== undefined && !isSameContent(now.value, holder)) return true;
  const status = await readStatus(batches, place);
  if (status !== undefined && status.verdicts.done > 0) return false;
  if (status?.state === "cancelled") return true;
  if (status?.state !== "held" && holder.mode !== "plan") return false;
  // Once it is approved, it runs.
  return (await readControl(batches, place)).approved.length === 0;
}
