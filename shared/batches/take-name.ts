import type { Blobs } from "../storage/types.ts";
import { jsonText, readManifest, readRefused, type Stored } from "./folder-files.ts";
import type { BatchManifest } from "./model.ts";

/** Who has a folder. */
export type Holder =
  | { readonly kind: "nobody" }
  /** A batch that was refused: it did nothing, so its name is free again. */
  | { readonly kind: "refused"; readonly stored?: Stored<BatchManifest> | undefined }
  | { readonly kind: "batch"; readonly manifest: BatchManifest };

/** Looks who has the folder. */
export async function holderOf(batches: Blobs, folder: string): Promise<Holder> {
  const [stored, refused] = await Promise.all([
    readManifest(batches, folder),
    readRefused(batches, folder),
  ]);
  if (stored?.value.source.kind === "claimed") return { kind: "batch", manifest: stored.value };
  if (refused !== undefined) return { kind: "refused", stored };
  return stored === undefined ? { kind: "nobody" } : { kind: "batch", manifest: stored.value };
}

/**
 * Takes the folder for a batch by writing its `batch.json`, over what a refused one left there. `false`
 * where somebody else was faster. What refused it before is deleted last: cut off, it is done again.
 */
export async function takeName(
  batches: Blobs,
  folder: string,
  holder: Exclude<Holder, { kind: "batch" }>,
  manifest: BatchManifest,
): Promise<boolean> {
  const before = holder.kind === "refused" ? holder.stored : undefined;
  if (before) {
    for await (const { path } of batches.list(`${folder}/shards/`)) await batches.delete(path);
    for (const name of ["input", "plan.json", "problem.json"])
      await batches.delete(`${folder}/${name}`);
  }
  const taken = await batches.write(
    `${folder}/batch.json`,
    jsonText(manifest),
    before ? { ifMatch: before.etag } : { ifAbsent: true },
  );
  if (taken === undefined) return false;
  if (holder.kind === "refused") await batches.delete(`${folder}/refused.json`);
  return true;
}
