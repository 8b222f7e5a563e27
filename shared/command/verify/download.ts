import { createWriteStream, mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";

import { folderPrefix } from "../../records/paths.ts";
import type { Blobs } from "../../storage/types.ts";

/** Downloads everything of a batch; the files, below `to` as they are below the batch's folder. */
export async function downloadFolder(
  batches: Blobs,
  folder: string,
  to: string,
  onFile: (files: number) => void,
): Promise<string[]> {
  const files: string[] = [];
  for await (const { path } of batches.list(folderPrefix(folder))) {
    const blob = await batches.stream(path);
    if (blob === undefined) continue;
    const file = join(to, ...path.slice(folderPrefix(folder).length).split("/"));
    mkdirSync(dirname(file), { recursive: true });
    await pipeline(blob.body, createWriteStream(file));
    files.push(file);
    onFile(files.length);
  }
  return files;
}
