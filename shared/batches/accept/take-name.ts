import { readManifest, type BatchManifest } from "../../records/manifest.ts";
import {
  folderPrefix,
  inputBlob,
  isBeforeTheName,
  manifestBlob,
  planBlob,
  problemBlob,
  refusedBlob,
  shardsPrefix,
} from "../../records/paths.ts";
import { readRefused } from "../../records/refused.ts";
import { jsonText, type Stored } from "../../records/stored-json.ts";
import type { Blobs } from "../../storage/types.ts";

/** Who has a folder. */
export type Holder =
  | { readonly kind: "nobody" }
  /** A batch that was refused: it did nothing, so its name is free again. */
  | { readonly kind: "refused"; readonly stored?: Stored<BatchManifest> | undefined }
  | { readonly kind: "batch"; readonly manifest: BatchManifest }
  /**
   * A batch whose manifest is gone, by a lifecycle rule or a mistake, and not all that it wrote. Its
   * name is not free: a new batch would take its plan, its status or its journal for its own.
   */
  | { readonly kind: "remains" };

/** Who lets a new batch have the folder. */
export type FreeHolder = Extract<Holder, { kind: "nobody" | "refused" }>;

/** Whether anything of an earlier batch lies in a folder that has no manifest. */
export async function hasRemains(batches: Blobs, folder: string): Promise<boolean> {
  for await (const { path } of batches.list(folderPrefix(folder))) {
    if (!isBeforeTheName(folder, path)) return true;
  }
  return false;
}

/** Looks who has the folder. */
export async function holderOf(batches: Blobs, folder: string): Promise<Holder> {
  const [stored, refused] = await Promise.all([
    readManifest(batches, folder),
    readRefused(batches, folder),
  ]);
  if (stored?.value.source.kind === "claimed") return { kind: "batch", manifest: stored.value };
  if (refused !== undefined) return { kind: "refused", stored };
  if (stored !== undefined) return { kind: "batch", manifest: stored.value };
  return { kind: (await hasRemains(batches, folder)) ? "remains" : "nobody" };
}

/**
 * Takes the folder for a batch by writing its `batch.json`, over what a refused one left there. `false`
 * where somebody else was faster. What refused it before is deleted last: cut off, it is done again.
 */
export async function takeName(
  batches: Blobs,
  folder: string,
  holder: FreeHolder,
  manifest: BatchManifest,
): Promise<boolean> {
  const before = holder.kind === "refused" ? holder.stored : undefined;
  if (before) {
    for await (const { path } of batches.list(shardsPrefix(folder))) await batches.delete(path);
    for (const path of [inputBlob(folder), planBlob(folder), problemBlob(folder)])
      await batches.delete(path);
  }
  const taken = await batches.write(
    manifestBlob(folder),
    jsonText(manifest),
    before ? { ifMatch: before.etag } : { ifAbsent: true },
  );
  if (taken === undefined) return false;
  if (holder.kind === "refused") await batches.delete(refusedBlob(folder));
  return true;
}
