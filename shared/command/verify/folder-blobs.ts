import { createReadStream, existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join, relative, sep } from "node:path";

import type { BlobFacts, Blobs } from "../../storage/types.ts";

/**
 * The files below a folder of this machine as a container's blobs, to be read only: what was downloaded is
 * checked by the code that checks it in storage.
 */
export function folderBlobs(root: string): Blobs {
  const fileOf = (path: string): string => join(root, ...path.split("/"));
  const factsOf = (file: string): BlobFacts => {
    const { size, mtimeMs } = statSync(file);
    const path = relative(root, file).split(sep).join("/");
    return { path, etag: `${mtimeMs}`, bytes: size, lastModifiedMs: mtimeMs };
  };
  return {
    read: async (path) => {
      const file = fileOf(path);
      if (!isFile(file)) return undefined;
      return { bytes: readFileSync(file), etag: factsOf(file).etag };
    },
    stream: async (path) => {
      const file = fileOf(path);
      return isFile(file) ? { body: createReadStream(file), facts: factsOf(file) } : undefined;
    },
    list: async function* (prefix) {
      const paths = readdirSync(root, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => factsOf(join(entry.parentPath, entry.name)))
        .filter(({ path }) => path.startsWith(prefix));
      yield* paths.toSorted((a, b) => (a.path < b.path ? -1 : 1));
    },
    write: readOnly,
    writeStream: readOnly,
    delete: readOnly,
    openAppend: readOnly,
    acquireLease: readOnly,
  };
}

async function readOnly(): Promise<never> {
  throw new TypeError("a downloaded folder is only read");
}

const isFile = (file: string): boolean => existsSync(file) && statSync(file).isFile();
