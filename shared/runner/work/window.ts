import { readControl } from "../../records/decisions/control.ts";
import { type BatchManifest, readManifest } from "../../records/manifest.ts";
import type { Site } from "../batch/site.ts";
import { type Why, pause } from "./pause.ts";

/** Pauses a batch that is about to be opened if its window has ended. @throws BATCH_DAMAGED */
export async function seeToWindow(site: Site, folder: string): Promise<void> {
  const manifest = (await readManifest(site.blobs.batches, folder))?.value;
  const why = manifest && (await pastWindow(site, folder, manifest));
  if (why) await pause(site, folder, manifest, why);
}

/** Whether the window has ended, and nobody has decided since that the batch may go on. */
export async function pastWindow(
  site: Site,
  folder: string,
  { notAfter }: BatchManifest,
): Promise<Why | undefined> {
  if (notAfter === undefined || site.clock.now() <= Date.parse(notAfter)) return undefined;
  const { decisions } = await readControl(site.blobs.batches, folder);
  const isAllowed = decisions.some(
    ({ decision, outcome, at }) =>
      (decision === "resume" || decision === "approve") && outcome === "applied" && at > notAfter,
  );
  return isAllowed
    ? undefined
    : {
        policy: "window",
        reason: `The window in which it may write has ended: notAfter was ${notAfter}. Resume it to send the rest now, or cancel it.`,
      };
}
